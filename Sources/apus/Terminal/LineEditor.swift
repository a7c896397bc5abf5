/// The line that is being entered: keys in, what to do out.
///
/// Knows nothing of terminals.
struct LineEditor: Sendable {
    /// What a key led to.
    enum Outcome: Sendable, Equatable {
        /// The text is complete.
        case submitted(String)
        /// Ctrl-C; the text is gone.
        case interrupted(wasEmpty: Bool)
        /// Ctrl-D on an empty line.
        case ended
        case suspended
        case screenCleared
    }

    /// The text and the cursor.
    private(set) var buffer = EditBuffer()
    /// What was entered before.
    var history = InputHistory()
    /// Whether Enter submits this text rather than beginning its next line.
    private let isComplete: @Sendable (String) -> Bool

    init(isComplete: @escaping @Sendable (String) -> Bool = { _ in true }) {
        self.isComplete = isComplete
    }

    /// What the key leads to; nil when only the text or the cursor changed.
    mutating func handle(_ key: Key) -> Outcome? {
        switch key {
        case .enter:
            return enter()
        case .interrupt:
            let wasEmpty = buffer.isEmpty
            reset()
            return .interrupted(wasEmpty: wasEmpty)
        case .endOfInput where buffer.isEmpty:
            return .ended
        case .suspend:
            return .suspended
        case .clearScreen:
            return .screenCleared
        case .up:
            if !buffer.moveUp(), let line = history.older(than: buffer.text) { buffer.set(line) }
        case .down:
            if !buffer.moveDown(), let line = history.newer() { buffer.set(line) }
        default:
            edit(key)
        }
        return nil
    }

    /// Puts the cursor behind the text, as it is left on the screen.
    mutating func moveToEnd() { buffer.moveToEnd() }

    private mutating func enter() -> Outcome? {
        let text = buffer.text
        guard isComplete(text) else {
            buffer.moveToEnd()
            buffer.insert("\n")
            return nil
        }
        history.add(text)
        reset()
        return .submitted(text)
    }

    private mutating func reset() {
        buffer.set("")
        history.rewind()
    }

    private mutating func edit(_ key: Key) {
        switch key {
        case .text(let scalar): buffer.insert(scalar)
        case .paste(let text): buffer.insert(text)
        case .newline: buffer.insert("\n")
        case .left: buffer.moveLeft()
        case .right: buffer.moveRight()
        case .home: buffer.moveToLineStart()
        case .end: buffer.moveToLineEnd()
        case .wordLeft: buffer.moveWordLeft()
        case .wordRight: buffer.moveWordRight()
        case .backspace: buffer.deleteBackward()
        case .delete, .endOfInput: buffer.deleteForward()
        case .killWord: buffer.killWordLeft()
        case .killToStart: buffer.killToLineStart()
        case .killToEnd: buffer.killToLineEnd()
        case .yank: buffer.yank()
        case .up, .down, .enter, .clearScreen, .interrupt, .suspend: break
        }
    }
}
