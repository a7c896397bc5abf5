/// Text that agents change from turn to turn, and where it goes so that a prompt's cached prefix
/// stays the same.
///
/// Rules look at the lines of the system messages that a conversation begins with. They are data,
/// see `data`.
package struct VolatileRule: Sendable, Equatable, Codable {
    /// Where a line goes.
    package enum Target: String, Sendable, Codable {
        /// Away: it says nothing to a model.
        case nowhere
        /// To the end of the last leading system message, for what changes between conversations.
        case endOfSystem
        /// To the end of the last turn that is not the assistant's, for what changes every turn.
        case lastTurn
    }

    /// What else a line must hold.
    package enum Need: String, Sendable, Codable {
        /// A time of day such as `14:58`; a mere date lasts for a day.
        case clock
        /// A word of eight or more letters, digits, `-` and `_`, at least one of them a digit.
        case identifier
    }

    /// What the rule recognises, in a word.
    package var name: String
    /// How the line begins, one of these, upper and lower case of ASCII alike.
    ///
    /// Blanks and the signs of lists and headings before it do not count.
    package var begins: [String]
    /// What else the line must hold; then it is at most `longestLine` bytes long, too.
    package var needs: Need?
    /// Only the first so many lines of a message are looked at; nil for all.
    package var within: Int?
    /// Where the line goes.
    package var to: Target

    /// A longer line says more than a time or an identifier and stays.
    package static let longestLine = 160

    /// Whether a line is of this rule, given its position in the text.
    func matches(_ line: Substring.UTF8View, at position: Int) -> Bool {
        if let within, position >= within { return false }
        let start = line.drop { Self.decoration.contains($0) }
        guard begins.contains(where: { Self.begins(start, with: $0.utf8) }) else { return false }
        guard let needs else { return true }
        guard line.count <= Self.longestLine else { return false }
        switch needs {
        case .clock: return Self.hasClock(Array(line))
        case .identifier:
            return line.split(whereSeparator: { !$0.isOfWord }).contains {
                $0.count >= 8 && $0.contains(where: \.isDigit)
            }
        }
    }

    private static let decoration = Array(" \t-*#>".utf8)

    private static func begins(_ line: Substring.UTF8View, with text: String.UTF8View) -> Bool {
        var rest = line.makeIterator()
        for byte in text {
            guard let found = rest.next(), found.lowercased == byte.lowercased else { return false }
        }
        return true
    }

    /// Whether two digits, a colon and two digits stand somewhere in a line.
    private static func hasClock(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 5 else { return false }
        return (0...(bytes.count - 5)).contains { start in
            bytes[start].isDigit && bytes[start + 1].isDigit
                && bytes[start + 2] == UInt8(ascii: ":") && bytes[start + 3].isDigit
                && bytes[start + 4].isDigit
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
    fileprivate var isOfWord: Bool {
        isDigit || (0x61...0x7A).contains(lowercased) || self == 0x2D || self == 0x5F
    }
}
