package import ApusConversation

/// Takes a model's output apart into reasoning, answer and calls of tools.
///
/// Total: it never fails, gives the same for every way of cutting the output into pieces (but for
/// where events begin and end), and loses nothing except white space next to tags and calls. What
/// looks like a call and is none is text.
package struct OutputParser: Sendable {
    private var splitter: ThinkingSplitter?
    private var scanner: (any ToolCallScanner)?
    private let makeID: @Sendable () -> String

    /// A parser of the answer to `prompt`, which was rendered from `conversation` by a template with
    /// `features`.
    ///
    /// Calls are looked for only when the conversation has tools; `makeID` names each of them.
    package init(
        features: ChatFeatures,
        conversation: Conversation,
        prompt: String,
        makeID: @escaping @Sendable () -> String
    ) {
        self.makeID = makeID
        let format = conversation.tools.isEmpty ? .none : features.toolCallFormat
        var interrupting: [String] = []
        switch format {
        case .none: break
        case .tagged(let open, let close):
            scanner = TaggedToolCallScanner(open: open, close: close)
            interrupting = [open]
        case .bareJSON:
            scanner = BareToolCallScanner(tools: Set(conversation.tools.map(\.name)))
        }
        if let tags = features.thinkingTags {
            let continued = conversation.messages.last.flatMap {
                $0.role == "assistant" && $0.toolCalls.isEmpty ? $0 : nil
            }
            let continuesContent = continued?.content.isEmpty == false
            let continuesThinking = !continuesContent && continued?.thinking?.isEmpty == false
            let end = TagSearch.strippedEnd(Array(prompt.utf8)[...])
            splitter = ThinkingSplitter(
                tags,
                isOpen: continuesThinking || end.reversed().starts(with: tags.open.utf8.reversed()),
                isClosed: continuesContent,
                interrupting: interrupting
            )
        }
    }

    /// What `piece`, the next part of the output, makes certain: `content`, `thinking` and
    /// `toolCall` events only.
    package mutating func feed(_ piece: String) -> [GenerationEvent] {
        guard var splitter else { return scan(Array(piece.utf8)) }
        let parts = splitter.feed(piece)
        self.splitter = splitter
        return parts.flatMap { events($0) }
    }

    /// What was held back, when the output is complete.
    package mutating func finish() -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        if var splitter {
            for part in splitter.finish() { events += self.events(part) }
            self.splitter = splitter
        }
        if var scanner {
            events += scanner.finish().map { event($0) }
            self.scanner = scanner
        }
        return events
    }

    private mutating func events(_ part: ThinkingSplitter.Part) -> [GenerationEvent] {
        switch part {
        case .thinking(let text): [.thinking(String(decoding: text, as: UTF8.self))]
        case .content(let text): scan(text)
        }
    }

    private mutating func scan(_ text: [UInt8]) -> [GenerationEvent] {
        guard var scanner else {
            return text.isEmpty ? [] : [.content(String(decoding: text, as: UTF8.self))]
        }
        let parts = scanner.feed(text)
        self.scanner = scanner
        return parts.map { event($0) }
    }

    private func event(_ part: ScannedPart) -> GenerationEvent {
        switch part {
        case .text(let text): .content(String(decoding: text, as: UTF8.self))
        case .call(let call):
            .toolCall(ToolCall(id: makeID(), name: call.name, arguments: call.arguments))
        }
    }
}
