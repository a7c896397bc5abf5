/// Separates reasoning from the answer in text that arrives in pieces.
///
/// Reasoning counts only at the beginning of the output. White space next to the tags is dropped;
/// everything else comes out, in order, in one part or the other.
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
    private let ends: [[UInt8]]
    private var state: State
    private var buffer: [UInt8] = []

    /// A splitter; `isOpen` says that the prompt ends inside the reasoning, `isClosed` that it
    /// ends inside the answer.
    ///
    /// Any of `interrupting` ends the reasoning as the closing tag does, and opens the answer.
    init(_ tags: ThinkingTags, isOpen: Bool, isClosed: Bool, interrupting: [String]) {
        open = Array(tags.open.utf8)
        ends = [Array(tags.close.utf8)] + interrupting.map { Array($0.utf8) }
        state = isOpen ? .opened : isClosed ? .content : .start
    }

    /// What can be told apart after `piece`.
    mutating func feed(_ piece: String) -> [Part] {
        buffer += Array(piece.utf8)
        var parts: [Part] = []
        while let part = step() {
            switch part {
            case .thinking(let text) where text.isEmpty: break
            case .content(let text) where text.isEmpty: break
            default: parts.append(part)
            }
        }
        return parts
    }

    /// What was held back, when nothing more comes.
    mutating func finish() -> [Part] {
        defer { buffer = [] }
        guard !buffer.isEmpty else { return [] }
        switch state {
        case .start, .content: return [.content(buffer)]
        case .thinking: return [.thinking(buffer)]
        case .opened, .closed: return []
        }
    }

    /// Takes what is certain from the buffer; nil when more is needed.
    private mutating func step() -> Part? {
        guard !buffer.isEmpty else { return nil }
        switch state {
        case .start: return start()
        case .opened, .closed:
            buffer = Array(buffer.drop(while: TagSearch.isSpace))
            guard !buffer.isEmpty else { return nil }
            state = state == .opened ? .thinking : .content
            return .content([])
        case .thinking: return think()
        case .content:
            defer { buffer = [] }
            return .content(buffer)
        }
    }

    private mutating func start() -> Part? {
        let text = buffer.drop(while: TagSearch.isSpace)
        if text.starts(with: open) {
            buffer = Array(text.dropFirst(open.count))
            state = .opened
            return .content([])
        }
        if open.starts(with: text) { return nil }
        state = .content
        return .content([])
    }

    private mutating func think() -> Part? {
        if let (tag, offset) = TagSearch.first(of: ends, in: buffer) {
            let text = TagSearch.strippedEnd(buffer[..<offset])
            buffer = Array(buffer[(tag == 0 ? offset + ends[0].count : offset)...])
            state = tag == 0 ? .closed : .content
            return .thinking(Array(text))
        }
        let pending = TagSearch.pendingLength(of: ends, in: buffer)
        let certain = TagSearch.strippedEnd(buffer.dropLast(pending))
        guard !certain.isEmpty else { return nil }
        buffer = Array(buffer[certain.endIndex...])
        return .thinking(Array(certain))
    }
}
