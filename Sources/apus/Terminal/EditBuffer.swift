/// A text under edit and a place in it.
///
/// Works on characters as people see them; the text may have several lines.
struct EditBuffer: Sendable, Equatable {
    /// The text.
    private(set) var characters: [Character] = []
    /// How many characters stand before the cursor.
    private(set) var cursor = 0
    /// What was killed last.
    private var killed: [Character] = []

    var text: String { String(characters) }
    var isEmpty: Bool { characters.isEmpty }

    /// Replaces everything and puts the cursor at the end.
    mutating func set(_ text: String) {
        characters = Array(text)
        cursor = characters.count
    }

    /// Inserts a scalar; one that continues the character before it becomes part of it.
    mutating func insert(_ scalar: Unicode.Scalar) {
        if cursor > 0 {
            var joined = String(characters[cursor - 1])
            joined.unicodeScalars.append(scalar)
            if joined.count == 1, let character = joined.first {
                characters[cursor - 1] = character
                return
            }
        }
        insert(String(scalar))
    }

    mutating func insert(_ text: String) {
        let added = Array(text)
        characters.insert(contentsOf: added, at: cursor)
        cursor += added.count
    }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    mutating func deleteForward() {
        guard cursor < characters.count else { return }
        characters.remove(at: cursor)
    }

    mutating func moveLeft() { cursor = max(0, cursor - 1) }
    mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
    mutating func moveToLineStart() { cursor = lineStart }
    mutating func moveToLineEnd() { cursor = lineEnd }
    mutating func moveToEnd() { cursor = characters.count }
    mutating func moveWordLeft() { cursor = wordStart }

    mutating func moveWordRight() {
        var position = cursor
        while position < characters.count, !isWord(position) { position += 1 }
        while position < characters.count, isWord(position) { position += 1 }
        cursor = position
    }

    /// Moves one line up, keeping the column; false on the first line.
    mutating func moveUp() -> Bool {
        let start = lineStart
        guard start > 0 else { return false }
        let column = cursor - start
        cursor = start - 1
        let length = cursor - lineStart
        cursor -= max(0, length - column)
        return true
    }

    /// Moves one line down, keeping the column; false on the last line.
    mutating func moveDown() -> Bool {
        let end = lineEnd
        guard end < characters.count else { return false }
        let column = cursor - lineStart
        cursor = end + 1
        cursor = min(cursor + column, lineEnd)
        return true
    }

    mutating func killToLineEnd() {
        // At the end of a line its line end goes.
        let end = cursor == lineEnd ? min(cursor + 1, characters.count) : lineEnd
        kill(cursor..<end)
    }

    mutating func killToLineStart() { kill(lineStart..<cursor) }
    mutating func killWordLeft() { kill(spacedWordStart..<cursor) }
    mutating func yank() { insert(String(killed)) }

    private mutating func kill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        killed = Array(characters[range])
        characters.removeSubrange(range)
        cursor = range.lowerBound
    }

    private var lineStart: Int {
        (characters[..<cursor].lastIndex(of: "\n") ?? -1) + 1
    }

    private var lineEnd: Int {
        characters[cursor...].firstIndex(of: "\n") ?? characters.count
    }

    private var wordStart: Int {
        var position = cursor
        while position > 0, !isWord(position - 1) { position -= 1 }
        while position > 0, isWord(position - 1) { position -= 1 }
        return position
    }

    /// Where the word before the cursor begins when only white space ends words.
    private var spacedWordStart: Int {
        var position = cursor
        while position > 0, characters[position - 1].isWhitespace { position -= 1 }
        while position > 0, !characters[position - 1].isWhitespace { position -= 1 }
        return position
    }

    private func isWord(_ position: Int) -> Bool {
        characters[position].isLetter || characters[position].isNumber
    }
}
