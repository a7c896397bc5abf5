/// Texts: every demand becomes an automaton over scalars, and all of them are intersected.
extension SchemaCompiler {
    /// What an automaton of texts is remembered by.
    struct TextKey: Hashable {
        var minimumLength: Int
        var maximumLength: Int?
        var demands: Set<StringConstraint.Demand>
    }

    /// JSON strings that satisfy the demands.
    mutating func lowerTexts(
        _ strings: StringConstraint
    ) throws(GrammarError) -> GrammarExpression {
        guard !strings.isTrivial else { return try generic(.string) }
        if strings.demands.isEmpty {
            if let maximum = strings.maximumLength, maximum < strings.minimumLength {
                return .nothing
            }
            let character = try shared(
                "character",
                ScalarSpelling.jsonString.expression(.all)
            )
            let characters = GrammarExpression.repeated(
                character,
                minimum: strings.minimumLength,
                maximum: strings.maximumLength
            )
            return try shared("string", Self.quoted(characters))
        }
        let automaton = try textAutomaton(strings)
        guard !automaton.isEmpty else { return .nothing }
        guard automaton != .anyText else { return try generic(.string) }
        return try shared("string", Self.quoted(spelled(automaton)))
    }

    /// An automaton as it stands between the quotes of a JSON string.
    func spelled(_ automaton: ScalarAutomaton) throws(GrammarError) -> GrammarExpression {
        try automaton.expression(spelledAs: .jsonString, stateLimit: SchemaLimits.textBytes)
    }

    /// The expression between quotes.
    static func quoted(_ content: GrammarExpression) -> GrammarExpression {
        .sequence([.text("\""), content, .text("\"")])
    }

    /// The texts that satisfy the demands.
    ///
    /// Throws: `limit`; `unsupported` for a pattern or a format that cannot be enforced.
    mutating func textAutomaton(
        _ strings: StringConstraint
    ) throws(GrammarError) -> ScalarAutomaton {
        let key = TextKey(
            minimumLength: strings.minimumLength,
            maximumLength: strings.maximumLength,
            demands: Set(strings.demands)
        )
        if let known = textsByConstraint[key] { return known }
        var automaton = ScalarAutomaton.anyText
        if strings.minimumLength > 0 || strings.maximumLength != nil {
            automaton = try ScalarAutomaton(
                minimumLength: strings.minimumLength,
                maximumLength: strings.maximumLength,
                stateLimit: SchemaLimits.textStates
            )
        }
        let excluded = strings.demands.filter { $0.kind == .excludedText }.map(\.text)
        if !excluded.isEmpty {
            automaton = try automaton.subtracting(ScalarAutomaton(texts: excluded))
        }
        for demand in strings.demands where demand.kind != .excludedText {
            guard let texts = try texts(of: demand) else { continue }
            automaton =
                try demand.isNegated
                ? automaton.subtracting(texts, stateLimit: SchemaLimits.textStates)
                : automaton.intersection(texts, stateLimit: SchemaLimits.textStates)
        }
        stateCount += automaton.stateCount
        guard stateCount <= SchemaLimits.totalTextStates else {
            throw GrammarError(.limit, "The texts of the schema need too many states.")
        }
        textsByConstraint[key] = automaton
        return automaton
    }

    /// The texts that a pattern of keys matches, nil where it is left out.
    mutating func keyPattern(
        _ pattern: String,
        _ path: String
    ) throws(GrammarError) -> ScalarAutomaton? {
        try texts(of: .init(kind: .pattern, text: pattern, path: path))
    }

    /// The texts that satisfy one demand, its negation aside; nil where it is left out.
    private mutating func texts(
        of demand: StringConstraint.Demand
    ) throws(GrammarError) -> ScalarAutomaton? {
        var key = demand
        key.isNegated = false
        key.path = ""
        if let known = textAutomata[key] { return known }
        do {
            let automaton = try construct(demand)
            textAutomata[key] = automaton
            return automaton
        } catch {
            if policy == .lenient, error.code == .unsupported { return nil }
            throw GrammarError(error.code, "\(demand.path): \(error.message)")
        }
    }

    private func construct(
        _ demand: StringConstraint.Demand
    ) throws(GrammarError) -> ScalarAutomaton {
        switch demand.kind {
        case .pattern:
            return try ScalarAutomaton(
                Self.searching(RegularExpression(demand.text)),
                stateLimit: SchemaLimits.textStates
            )
        case .excludedText: return try ScalarAutomaton(texts: [demand.text])
        case .format, .encoding:
            // A narrow pattern says nothing about what is not of a format.
            guard !demand.isNegated, let automaton = try StringFormat.automaton(demand.text) else {
                throw GrammarError(
                    .unsupported,
                    "the format \"\(demand.text)\" cannot be enforced."
                )
            }
            return automaton
        }
    }

    /// What an expression matches anywhere in a text.
    ///
    /// Without anchors, all alternatives share what stands before and after them, which keeps the
    /// automaton from telling apart which of them have been met.
    private static func searching(_ expression: RegularExpression) -> RegularExpression.Node {
        guard !hasAnchor(expression.root) else { return expression.node(.anywhere) }
        return .sequence([.anyText, expression.root, .anyText])
    }

    private static func hasAnchor(_ node: RegularExpression.Node) -> Bool {
        switch node {
        case .start, .end: true
        case .characters: false
        case .sequence(let nodes), .choice(let nodes): nodes.contains(where: hasAnchor)
        case .repeated(let node, _, _): hasAnchor(node)
        }
    }
}
