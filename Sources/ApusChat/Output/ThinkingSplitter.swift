/// Separates reasoning from the answer in text that arrives in pieces.
///
/// Reasoning counts only at the beginning of the output. White space next to the tags is dropped;
/// everything else comes out, in order, in one part or the other.
/// Complexity: O(1) a byte, in terms of the output.
struct ThinkingSplitter {
    enum Part: Equatable {
        case thinking([UInt8])
        case content([UInt8])
    }

    private enum State {
        /// Nothing but white space so far; an opening tag may come.
        case start
        /// After the opening tag, before the first letter.
        case opened
        case thinking
        /// After the closing tag, before the first letter.
        case closed
        case content
    }

    private let open: [UInt8]
    /// Texts that end the reasoning: the closing tag, then texts that belong to the answer.
    private let ends: [String]
    private var state: State
    /// At the start: white space, and what may be the beginning of the opening tag.
    private var space: [UInt8] = []
    private var pending: [UInt8] = []
    private var reasoning: MarkedText
    private var parts: [Part] = []
    private var text: [UInt8] = []

    /// A splitter; `isOpen` says that the prompt ends inside the reasoning, `isClosed` that it
    /// ends inside the answer.
    ///
    /// Any of `interrupting` ends the reasoning as the closing tag does, and opens the answer.
    init(_ tags: ThinkingTags, isOpen: Bool, isClosed: Bool, interrupting: [String]) {
        open = Array(tags.open.utf8)
        ends = [tags.close] + interrupting
        reasoning = MarkedText(ends)
        state = isOpen ? .opened : isClosed ? .content : .start
    }

    /// Whether what comes next belongs to the reasoning.
    var isThinking: Bool {
        switch state {
        case .opened, .thinking: true
        case .start, .closed, .content: false
        }
    }

    /// What can be told apart after `piece`.
    mutating func feed(_ piece: String) -> [Part] {
        let bytes = Array(piece.utf8)
        for (offset, byte) in bytes.enumerated() {
            if case .content = state {
                text += bytes[offset...]
                break
            }
            take(byte)
        }
        return takeParts()
    }

    /// What was held back, when nothing more comes.
    mutating func finish() -> [Part] {
        switch state {
        case .start: answer(space + pending)
        case .thinking: text += reasoning.takeRest()
        case .opened, .closed, .content: break
        }
        (space, pending) = ([], [])
        return takeParts()
    }

    private mutating func take(_ byte: UInt8) {
        switch state {
        case .start: start(byte)
        case .opened where byte.isJSONSpace, .closed where byte.isJSONSpace: break
        case .opened, .thinking:
            state = .thinking
            think(byte)
        case .closed, .content: answer([byte])
        }
    }

    private mutating func start(_ byte: UInt8) {
        if pending.isEmpty, byte.isJSONSpace {
            space.append(byte)
            return
        }
        pending.append(byte)
        if pending == open {
            state = .opened
        } else if !open.starts(with: pending) {
            answer(space + pending)
        } else {
            return
        }
        (space, pending) = ([], [])
    }

    private mutating func think(_ byte: UInt8) {
        guard let end = reasoning.take(byte, into: &text) else { return }
        if end == 0 {
            flush()
            state = .closed
        } else {
            answer(Array(ends[end].utf8))
        }
    }

    /// Adds to the answer, with which the reasoning ends.
    private mutating func answer(_ bytes: [UInt8]) {
        if case .content = state {} else { flush() }
        state = .content
        text += bytes
    }

    private mutating func flush() {
        guard !text.isEmpty else { return }
        switch state {
        case .content: parts.append(.content(text))
        default: parts.append(.thinking(text))
        }
        text = []
    }

    private mutating func takeParts() -> [Part] {
        flush()
        defer { parts = [] }
        return parts
    }
}
