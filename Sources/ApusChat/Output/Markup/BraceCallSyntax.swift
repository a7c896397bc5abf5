internal import ApusConversation
internal import ApusSampling

/// Calls as names with arguments in braces: Gemma's formats.
struct BraceCallSyntax: ToolCallSyntax {
    /// The markers.
    let style: BraceCallStyle

    var openings: [String] { [style.open] }
    var markers: [String] { [style.open, style.close, style.quote] }

    func scanner(for tools: [Tool]) -> any ToolCallScanner {
        let (style, table) = (style, ToolParameters.table(tools))
        return MarkupScanner(openings: openings) { _ in BraceCallMachine(style, tools: table) }
    }

    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let choices = try ParameterGrammar.calls(of: tools, in: &grammar, call)
        let call = grammar.rule(
            "call",
            .sequence([.tag(style.open), .text("call:"), .choice(choices), .tag(style.close)])
        )
        return isParallel ? call.oneOrMore : call
    }

    private func call(
        _ tool: Tool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        try ParameterGrammar.check(tool.name)
        var values = ParameterGrammar(tool, marker: style.quote)
        var members: [(expression: GrammarExpression, isRequired: Bool)] = []
        for parameter in ToolParameters(tool).list {
            if !MarkupName.isReadable(parameter.name), !parameter.isRequired { continue }
            try ParameterGrammar.check(parameter.name)
            let value = try value(of: parameter, &values, in: &grammar)
            members.append((.sequence([.text(parameter.name + ":"), value]), parameter.isRequired))
        }
        let list = ParameterGrammar.list(members, separator: ",", in: &grammar)
        return .sequence([.text(tool.name + "{"), list, .text("}")])
    }

    /// Texts stand between markers; what is nested is written as JSON, which is read too.
    private func value(
        of parameter: ToolParameters.Parameter,
        _ values: inout ParameterGrammar,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let schema = parameter.schema
        let quote = GrammarExpression.tag(style.quote)
        let kinds = parameter.type.kinds
        if let literals = schema["enum"]?.arrayValue ?? schema["const"].map({ [$0] }) {
            return .choice(
                literals.compactMap { value in
                    guard let text = value.stringValue else { return .text(value.jsonText()) }
                    if text.contains(style.quote) { return nil }
                    return .sequence([quote, .text(text), quote])
                }
            )
        }
        var choices: [GrammarExpression] = []
        if kinds.isEmpty || kinds.contains(.string) {
            let isPlain = kinds.isSubset(of: [.string, .null]) && schema["type"] != nil
            if isPlain || kinds.isEmpty {
                let text = values.text(refusesNull: false, in: &grammar)
                choices.append(.sequence([quote, text, quote]))
            }
            if isPlain, !kinds.contains(.null) { return .choice(choices) }
            if kinds.isEmpty { return .choice(choices) }
        }
        choices.append(try grammar.schema(values.schema(schema), policy: .lenient))
        return grammar.rule("value of \(parameter.name)", .choice(choices))
    }
}
