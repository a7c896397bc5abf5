internal import ApusChat
internal import ApusConversation
internal import ApusTokenizers

#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#endif

/// From a request to tokens that fit the context.
extension InferenceModel {
    /// The template of a request: its own, or the model's.
    ///
    /// A model may bring a second template for conversations with tools, as transformers knows it.
    func template(of request: GenerationRequest) throws -> any ChatTemplate {
        let chosen = try chosenTemplate(of: request)
        return try request.parser.map { try ChatTemplates.template(chosen, readBy: $0) } ?? chosen
    }

    private func chosenTemplate(of request: GenerationRequest) throws -> any ChatTemplate {
        if let source = request.template { return try ChatTemplates.template(source) }
        if let toolTemplate, case .conversation(let conversation) = request.prompt,
            !conversation.tools.isEmpty
        {
            return toolTemplate
        }
        return template
    }

    /// Renders and tokenizes what a request asks for.
    ///
    /// - Throws: `ChatError` when the template fails; `InferenceError` `promptTooLong` or
    ///   `invalidRequest`.
    func prompt(
        _ request: GenerationRequest,
        template: any ChatTemplate
    ) throws -> Prompt {
        try check(request.leadingTokens, of: "context", .prompt)
        var prompt: Prompt
        switch request.prompt {
        case .conversation(let conversation):
            prompt = try render(conversation, request, template)
        case .text(let text):
            prompt = Prompt(
                tokens: request.leadingTokens + encode(text, after: request.leadingTokens),
                text: text
            )
        case .tokens(let tokens):
            try check(tokens, of: "prompt", .prompt)
            prompt = Prompt(tokens: tokens, text: tokenizer.decode(tokens, skipSpecial: false))
        case .infill(let prefix, let suffix):
            prompt = try infill(prefix: prefix, suffix: suffix, template: template)
        }
        try fit(&prompt, request)
        guard !prompt.tokens.isEmpty else {
            throw InferenceError(.invalidRequest, "The prompt is empty.", field: .prompt)
        }
        return prompt
    }

    /// Renders a conversation, its oldest turns dropped until it fits.
    ///
    /// System turns and the last turn stay.
    private func render(
        _ conversation: Conversation,
        _ request: GenerationRequest,
        _ template: any ChatTemplate
    ) throws -> Prompt {
        var conversation = conversation
        var dropped = 0
        while true {
            let text = try template.render(conversation, options: renderOptions)
            var prompt = prompt(
                text,
                of: conversation,
                features: template.features,
                after: request.leadingTokens
            )
            prompt.droppedMessages = dropped
            let oldest = conversation.messages.dropLast().firstIndex { $0.role != "system" }
            guard prompt.tokens.count > contextLength, request.overflow == .truncate, let oldest
            else { return prompt }
            conversation.messages.remove(at: oldest)
            dropped += 1
        }
    }

    /// Cuts the middle out of a prompt that leaves no room for an answer, or refuses it.
    private func fit(_ prompt: inout Prompt, _ request: GenerationRequest) throws {
        let count = prompt.tokens.count
        // Whoever only counts may know how long a prompt is that does not fit.
        let isCount = request.rendersOnly && request.overflow == .refuse
        guard count >= contextLength, !isCount else { return }
        guard request.overflow == .truncate, request.shiftsContext else {
            throw InferenceError(
                .promptTooLong,
                "the prompt is longer than the context length currently available to the model "
                    + "(\(count) tokens, limit \(contextLength)); shorten the prompt, adjust the "
                    + "context length in settings, or use a model with a longer context length"
            )
        }
        let kept = keptTokens(request, count: count)
        let left = contextLength - max((contextLength - kept) / 2, 1)
        prompt.tokens = Array(prompt.tokens[..<kept] + prompt.tokens[(count - left + kept)...])
        prompt.droppedTokens = count - prompt.tokens.count
        prompt.fingerprint = nil
    }

    /// How many tokens stay at the front when the context is cut.
    func keptTokens(_ request: GenerationRequest, count: Int) -> Int {
        let wanted = request.keptTokens < 0 ? count : request.keptTokens
        let beginning = tokenizer.special.addsBeginning ? 1 : 0
        return min(wanted + beginning, contextLength - 2, count)
    }

    /// A rendered prompt's tokens, with a beginning token unless the text or earlier tokens bring
    /// one.
    func encode(_ text: String, after leadingTokens: [Int32] = []) -> [Int32] {
        let beginning = renderOptions.beginningText
        let hasBeginning =
            !leadingTokens.isEmpty
            || (!beginning.isEmpty && text.hasPrefix(beginning))
        return tokenizer.encode(text, addSpecial: !hasBeginning, parseSpecial: true)
    }

    var renderOptions: RenderOptions {
        func text(_ token: Int32?) -> String { token.flatMap(tokenizer.text(of:)) ?? "" }
        return RenderOptions(
            date: ChatDate(unixSeconds: Int64(time(nil))),
            beginningText: text(tokenizer.special.beginning),
            endText: text(tokenizer.special.end)
        )
    }
}
