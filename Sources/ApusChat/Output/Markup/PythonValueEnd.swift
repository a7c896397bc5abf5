/// Finds where one of Python's literals ends in a list of arguments, byte by byte.
struct PythonValueEnd: Sendable {
    enum Result {
        /// The byte belongs to the value.
        case inside
        /// The byte is the comma or the parenthesis after the value.
        case ended
        /// Brackets do not match.
        case broken
    }

    private enum State {
        case plain
        /// After one quote, after two of them.
        case opened
        case openedTwice
        case string
        /// In a string between three quotes, after so many of the closing ones.
        case long(closing: Int)
    }

    private var state = State.plain
    private var quote: UInt8 = 0
    private var isEscaped = false
    private var depth = 0

    /// Whether all brackets are closed, outside of strings.
    var isBalanced: Bool {
        switch state {
        case .plain, .openedTwice: depth == 0
        case .opened, .string, .long: false
        }
    }

    /// Whether the bytes so far end inside a string between single quotes.
    var isInString: Bool { if case .string = state { true } else { false } }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) -> Result {
        switch state {
        case .plain: return plain(byte)
        case .opened:
            state = byte == quote ? .openedTwice : .string
            if byte != quote { string(byte) }
            return .inside
        case .openedTwice:
            state = byte == quote ? .long(closing: 0) : .plain
            return byte == quote ? .inside : plain(byte)
        case .string:
            string(byte)
            return .inside
        case .long(let closing):
            long(byte, closing)
            return .inside
        }
    }

    private mutating func plain(_ byte: UInt8) -> Result {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            (state, quote, isEscaped) = (.opened, byte, false)
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            if depth == 0 { return byte == UInt8(ascii: ")") ? .ended : .broken }
            depth -= 1
        case UInt8(ascii: ","):
            if depth == 0 { return .ended }
        default: break
        }
        return .inside
    }

    private mutating func string(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == quote {
            state = .plain
        }
    }

    private mutating func long(_ byte: UInt8, _ closing: Int) {
        let isQuote = byte == quote && !isEscaped
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        state = isQuote ? (closing == 2 ? .plain : .long(closing: closing + 1)) : .long(closing: 0)
    }
}
