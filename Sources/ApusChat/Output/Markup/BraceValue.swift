internal import ApusConversation

/// Reads the value of one argument up to the comma or brace after it, and writes it.
///
/// A text between markers is written as it comes where the parameter takes text only.
struct BraceValue: Sendable {
    enum Result {
        case more
        /// The value is written; the last byte is a comma or the closing brace.
        case ended
        case broken
    }

    private enum State {
        case start
        /// In a text that is written as it comes.
        case text
        /// After such a text.
        case afterText
        /// Outside of texts in a value that is read when it is complete.
        case other
        case quoted
    }

    private let name: String
    private let type: ParameterType
    private let quote: [UInt8]
    private var end: MarkupText
    private var state = State.start
    private var collected: [UInt8] = []
    /// How much of a quoting marker has come outside of texts.
    private var matched = 0
    private var depth = 0
    private var strings = JSONStringTracker()

    /// A value before its first byte.
    init(name: String, type: ParameterType, quote: String) {
        self.name = name
        self.type = type
        self.quote = Array(quote.utf8)
        end = MarkupText(upTo: self.quote)
    }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> Result {
        switch state {
        case .start:
            if collected.isEmpty, TagSearch.isSpace(byte) { return .more }
            state = .other
            return readOther(byte, &writer)
        case .text:
            var text: [UInt8] = []
            let isClosed = end.take(byte, &text)
            writer.appendString(text)
            if isClosed {
                writer.endString()
                state = .afterText
            }
            return .more
        case .afterText:
            if TagSearch.isSpace(byte) { return .more }
            return Self.isEnd(byte) ? .ended : .broken
        case .quoted:
            collected.append(byte)
            var text: [UInt8] = []
            if end.take(byte, &text) { state = .other }
            return .more
        case .other: return readOther(byte, &writer)
        }
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
    }

    private mutating func readOther(_ byte: UInt8, _ writer: inout MarkupWriter) -> Result {
        if !strings.isInString, readQuote(byte) {
            collected.append(byte)
            guard matched == quote.count else { return .more }
            matched = 0
            if collected.count == quote.count, isPlainText {
                writer.beginString(name)
                state = .text
            } else {
                state = .quoted
            }
            return .more
        }
        strings.take(byte)
        if !strings.isInString {
            if depth == 0, Self.isEnd(byte) { return close(&writer) }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            if depth < 0 { return .broken }
        }
        collected.append(byte)
        return .more
    }

    /// Whether a byte goes on with a quoting marker, or begins one.
    private mutating func readQuote(_ byte: UInt8) -> Bool {
        if quote[matched] != byte { matched = 0 }
        guard quote[matched] == byte else { return false }
        matched += 1
        return true
    }

    /// Whether a text between markers is a string whatever it says.
    private var isPlainText: Bool {
        !type.isKnown || type.kinds.isEmpty || type.kinds.contains(.string)
    }

    private mutating func close(_ writer: inout MarkupWriter) -> Result {
        let value = BraceLiteral.parse(collected, quote: quote)
        switch value {
        case .string(let text)? where !isPlainText:
            // A model that quotes everything quotes numbers too.
            return writer.member(name, type.value(Array(text.utf8))) ? .ended : .broken
        case let value?: return writer.member(name, value) ? .ended : .broken
        case nil:
            // A text without its markers; what is nested and cannot be read breaks the call.
            let text = TagSearch.strippedEnd(collected[...])
            let nests = text.first.map { "{[\"<".utf8.contains($0) } ?? true
            guard !nests else { return .broken }
            return writer.member(name, type.value(Array(text))) ? .ended : .broken
        }
    }
}
