internal import ApusConversation

/// Reads one call with arguments in braces.
struct BraceCallMachine: MarkupMachine {
    private enum State {
        /// Before `call:`.
        case start
        case name
        /// Before an argument or the closing brace.
        case arguments
        case key
        case value
        /// After the closing brace.
        case afterCall
    }

    private let style: BraceCallStyle
    private let tools: [String: ToolParameters]
    private let starts: [[UInt8]]
    private let ends: [[UInt8]]
    private var state = State.start
    private var search = MarkerSearch()
    private var text: [UInt8] = []
    private var call = ""
    private var value: BraceValue

    /// A machine that begins after the opening.
    init(_ style: BraceCallStyle, tools: [String: ToolParameters]) {
        self.style = style
        self.tools = tools
        starts = [Array("call:".utf8)]
        ends = [Array(style.close.utf8)]
        value = BraceValue(name: "", type: .unknown, quote: style.quote)
    }

    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch state {
        case .start:
            switch search.take(byte, starts) {
            case .more: return .more
            case .found:
                state = .name
                return .more
            case .other(let unread): return .broken(unread: unread)
            }
        case .name: return readName(byte, &writer)
        case .arguments: return readArguments(byte, &writer)
        case .key: return readKey(byte)
        case .value: return readValue(byte, &writer)
        case .afterCall:
            switch search.take(byte, ends) {
            case .more: return .more
            case .found: return .ended(unread: 0)
            case .other(let unread): return .ended(unread: unread)
            }
        }
    }

    mutating func finish(_ writer: inout MarkupWriter) -> MarkupStep {
        state == .afterCall ? .ended(unread: search.count) : .broken(unread: 0)
    }

    private mutating func readName(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        if byte != UInt8(ascii: "{") {
            text.append(byte)
            let isName = byte != UInt8(ascii: "<") && text.count <= MarkupName.maximumLength
            return isName ? .more : .broken(unread: 1)
        }
        call = takeText()
        guard !call.isEmpty else { return .broken(unread: 0) }
        writer.beginCall(call)
        state = .arguments
        return .more
    }

    private mutating func readArguments(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        // A comma after the last argument is harmless.
        if TagSearch.isSpace(byte) || byte == UInt8(ascii: ",") { return .more }
        if byte == UInt8(ascii: "}") {
            writer.endCall()
            state = .afterCall
            return .callEnded
        }
        state = .key
        return readKey(byte)
    }

    private mutating func readKey(_ byte: UInt8) -> MarkupStep {
        guard byte == UInt8(ascii: ":") else {
            text.append(byte)
            let isKey = byte != UInt8(ascii: "}") && text.count <= MarkupName.maximumLength
            return isKey ? .more : .broken(unread: 0)
        }
        let key = takeText()
        guard !key.isEmpty else { return .broken(unread: 0) }
        let type = tools[call]?.type(of: key) ?? .unknown
        value = BraceValue(name: key, type: type, quote: style.quote)
        state = .value
        return .more
    }

    private mutating func readValue(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch value.take(byte, &writer) {
        case .more: return .more
        case .ended:
            state = .arguments
            return byte == UInt8(ascii: "}") ? readArguments(byte, &writer) : .more
        case .broken: return .broken(unread: 0)
        }
    }

    /// The name that has come, without quotes and white space.
    private mutating func takeText() -> String {
        defer { text = [] }
        var name = TagSearch.strippedEnd(text[...]).drop(while: TagSearch.isSpace)
        for quote in [Array(style.quote.utf8), Array("\"".utf8)]
        where name.count >= 2 * quote.count && name.starts(with: quote)
            && name.suffix(quote.count).elementsEqual(quote)
        {
            name = name.dropFirst(quote.count).dropLast(quote.count)
        }
        return String(decoding: name, as: UTF8.self)
    }
}
