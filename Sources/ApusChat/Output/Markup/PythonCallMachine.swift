internal import ApusConversation

/// Reads a block of calls that are written as in Python.
struct PythonCallMachine: MarkupMachine {
    private enum State {
        /// Before a call; the list's bracket may come, or JSON.
        case start
        case name
        /// Before an argument or the closing parenthesis.
        case arguments
        case key
        case value
        /// In a string that is written as it comes.
        case string
        /// After such a string.
        case afterString
        /// After a call.
        case afterCall
        /// After a JSON object.
        case json
        /// After the list; only the closing marker may come.
        case afterList
    }

    private let style: PythonCallStyle
    private let tools: [String: ToolParameters]
    private let ends: [[UInt8]]
    private var state = State.start
    private var search = MarkerSearch()
    private var text: [UInt8] = []
    private var value = PythonValueEnd()
    private var key = ""
    private var isInList: Bool
    private var hasCalls = false
    /// How many more bytes of a string are held back.
    private var held = 0

    /// Bytes after a backslash that may belong to its escape, with the second of two surrogates.
    private static let longestEscape = 12

    /// A machine that begins after an opening, with the list's bracket or not.
    init(_ style: PythonCallStyle, tools: [String: ToolParameters]) {
        self.style = style
        self.tools = tools
        ends = style.close.isEmpty ? [] : [Array(style.close.utf8)]
        isInList = style.isAnchored
    }

    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch state {
        case .start: return readStart(byte)
        case .name: return readName(byte, &writer)
        case .arguments: return readArguments(byte, &writer)
        case .key: return readKey(byte, &writer)
        case .value: return readValue(byte, &writer)
        case .string: return readString(byte, &writer)
        case .afterString: return readAfterString(byte, &writer)
        case .json: return readJSON(byte, &writer)
        case .afterCall: return readAfterCall(byte)
        case .afterList: return readEnd(byte)
        }
    }

    mutating func finish(_ writer: inout MarkupWriter) -> MarkupStep {
        switch state {
        case .afterCall, .afterList: .ended(unread: search.count)
        case .start where hasCalls: .ended(unread: 0)
        default: .broken(unread: 0)
        }
    }

    private mutating func readStart(_ byte: UInt8) -> MarkupStep {
        if TagSearch.isSpace(byte) { return .more }
        if byte == UInt8(ascii: "["), !isInList, !hasCalls {
            isInList = true
        } else if byte == UInt8(ascii: "{"), !style.isAnchored {
            value = PythonValueEnd()
            state = .json
            text = [byte]
            _ = value.take(byte)
        } else if byte == UInt8(ascii: "]"), isInList, hasCalls {
            state = .afterList
        } else if Self.isName(byte) {
            state = .name
            text = [byte]
        } else {
            return hasCalls ? .ended(unread: 1) : .broken(unread: 1)
        }
        return .more
    }

    /// Whether names may contain a byte.
    static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }

    private mutating func readName(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        if byte == UInt8(ascii: "(") {
            let name = takeText()
            guard !style.isAnchored || tools[name] != nil else { return .broken(unread: 0) }
            writer.beginCall(name)
            state = .arguments
            return .more
        }
        text.append(byte)
        let isName = Self.isName(byte) && text.count <= MarkupName.maximumLength
        return isName ? .more : .broken(unread: 1)
    }

    private mutating func readArguments(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        // A comma after the last argument is harmless.
        if TagSearch.isSpace(byte) || byte == UInt8(ascii: ",") { return .more }
        if byte == UInt8(ascii: ")") {
            writer.endCall()
            hasCalls = true
            state = .afterCall
            return .callEnded
        }
        guard Self.isName(byte) else { return .broken(unread: 0) }
        text = [byte]
        state = .key
        return .more
    }

    private mutating func readKey(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        if byte == UInt8(ascii: "=") {
            key = takeText()
            value = PythonValueEnd()
            state = .value
            return .more
        }
        if TagSearch.isSpace(byte) { return .more }
        text.append(byte)
        let isKey = Self.isName(byte) && text.count <= MarkupName.maximumLength
        return isKey ? .more : .broken(unread: 0)
    }

    private mutating func readValue(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch value.take(byte) {
        case .inside:
            text.append(byte)
            if text.count == 2, value.isInString,
                text[0] == UInt8(ascii: "\"") || text[0] == UInt8(ascii: "'")
            {
                writer.beginString(key)
                state = .string
                text = []
                writeString(byte, &writer)
            }
            return .more
        case .broken: return .broken(unread: 0)
        case .ended:
            guard let value = PythonLiteral.parse(text), writer.member(key, value) else {
                return .broken(unread: 0)
            }
            text = []
            state = .arguments
            return byte == UInt8(ascii: ")") ? readArguments(byte, &writer) : .more
        }
    }

    private mutating func readString(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        _ = value.take(byte)
        if value.isInString {
            writeString(byte, &writer)
        } else {
            writer.appendString(PythonLiteral.unescaped(text))
            writer.endString()
            text = []
            state = .afterString
        }
        return .more
    }

    /// Writes a byte of a string, or holds it back while it may belong to an escape.
    private mutating func writeString(_ byte: UInt8, _ writer: inout MarkupWriter) {
        let isEscape = byte == UInt8(ascii: "\\")
        held = isEscape ? Self.longestEscape : max(held - 1, 0)
        if held == 0, text.isEmpty {
            writer.appendString([byte])
            return
        }
        text.append(byte)
        guard held == 0 else { return }
        writer.appendString(PythonLiteral.unescaped(text))
        text = []
    }

    private mutating func readAfterString(
        _ byte: UInt8,
        _ writer: inout MarkupWriter
    ) -> MarkupStep {
        if TagSearch.isSpace(byte) { return .more }
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") else {
            return .broken(unread: 0)
        }
        state = .arguments
        return readArguments(byte, &writer)
    }

    /// Reads an object that ends where its braces do.
    private mutating func readJSON(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        guard value.take(byte) == .inside else { return .broken(unread: 0) }
        text.append(byte)
        guard value.isBalanced else { return .more }
        guard let object = try? JSONParser.parse(text), let name = object["name"]?.stringValue,
            !name.isEmpty
        else { return .broken(unread: 0) }
        text = []
        let arguments = object["arguments"] ?? object["parameters"] ?? [:]
        guard let members = arguments.objectValue, writer.wholeCall(name, members) else {
            return .broken(unread: 0)
        }
        hasCalls = true
        state = .afterCall
        return .callEnded
    }

    private mutating func readAfterCall(_ byte: UInt8) -> MarkupStep {
        if search.count == 0 {
            if TagSearch.isSpace(byte) { return .more }
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                state = .start
                return .more
            case UInt8(ascii: "]") where isInList:
                state = .afterList
                return .more
            case _ where !isInList && (Self.isName(byte) || byte == UInt8(ascii: "{")):
                return readStart(byte)
            default: break
            }
        }
        return readEnd(byte)
    }

    private mutating func readEnd(_ byte: UInt8) -> MarkupStep {
        switch search.take(byte, ends) {
        case .more: return .more
        case .found: return .ended(unread: 0)
        case .other(let unread): return .ended(unread: unread)
        }
    }

    private mutating func takeText() -> String {
        defer { text = [] }
        return String(decoding: text, as: UTF8.self)
    }
}
