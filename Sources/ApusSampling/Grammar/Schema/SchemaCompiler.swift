internal import ApusConversation

/// Turns one schema into rules of a grammar.
///
/// A place is first resolved to alternatives without references and combinators (`SchemaShape`),
/// then every alternative is written as a grammar. What a rule stands for is a set of places that
/// must all hold; recursion ends because such sets repeat.
struct SchemaCompiler {
    /// The grammar with the rules so far.
    var grammar: Grammar
    let policy: JSONSchemaPolicy
    var document: SchemaDocument

    /// Alternatives by term, and the terms that are being resolved.
    var shapesByTerm: [SchemaTerm: [SchemaShape]] = [:]
    var openTerms: Set<SchemaTerm> = []
    var alternativeCount = 0

    /// What was written for a set of terms.
    private enum Work {
        /// Not finished; the rule exists once something refers to it.
        case open(Grammar.RuleID?)
        case done(GrammarExpression)
    }
    private var work: [Set<SchemaTerm>: Work] = [:]
    /// Rules by what they match, so that equal subschemas share one.
    private var rulesByBody: [GrammarExpression: GrammarExpression] = [:]
    private let firstRule: Int
    private var depth = 0

    /// Automata by what they are for.
    var textAutomata: [StringConstraint.Demand: ScalarAutomaton] = [:]
    var textsByConstraint: [TextKey: ScalarAutomaton] = [:]
    /// States of all of these.
    var stateCount = 0
    var genericRules: [Generic: GrammarExpression] = [:]

    /// A compiler that adds to `grammar`.
    ///
    /// Throws: `limit`.
    init(
        _ schema: JSONValue,
        policy: JSONSchemaPolicy,
        grammar: Grammar
    ) throws(GrammarError) {
        self.grammar = grammar
        self.policy = policy
        firstRule = grammar.rules.count
        document = try SchemaDocument(schema)
    }

    /// What the whole schema matches.
    mutating func root() throws(GrammarError) -> GrammarExpression {
        let expression = try expression(for: [SchemaTerm(place: 0)])
        guard expression != .nothing else {
            throw GrammarError(.unsatisfiable, "No JSON value is valid under the schema.")
        }
        return expression
    }

    /// What is valid under all of these; `.nothing` where that is visibly nothing.
    mutating func expression(
        for terms: [SchemaTerm]
    ) throws(GrammarError) -> GrammarExpression {
        let key = Set(terms)
        switch work[key] {
        case .done(let expression)?: return expression
        case .open(let rule?)?: return .rule(rule)
        case .open(nil)?:
            let rule = try declare(name(of: terms))
            work[key] = .open(rule)
            return .rule(rule)
        case nil: break
        }
        guard depth < SchemaLimits.depth else {
            throw GrammarError(.limit, "\(name(of: terms)) lies too deep in the schema.")
        }
        work[key] = .open(nil)
        depth += 1
        let shapes = try shapes(of: terms)
        var alternatives: [GrammarExpression] = []
        for shape in shapes {
            alternatives += try lower(shape, name: name(of: terms))
        }
        depth -= 1
        let body = Self.choice(alternatives)
        let expression = try close(key, body, name(of: terms))
        work[key] = .done(expression)
        return expression
    }

    private mutating func close(
        _ key: Set<SchemaTerm>,
        _ body: GrammarExpression,
        _ name: String
    ) throws(GrammarError) -> GrammarExpression {
        if case .open(let rule?)? = work[key] {
            grammar.define(rule, as: body)
            return body == .nothing ? body : .rule(rule)
        }
        return try shared(name, body)
    }

    // MARK: Rules

    /// A rule for a body, the same one for equal bodies; small bodies stand for themselves.
    mutating func shared(
        _ name: String,
        _ body: GrammarExpression
    ) throws(GrammarError) -> GrammarExpression {
        switch body {
        case .rule, .literal, .choice([]), .sequence([]): return body
        default: break
        }
        if let known = rulesByBody[body] { return known }
        let rule = try declare(name)
        grammar.define(rule, as: body)
        rulesByBody[body] = .rule(rule)
        return .rule(rule)
    }

    /// A rule to be defined later.
    mutating func declare(_ name: String) throws(GrammarError) -> Grammar.RuleID {
        guard grammar.rules.count - firstRule < SchemaLimits.rules else {
            throw GrammarError(.limit, "A schema needs more than \(SchemaLimits.rules) rules.")
        }
        return grammar.declare(name)
    }

    /// The alternatives as one expression, without repetitions.
    static func choice(_ alternatives: [GrammarExpression]) -> GrammarExpression {
        var seen: Set<GrammarExpression> = []
        var parts: [GrammarExpression] = []
        for alternative in alternatives where alternative != .nothing {
            if alternatives.count == 1 || seen.insert(alternative).inserted {
                parts.append(alternative)
            }
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    // MARK: Places and messages

    /// The term of a subschema of a place.
    mutating func child(_ place: Int, _ tokens: String...) throws(GrammarError) -> SchemaTerm {
        var value = document.places[place].value
        var path = document.places[place].path
        for token in tokens {
            guard let next = value[token] ?? Int(token).flatMap({ value[$0] }) else {
                throw GrammarError(.syntax, "The schema has nothing at \(path)/\(token).")
            }
            value = next
            path = SchemaPointer.appending(token, to: path)
        }
        let resource = document.places[place].resource
        return SchemaTerm(place: document.place(of: value, path: path, resource: resource))
    }

    /// Refuses a keyword, unless it may be left out.
    func refuse(_ path: String, _ reason: String) throws(GrammarError) {
        guard policy == .strict else { return }
        throw GrammarError(.unsupported, "\(path.isEmpty ? "The schema" : path): \(reason)")
    }

    /// What messages call a set of terms.
    func name(of terms: [SchemaTerm]) -> String {
        guard let first = terms.first else { return "any value" }
        return "#\(document.places[first.place].path)"
    }
}
