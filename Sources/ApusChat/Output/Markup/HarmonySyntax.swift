internal import ApusConversation
internal import ApusSampling

/// Calls as messages to a function: gpt-oss.
///
/// Its scanner reads reasoning too, and is needed for every answer, with tools or without.
struct HarmonySyntax: ToolCallSyntax {
    /// What stands before the name in the header of a call.
    private static let recipient = "to=functions."

    /// Headers of calls, with the recipient after the channel or before it.
    var openings: [String] {
        [
            "<|channel|>commentary " + Self.recipient, "<|channel|>analysis " + Self.recipient,
            "<|start|>assistant " + Self.recipient,
        ]
    }

    var markers: [String] { HarmonyScanner.Marker.allCases.map(\.rawValue) }

    func scanner(for tools: [Tool]) -> any ToolCallScanner { HarmonyScanner(tools: tools) }

    /// One call, whatever `isParallel` says: a message of gpt-oss holds one, and ends the answer.
    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        var choices: [GrammarExpression] = []
        for tool in tools {
            try ParameterGrammar.check(tool.name)
            let schema = ParameterGrammar.object(tool)
            let arguments = try grammar.schema(schema, policy: .lenient)
            let call: [GrammarExpression] = [
                .text(tool.name), json, tag(.message), arguments,
            ]
            choices.append(grammar.rule("call of \(tool.name)", .sequence(call)))
        }
        // The closing marker ends the answer in most vocabularies, and is then no part of it.
        return .sequence([
            reasoning.optional, tag(.channel), .text("commentary " + Self.recipient),
            .choice(choices), tag(.call).optional,
        ])
    }

    /// The channel `final`, with reasoning before it or not.
    func answer(containing content: GrammarExpression) -> GrammarExpression {
        .sequence([
            reasoning.optional, tag(.channel), .text("final"), json, tag(.message), content,
            .choice([tag(.return), tag(.end)]).optional,
        ])
    }

    /// A message of reasoning and the beginning of the next one.
    private var reasoning: GrammarExpression {
        .sequence([
            tag(.channel), .text("analysis"), tag(.message), .freeText(excluding: markers),
            tag(.end), tag(.start), .text("assistant"),
        ])
    }

    /// What may say in a header that JSON follows.
    private var json: GrammarExpression {
        .choice([.sequence([.text(" "), tag(.constrain), .text("json")]), .text(" json"), .empty])
    }

    private func tag(_ marker: HarmonyScanner.Marker) -> GrammarExpression { .tag(marker.rawValue) }
}
