package import ApusConversation

/// Where in its turn the model begins to write.
package enum AnswerStart: Equatable {
    /// Inside the reasoning: the prompt opened it, or ends within it.
    case thinking
    /// In the answer: the prompt closed the reasoning, or there is none to come.
    case answer
    /// At the beginning: the model decides whether it reasons.
    case either

    /// What the end of `prompt`, rendered from `conversation`, says.
    package init(_ tags: ThinkingTags?, conversation: Conversation, prompt: String) {
        guard let tags else {
            self = .answer
            return
        }
        let end = TagSearch.strippedEnd(Array(prompt.utf8)[...])
        func ends(with tag: String) -> Bool { end.reversed().starts(with: tag.utf8.reversed()) }
        if conversation.continuesContent {
            self = .answer
        } else if conversation.continuesThinking || ends(with: tags.open) {
            self = .thinking
        } else if ends(with: tags.close) || conversation.thinking == .off {
            self = .answer
        } else {
            self = .either
        }
    }
}

extension Conversation {
    /// Whether the model goes on with the text of a last turn of its own.
    var continuesContent: Bool { continuedTurn?.content.isEmpty == false }

    /// Whether the model goes on with the reasoning of a last turn of its own.
    var continuesThinking: Bool {
        !continuesContent && continuedTurn?.thinking?.isEmpty == false
    }

    private var continuedTurn: Message? {
        messages.last.flatMap { $0.role == "assistant" && $0.toolCalls.isEmpty ? $0 : nil }
    }
}
