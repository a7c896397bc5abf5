package import ApusConversation
internal import ApusSampling

/// Takes a model's output apart into reasoning, answer and calls of tools.
///
/// Total: it never fails, gives the same for every way of cutting the output into pieces (but for
/// where events begin and end), and loses nothing except white space next to tags and calls, and
/// tags and markers themselves. What looks like a call and is none comes as a malformed one.
package struct OutputParser: Sendable {
    private var splitter: ThinkingSplitter?
    private var scanner: (any ToolCallScanner)?
    private let makeID: @Sendable () -> String
    /// The number of the next call, or of the one that is being read.
    private var index = 0
    /// The call that is being read.
    private var open: (id: String, name: String)?

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
        let syntax = features.toolCallFormat?.syntax
        let tools = conversation.toolChoice == .none ? [] : conversation.tools
        if let syntax, !tools.isEmpty || syntax.marksAnswers {
            scanner = syntax.scanner(for: tools)
        }
        if let tags = features.thinkingTags {
            let start = AnswerStart(tags, conversation: conversation, prompt: prompt)
            let interrupts = syntax?.isAnchored == false && !tools.isEmpty
            splitter = ThinkingSplitter(
                tags,
                isOpen: start == .thinking,
                isClosed: conversation.continuesContent,
                interrupting: interrupts ? syntax?.openings ?? [] : []
            )
        }
    }

    /// Whether what comes next belongs to the reasoning.
    package var isThinking: Bool {
        splitter?.isThinking == true || scanner?.isThinking == true
    }

    /// What `piece`, the next part of the output, makes certain: events of content, thinking and
    /// calls only.
    package mutating func feed(_ piece: String) -> [GenerationEvent] {
        guard let parts = splitter?.feed(piece) else { return scan(Array(piece.utf8)) }
        return events(parts)
    }

    /// What was held back, when the output is complete.
    package mutating func finish() -> [GenerationEvent] {
        let rest = splitter?.finish() ?? []
        return events(rest) + events(scanner?.finish() ?? [])
    }

    private mutating func events(_ parts: [ThinkingSplitter.Part]) -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for part in parts {
            switch part {
            case .thinking(let text):
                events.append(.thinking(String(decoding: text, as: UTF8.self)))
            case .content(let text): events += scan(text)
            }
        }
        return events
    }

    private mutating func scan(_ text: [UInt8]) -> [GenerationEvent] {
        if let parts = scanner?.feed(text) { return events(parts) }
        return text.isEmpty ? [] : [.content(String(decoding: text, as: UTF8.self))]
    }

    private mutating func events(_ parts: [ScannedPart]) -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for part in parts {
            if let event = event(part) { events.append(event) }
        }
        return events
    }

    private mutating func event(_ part: ScannedPart) -> GenerationEvent? {
        switch part {
        case .text(let text): return .content(String(decoding: text, as: UTF8.self))
        case .thinking(let text): return .thinking(String(decoding: text, as: UTF8.self))
        case .callStart(let name):
            let id = makeID()
            open = (id, name)
            return .toolCallDelta(ToolCallDelta(index: index, id: id, name: name))
        case .callArguments(let text):
            guard let open else { return nil }
            let arguments = String(decoding: text, as: UTF8.self)
            return .toolCallDelta(
                ToolCallDelta(index: index, id: open.id, arguments: arguments)
            )
        case .callEnd(let arguments):
            guard let open else { return nil }
            close()
            return .toolCall(ToolCall(id: open.id, name: open.name, arguments: arguments))
        case .brokenCall(let text):
            close()
            return .malformedToolCall(String(decoding: text, as: UTF8.self))
        }
    }

    /// Ends the call that is being read, whose number counts once pieces of it are out.
    private mutating func close() {
        if open != nil { index += 1 }
        open = nil
    }
}

extension ToolCallSyntax {
    /// Whether answers without calls have markers, too, so that they have to be scanned.
    fileprivate var marksAnswers: Bool { answer(containing: .empty) != .empty }
}
