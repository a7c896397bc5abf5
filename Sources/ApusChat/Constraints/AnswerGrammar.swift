package import ApusConversation
package import ApusSampling

/// Turns what a request asks of an answer into one grammar of all that the model writes.
///
/// Reasoning stays free. What follows it is, from the first token that matters:
/// ```
/// a format            the format
/// tools, automatic    free text, where a call's opening is followed by nothing but valid calls
/// tools, none         free text without any call's opening
/// tools, required     calls alone
/// tools and a format  calls or the format
/// ```
package struct AnswerGrammar {
    private let features: ChatFeatures
    private let conversation: Conversation
    private let format: OutputFormat?
    private let turn: AnswerStart
    private var grammar = Grammar()

    /// The grammar of the answer to `prompt`; nil when everything is allowed.
    ///
    /// Throws: `unsupported` when a call is demanded that nobody could read, and what the format
    /// or a tool's schema throws.
    package static func grammar(
        features: ChatFeatures,
        conversation: Conversation,
        prompt: String,
        format: OutputFormat?
    ) throws(GrammarError) -> Grammar? {
        var maker = AnswerGrammar(
            features: features,
            conversation: conversation,
            format: format,
            turn: AnswerStart(features.thinkingTags, conversation: conversation, prompt: prompt)
        )
        guard let root = try maker.answer() else { return nil }
        maker.grammar.root = root
        return maker.grammar
    }

    /// The grammar of a text that continues a prompt without a template.
    package static func grammar(_ format: OutputFormat) throws(GrammarError) -> Grammar {
        var grammar = Grammar()
        grammar.root = try grammar.format(format)
        return grammar
    }

    // MARK: The whole answer

    private mutating func answer() throws(GrammarError) -> GrammarExpression? {
        let syntax = features.toolCallFormat?.syntax
        let tools = try callableTools()
        var alternatives: [GrammarExpression] = []
        if let syntax, !tools.isEmpty {
            alternatives.append(
                try syntax.calls(
                    of: tools,
                    isParallel: conversation.allowsParallelCalls,
                    in: &grammar
                )
            )
        }
        if isCallRequired { return afterThinking(.choice(alternatives)) }
        if let format {
            let content = try grammar.format(format)
            alternatives.append(
                features.toolCallFormat?.syntax.answer(containing: content) ?? content
            )
            return afterThinking(.choice(alternatives))
        }
        guard let syntax, !conversation.tools.isEmpty else { return nil }
        return freeAnswer(syntax, calls: alternatives.first)
    }

    private var isCallRequired: Bool {
        switch conversation.toolChoice {
        case .required, .named: true
        case .automatic, .none: false
        }
    }

    /// The tools that may be called.
    private func callableTools() throws(GrammarError) -> [Tool] {
        let tools = conversation.tools
        if isCallRequired, features.toolCallFormat == nil {
            throw GrammarError(
                .unsupported,
                "tool_choice cannot be enforced: how this model writes calls is not known from its "
                    + "template"
            )
        }
        switch conversation.toolChoice {
        case .none: return []
        case .automatic: return tools
        case .required:
            guard !tools.isEmpty else {
                throw GrammarError(
                    .unsatisfiable,
                    "tool_choice asks for a call, but there are no tools"
                )
            }
            return tools
        case .named(let name):
            guard let tool = tools.first(where: { $0.name == name }) else {
                throw GrammarError(
                    .unsatisfiable,
                    "tool_choice names '\(name)', which is none of the tools"
                )
            }
            return [tool]
        }
    }

    // MARK: Thinking

    /// Reasoning, where the model may reason, and then the answer.
    private mutating func afterThinking(_ answer: GrammarExpression) -> GrammarExpression {
        guard let tags = features.thinkingTags else { return answer }
        let space = GrammarExpression.repeated(
            .characters(ScalarSet(" \n\r\t")),
            minimum: 0,
            maximum: 4
        )
        let rest = GrammarExpression.sequence([
            .freeText(excluding: [tags.close]), .tag(tags.close), space, answer,
        ])
        switch turn {
        case .thinking: return rest
        case .answer: return answer
        case .either:
            let answer = grammar.rule("answer", answer)
            return .choice([answer, .sequence([.tag(tags.open), rest])])
        }
    }

    // MARK: Free text with calls

    /// Free text in which calls may come; reasoning is part of the text.
    private mutating func freeAnswer(
        _ syntax: any ToolCallSyntax,
        calls: GrammarExpression?
    ) -> GrammarExpression {
        if syntax.isAnchored {
            let text = ProhibitedOpenings.text(without: syntax.openings)
            return afterThinking(.choice([text] + (calls.map { [$0] } ?? [])))
        }
        let text = GrammarExpression.freeText(excluding: syntax.openings)
        guard let calls else { return text }
        if conversation.allowsParallelCalls {
            return .sequence([text, .sequence([calls, text]).zeroOrMore])
        }
        return .sequence([text, calls.optional])
    }
}

extension Grammar {
    /// Adds what a format matches.
    fileprivate mutating func format(
        _ format: OutputFormat
    ) throws(GrammarError) -> GrammarExpression {
        switch format {
        case .jsonObject: jsonObject()
        case .schema(let schema): try self.schema(schema)
        case .grammar(let text): embed(try Grammar(gbnf: text))
        case .regularExpression(let text): embed(try Grammar(regularExpression: text))
        case .choice(let texts): embed(try Grammar(choices: texts))
        }
    }
}
