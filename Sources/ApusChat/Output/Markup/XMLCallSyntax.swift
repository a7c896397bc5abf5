internal import ApusConversation
internal import ApusSampling

/// Calls as nested elements, with values without quotes.
struct XMLCallSyntax: ToolCallSyntax {
    /// The markers.
    let style: XMLCallStyle

    var openings: [String] {
        [style.block.open] + (style.hasBareCalls ? [style.call?.open].compactMap(\.self) : [])
    }

    var markers: [String] {
        let call = [style.call?.open, style.call?.close]
        let parameter = [style.parameter.open, style.parameter.nameEnd, style.parameter.close]
        let all =
            [style.block.open, style.block.close] + (call + [style.valueOpen]).compactMap(\.self)
        return (all + parameter).filter { $0.count > 2 }
    }

    func scanner(for tools: [Tool]) -> any ToolCallScanner {
        let (style, table) = (style, ToolParameters.table(tools))
        return MarkupScanner(openings: openings) { opening in
            XMLCallMachine(style, tools: table, isBare: opening > 0)
        }
    }

    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let choices = try ParameterGrammar.calls(of: tools, in: &grammar, call)
        let call = grammar.rule("call", .choice(choices))
        let calls = isParallel && style.hasManyCalls ? call.oneOrMore : call
        var blocks: [GrammarExpression] = [
            .sequence([.tag(style.block.open), space, calls, .tag(style.block.close)])
        ]
        // Models forget the opening, and their calls are read without it.
        if style.hasBareCalls {
            blocks.append(.sequence([call, .tag(style.block.close).optional]))
        }
        let block = grammar.rule("calls", .choice(blocks))
        guard isParallel, !style.hasManyCalls else { return block }
        return .sequence([block, .sequence([space, block]).zeroOrMore])
    }

    private var space: GrammarExpression {
        switch style.space {
        case .none: .empty
        case .line: .text("\n")
        case .optionalLine: .text("\n").optional
        }
    }

    private func call(
        _ tool: Tool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        try ParameterGrammar.check(tool.name)
        var values = ParameterGrammar(tool, marker: style.parameter.close)
        var parts: [GrammarExpression] = []
        if let call = style.call { parts.append(.text(call.open)) }
        parts.append(.text(tool.name))
        if let call = style.call { parts.append(.text(call.nameEnd)) }
        parts.append(space)
        for parameter in ToolParameters(tool).list {
            if !MarkupName.isReadable(parameter.name), !parameter.isRequired { continue }
            try ParameterGrammar.check(parameter.name)
            let element = try element(parameter, &values, in: &grammar)
            parts.append(parameter.isRequired ? element : element.optional)
        }
        if let call = style.call { parts += [.text(call.close), space] }
        return .sequence(parts)
    }

    private func element(
        _ parameter: ToolParameters.Parameter,
        _ values: inout ParameterGrammar,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let line: GrammarExpression = style.hasValueLines ? .text("\n") : .empty
        var parts: [GrammarExpression]
        if let valueOpen = style.valueOpen {
            parts = [
                .tag(style.parameter.open), .text(parameter.name), .tag(style.parameter.nameEnd),
                space, .tag(valueOpen),
            ]
        } else {
            parts = [.text(style.parameter.open + parameter.name + style.parameter.nameEnd)]
        }
        parts += [line, try values.rawValue(of: parameter, in: &grammar), line]
        let close = style.parameter.close
        parts += [style.valueOpen == nil ? .text(close) : .tag(close), space]
        return grammar.rule("parameter \(parameter.name)", .sequence(parts))
    }
}
