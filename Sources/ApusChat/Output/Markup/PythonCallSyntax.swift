internal import ApusConversation
internal import ApusSampling

/// Calls as in Python, with keyword arguments only.
struct PythonCallSyntax: ToolCallSyntax {
    /// What surrounds the calls.
    let style: PythonCallStyle

    var openings: [String] { style.opens }
    var isAnchored: Bool { style.isAnchored }
    var markers: [String] {
        style.isAnchored ? ["<|python_start|>", style.close] : style.opens + [style.close]
    }

    func scanner(for tools: [Tool]) -> any ToolCallScanner {
        let (style, table) = (style, ToolParameters.table(tools))
        return MarkupScanner(openings: openings, isAnchored: style.isAnchored) { _ in
            PythonCallMachine(style, tools: table)
        }
    }

    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let choices = try ParameterGrammar.calls(of: tools, in: &grammar, call)
        let call = grammar.rule("call", .choice(choices))
        let separator = GrammarExpression.text(style.isList ? ", " : "\n")
        let calls = GrammarExpression.sequence([
            call, isParallel ? .sequence([separator, call]).zeroOrMore : .empty,
        ])
        if style.isAnchored { return .sequence([.text("["), calls, .text("]")]) }
        let open = style.opens.first.map { GrammarExpression.tag($0) } ?? .empty
        let inner: [GrammarExpression] =
            style.isList ? [.text("["), calls, .text("]")] : [.text("\n"), calls, .text("\n")]
        return .sequence([open] + inner + [.tag(style.close)])
    }

    private func call(
        _ tool: Tool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        try ParameterGrammar.check(tool.name, Self.isReadable)
        let values = ParameterGrammar(tool, marker: style.close)
        var members: [(expression: GrammarExpression, isRequired: Bool)] = []
        for parameter in ToolParameters(tool).list {
            if !Self.isReadable(parameter.name), !parameter.isRequired { continue }
            try ParameterGrammar.check(parameter.name, Self.isReadable)
            let value = try value(of: parameter, values, in: &grammar)
            members.append((.sequence([.text(parameter.name + "="), value]), parameter.isRequired))
        }
        let list = ParameterGrammar.list(members, separator: ", ", in: &grammar)
        return .sequence([.text(tool.name + "("), list, .text(")")])
    }

    /// JSON, which is read as Python is, and Python's own words for truth values and null.
    private func value(
        of parameter: ToolParameters.Parameter,
        _ values: ParameterGrammar,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        var choices: [GrammarExpression] = []
        if parameter.type.kinds == .boolean, parameter.schema["enum"] == nil,
            parameter.schema["const"] == nil
        {
            choices += [.text("True"), .text("False")]
        }
        choices.append(try grammar.schema(values.schema(parameter.schema), policy: .lenient))
        return grammar.rule("value of \(parameter.name)", .choice(choices))
    }

    private static func isReadable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= MarkupName.maximumLength
            && name.utf8.allSatisfy(PythonCallMachine.isName)
    }
}
