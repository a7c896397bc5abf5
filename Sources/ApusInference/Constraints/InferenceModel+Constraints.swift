internal import ApusChat
internal import ApusConversation
internal import ApusSampling

/// What a request demands of the tokens of its answer.
extension InferenceModel {
    /// The mask of a request's answer; nil when nothing is demanded.
    ///
    /// Throws: `GrammarError` for a format that cannot be enforced; `InferenceError` `unsupported`
    /// for a budget on reasoning that has no closing tag.
    func mask(
        of request: GenerationRequest,
        prompt: Prompt,
        template: any ChatTemplate
    ) throws -> OutputMask? {
        var mask = OutputMask()
        switch request.prompt {
        case .conversation(let conversation):
            mask.budget = try budget(request, conversation, prompt, template.features)
            let answer = AnswerGrammar(
                features: template.features,
                conversation: conversation,
                prompt: prompt.text,
                format: request.format
            )
            mask.matcher = try grammars.compiled(answer)?.matcher()
        case .text, .tokens, .infill:
            mask.matcher = try grammars.compiled(AnswerGrammar(format: request.format))?.matcher()
        }
        return mask.matcher == nil && mask.budget == nil ? nil : mask
    }

    private func budget(
        _ request: GenerationRequest,
        _ conversation: Conversation,
        _ prompt: Prompt,
        _ features: ChatFeatures
    ) throws -> ThinkingBudget? {
        guard let limit = request.thinkingBudget, features.supportsThinking,
            conversation.thinking != .off
        else { return nil }
        guard let tags = features.thinkingTags else {
            throw InferenceError(
                .unsupported,
                "thinking_budget cannot be enforced: the reasoning of this model has no closing tag"
            )
        }
        let start = AnswerStart(tags, conversation: conversation, prompt: prompt.text)
        guard start != .answer else { return nil }
        return ThinkingBudget(
            limit: limit,
            opening: tags.open,
            closing: tags.close,
            isOpen: start == .thinking,
            tokenizer: tokenizer
        )
    }
}
