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
package struct AnswerGrammar: Sendable {
    private let features: ChatFeatures
    private let tools: [Tool]
    private let toolChoice: ToolChoice
    private let allowsParallelCalls: Bool
    private let format: OutputFormat?
    private let turn: AnswerStart
    private var grammar = Grammar()

    /// What is asked of the answer to `prompt`, rendered from `conversation`.
    package init(
        features: ChatFeatures,
        conversation: Conversation,
        prompt: String,
        format: OutputFormat?
    ) {
        self.features = features
        self.format = format
        tools = conversation.tools
        toolChoice = conversation.toolChoice
        allowsParallelCalls = conversation.allowsParallelCalls
        turn = AnswerStart(features.thinkingTags, conversation: conversation, prompt: prompt)
    }

    /// What is asked of a text that continues a prompt without a template.
    package init(format: OutputFormat?) {
        self.format = format
        features = ChatFeatures()
        tools = []
        toolChoice = .automatic
        allowsParallelCalls = true
        turn = .answer
    }

    /// Whether nothing is asked.
    package var isFree: Bool {
        format == nil && !isCallRequired && (features.toolCallFormat == nil || tools.isEmpty)
    }

    /// The grammar of all that the model writes.
    ///
    /// Throws: `unsupported` when a call is demanded that nobody could read, and what the format
    /// or a tool's schema throws.
    package func makeGrammar() throws(GrammarError) -> Grammar {
        var maker = self
        maker.grammar.root = try maker.answer()
        return maker.grammar
    }

    /// Tells this from all others whose grammars differ: JSON of everything that `makeGrammar` reads.
    ///
    /// Takes a small part of the time that the grammar takes.
    package var key: [UInt8] {
        let tags = features.thinkingTags
        let calls = features.toolCallFormat
        return JSONSerializer().bytes([
            format?.key ?? .null,
            .array(tools.flatMap { [.string($0.name), $0.parameters] }),
            toolChoice.key,
            .bool(allowsParallelCalls),
            .array([tags?.open, tags?.close].map { $0.map { .string($0) } ?? .null }),
            .array(calls.map { ([$0.name] + $0.parameters).map { .string($0) } } ?? []),
            .string("\(turn)"),
        ])
    }

    // MARK: The whole answer

    private mutating func answer() throws(GrammarError) -> GrammarExpression {
        let syntax = features.toolCallFormat?.syntax
        let tools = try callableTools()
        var alternatives: [GrammarExpression] = []
        if let syntax, !tools.isEmpty {
            alternatives.append(
                try syntax.calls(
                    of: tools,
                    isParallel: allowsParallelCalls,
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
        guard let syntax, !self.tools.isEmpty else { return .freeText(excluding: []) }
        return freeAnswer(syntax, calls: alternatives.first)
    }

    private var isCallRequired: Bool {
        switch toolChoice {
        case .required, .named: true
        case .automatic, .none: false
        }
    }

    /// The tools that may be called.
    private func callableTools() throws(GrammarError) -> [Tool] {
        if isCallRequired, features.toolCallFormat == nil {
            throw GrammarError(
                .unsupported,
                "tool_choice cannot be enforced: how this model writes calls is not known from its "
                    + "template"
            )
        }
        switch toolChoice {
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
        if allowsParallelCalls {
            return .sequence([text, .sequence([calls, text]).zeroOrMore])
        }
        return .sequence([text, calls.optional])
    }
}

extension OutputFormat {
    /// Tells formats apart.
    fileprivate var key: JSONValue {
        switch self {
        case .jsonObject: "json"
        case .schema(let schema): ["schema", schema]
        case .grammar(let text): ["grammar", .string(text)]
        case .regularExpression(let text): ["regex", .string(text)]
        case .choice(let texts): .array(["choice"] + texts.map { .string($0) })
        }
    }
}

extension ToolChoice {
    /// Tells choices apart.
    fileprivate var key: JSONValue {
        switch self {
        case .automatic: "automatic"
        case .none: "none"
        case .required: "required"
        case .named(let name): [.string(name)]
        }
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
