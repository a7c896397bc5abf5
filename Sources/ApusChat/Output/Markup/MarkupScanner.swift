/// Finds blocks of calls in an answer, and gives them to a machine byte by byte.
///
/// Since nothing depends on how bytes are grouped, neither do the results. White space before a
/// block is held back until it is clear that calls follow; white space after one is dropped.
/// Complexity: O(bytes), times the length of the longest opening where text looks like one.
struct MarkupScanner<Machine: MarkupMachine>: ToolCallScanner {
    private enum State {
        case text
        /// After a block: white space is dropped.
        case afterBlock
        case block
        /// Only text comes any more.
        case closed
    }

    private let openings: [[UInt8]]
    private let isAnchored: Bool
    private let makeMachine: @Sendable (Int) -> Machine
    private var state = State.text
    /// What reads the block, in the state `block`.
    private var machine: Machine?
    private var writer = MarkupWriter()
    /// White space that may stand before a block.
    private var space: [UInt8] = []
    /// What may become an opening.
    private var pending: [UInt8] = []
    /// The bytes of the call that is being read, the white space and the opening before it too.
    private var raw: [UInt8] = []

    /// A scanner of blocks that begin with one of `openings`, whose place `makeMachine` gets.
    ///
    /// With `isAnchored`, no text may come before calls.
    init(
        openings: [String],
        isAnchored: Bool = false,
        makeMachine: @escaping @Sendable (Int) -> Machine
    ) {
        self.openings = openings.map { Array($0.utf8) }
        self.isAnchored = isAnchored
        self.makeMachine = makeMachine
    }

    mutating func feed(_ piece: [UInt8]) -> [ScannedPart] {
        for byte in piece { take(byte) }
        return writer.take()
    }

    mutating func finish() -> [ScannedPart] {
        if let step = machine?.finish(&writer) { close(step) }
        switch state {
        case .afterBlock where pending.isEmpty: break
        default: writer.append(text: space + pending)
        }
        (space, pending, raw) = ([], [], [])
        state = .closed
        return writer.take()
    }

    /// Takes one byte, and again those that a block gives back.
    private mutating func take(_ byte: UInt8) {
        // A block gives back less than it took, so that each byte is taken a few times at most.
        var waiting = [byte]
        while let next = waiting.popLast() {
            if let step = machine?.take(next, &writer) {
                raw.append(next)
                if step != .more { waiting += end(step).reversed() }
            } else {
                takeText(next)
            }
        }
    }

    /// Acts on what a machine says; the result is what it has not read.
    private mutating func end(_ step: MarkupStep) -> [UInt8] {
        switch step {
        case .more: return []
        case .callEnded:
            raw = []
            return []
        case .ended(let unread):
            let rest = Array(raw.suffix(unread))
            (raw, machine) = ([], nil)
            state = .afterBlock
            return rest
        case .broken(let unread):
            let rest = Array(raw.suffix(unread))
            writer.breakCall(Array(raw.dropLast(unread)))
            (raw, machine) = ([], nil)
            state = isAnchored ? .closed : .text
            return rest
        }
    }

    /// Acts on what a machine says about the end of the answer.
    private mutating func close(_ step: MarkupStep) {
        switch step {
        case .broken: writer.breakCall(raw)
        case .ended(let unread): writer.append(text: Array(raw.suffix(unread)))
        case .more, .callEnded: break
        }
        (raw, machine) = ([], nil)
        state = .closed
    }

    private mutating func takeText(_ byte: UInt8) {
        if case .closed = state {
            writer.append(text: byte)
            return
        }
        if !pending.isEmpty || openings.contains(where: { $0.first == byte }) {
            pending.append(byte)
            readPending()
        } else {
            plain(byte)
        }
    }

    /// Gives up bytes that begin no opening, and begins a block where there is one.
    private mutating func readPending() {
        while !pending.isEmpty {
            if let opening = openings.firstIndex(of: pending) {
                raw = space + pending
                (space, pending) = ([], [])
                state = .block
                machine = makeMachine(opening)
                return
            }
            if openings.contains(where: { $0.starts(with: pending) }) { return }
            plain(pending.removeFirst())
        }
    }

    /// A byte of text.
    private mutating func plain(_ byte: UInt8) {
        if case .afterBlock = state {
            if TagSearch.isSpace(byte) { return }
            state = .text
        }
        if TagSearch.isSpace(byte) {
            space.append(byte)
            return
        }
        writer.append(text: space)
        writer.append(text: byte)
        space = []
        if isAnchored { closeText() }
    }

    /// All the rest is text.
    private mutating func closeText() {
        writer.append(text: pending)
        pending = []
        state = .closed
    }
}
