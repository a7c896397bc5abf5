internal import ApusConversation
internal import ApusSampling

/// Grammars of parameters in formats that are not JSON.
struct ParameterGrammar {
    /// The tool's whole schema, whose definitions those of parameters refer to.
    let root: JSONValue
    /// The marker that ends a value that is written without quotes.
    let marker: String
    private var texts: [RawTextGrammar: GrammarExpression] = [:]

    /// Grammars for one tool.
    init(_ tool: Tool, marker: String) {
        root = tool.parameters
        self.marker = marker
    }

    /// The arguments' schema, for formats that write them as one JSON object.
    static func object(_ tool: Tool) -> JSONValue {
        var members = tool.parameters.objectValue ?? [:]
        members["type"] = "object"
        return .object(members)
    }

    /// A parameter's schema with the definitions that it may refer to.
    func schema(_ schema: JSONValue, type: String? = nil) -> JSONValue {
        guard var members = schema.objectValue else { return schema }
        if let type { members["type"] = .string(type) }
        for key in ["$defs", "definitions"] where members[key] == nil {
            if let definitions = root[key] { members[key] = definitions }
        }
        return .object(members)
    }

    /// A text between markers.
    mutating func text(
        refusesNull: Bool,
        refusesNesting: Bool = false,
        in grammar: inout Grammar
    ) -> GrammarExpression {
        let text = RawTextGrammar(
            marker: Array(marker.utf8),
            refusesNull: refusesNull,
            refusesNesting: refusesNesting
        )
        if let known = texts[text] { return known }
        let rule = grammar.rule("text", .automaton(text.automaton()))
        texts[text] = rule
        return rule
    }

    /// A value without quotes: text as it is, everything else as JSON.
    mutating func rawValue(
        of parameter: ToolParameters.Parameter,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let value = try rawValue(
            parameter.schema,
            parameter.type,
            depth: ParameterType.maximumDepth,
            in: &grammar
        )
        return grammar.rule("value of \(parameter.name)", value)
    }

    private mutating func rawValue(
        _ schema: JSONValue,
        _ type: ParameterType,
        depth: Int,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let values = schema["enum"]?.arrayValue ?? schema["const"].map { [$0] }
        if let values { return literals(values, type) }
        let branches = schema["anyOf"]?.arrayValue ?? schema["oneOf"]?.arrayValue
        if let branches, schema["type"] == nil, depth > 0 {
            var choices: [GrammarExpression] = []
            for branch in branches {
                choices.append(try rawValue(branch, type, depth: depth - 1, in: &grammar))
            }
            return .choice(choices)
        }
        if let target = ParameterType.definition(schema["$ref"], root: root), depth > 0,
            schema["type"] == nil
        {
            return try rawValue(target, type, depth: depth - 1, in: &grammar)
        }
        return try alternatives(schema, type, in: &grammar)
    }

    /// One alternative for each kind of value that a schema without unions allows.
    private mutating func alternatives(
        _ schema: JSONValue,
        _ type: ParameterType,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let kinds = ParameterType(schema, root: root).kinds
        var choices: [GrammarExpression] = []
        for (name, kind) in ParameterType.Kinds.names where kinds.contains(kind) && kind != .string
        {
            choices.append(try grammar.schema(self.schema(schema, type: name), policy: .lenient))
        }
        if kinds.isEmpty || kinds.contains(.string) {
            choices.append(
                text(
                    refusesNull: !type.kinds.isEmpty && !type.kinds.contains(.null),
                    refusesNesting: !type.kinds.isDisjoint(with: .structured),
                    in: &grammar
                )
            )
        }
        return .choice(choices)
    }

    /// The texts of values that are read as just these values.
    private func literals(_ values: [JSONValue], _ type: ParameterType) -> GrammarExpression {
        .choice(
            values.compactMap { value in
                let text = value.stringValue ?? value.jsonText()
                let isReadable =
                    !text.contains(marker) && !text.hasPrefix("\n") && !text.hasSuffix("\n")
                return isReadable && type.value(Array(text.utf8)) == value ? .text(text) : nil
            }
        )
    }
}

// MARK: - Lists of parameters

extension ParameterGrammar {
    /// Required members and others, in order, with a comma between them.
    static func list(
        _ members: [(expression: GrammarExpression, isRequired: Bool)],
        separator: String,
        in grammar: inout Grammar
    ) -> GrammarExpression {
        // From the end: what may follow a member, and what may stand there with none before.
        var following = GrammarExpression.empty
        var beginning = GrammarExpression.empty
        for member in members.reversed() {
            let next = following
            let first = GrammarExpression.sequence([member.expression, next])
            let more = GrammarExpression.sequence([.text(separator), member.expression])
            beginning = grammar.rule(
                "arguments",
                member.isRequired ? first : .choice([first, beginning])
            )
            following = grammar.rule(
                "more arguments",
                .sequence([member.isRequired ? more : more.optional, next])
            )
        }
        return beginning
    }

    /// Throws: `unsupported` when a tool or one of its required parameters has a name that the
    /// format cannot spell.
    static func check(
        _ name: String,
        _ isReadable: (String) -> Bool = MarkupName.isReadable
    ) throws(GrammarError) {
        guard isReadable(name) else {
            throw GrammarError(.unsupported, "The format of tool calls cannot spell '\(name)'.")
        }
    }

    /// A rule for the call of each tool.
    ///
    /// Throws: what `call` throws.
    static func calls(
        of tools: [Tool],
        in grammar: inout Grammar,
        _ call: (Tool, inout Grammar) throws(GrammarError) -> GrammarExpression
    ) throws(GrammarError) -> [GrammarExpression] {
        var calls: [GrammarExpression] = []
        for tool in tools {
            let body = try call(tool, &grammar)
            calls.append(grammar.rule("call of \(tool.name)", body))
        }
        return calls
    }
}
