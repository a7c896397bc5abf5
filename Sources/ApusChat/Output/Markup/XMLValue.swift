internal import ApusConversation

/// Reads the value of one parameter up to its closing marker, and writes it.
///
/// A line end at the beginning and one at the end are layout. Text is written as it comes; what
/// may be something else is read when it is complete.
struct XMLValue: Sendable {
    private let name: String
    private let type: ParameterType
    private let marker: [UInt8]
    private var end: MarkupText
    private var isWriting = false
    private var isEmpty = true
    /// A line end that may be the last one.
    private var hasLineEnd = false
    private var collected: [UInt8] = []
    private var strings: JSONStringTracker?

    /// A value that ends with `end`.
    init(name: String, type: ParameterType, end: MarkupText) {
        self.name = name
        self.type = type
        self.end = end
        marker = end.marker
    }

    /// Takes the next byte; true when the value is complete and written.
    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> Bool {
        var text: [UInt8] = []
        let isClosed = end.take(byte, &text)
        for byte in text { read(byte, &writer) }
        guard isClosed else { return false }
        if strings?.isInString == true {
            // JSON may hold anything in its strings.
            for byte in marker { read(byte, &writer) }
            return false
        }
        close(&writer)
        return true
    }

    private mutating func read(_ byte: UInt8, _ writer: inout MarkupWriter) {
        defer { isEmpty = false }
        if isEmpty, byte == 0x0A { return }
        if hasLineEnd { append(0x0A, &writer) }
        hasLineEnd = byte == 0x0A
        if !hasLineEnd { append(byte, &writer) }
    }

    private mutating func append(_ byte: UInt8, _ writer: inout MarkupWriter) {
        if isWriting {
            writer.appendString([byte])
            return
        }
        collected.append(byte)
        if type.isText {
            if collected.count <= 4, Array("null".utf8).starts(with: collected.map { $0 | 0x20 }) {
                return
            }
            writer.beginString(name)
            writer.appendString(collected)
            collected = []
            isWriting = true
        } else if strings == nil, !TagSearch.isSpace(byte) {
            let mayNest = !type.isKnown || !type.kinds.isDisjoint(with: .structured)
            let nests = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            strings = JSONStringTracker(isActive: mayNest && nests)
        } else {
            strings?.take(byte)
        }
    }

    private mutating func close(_ writer: inout MarkupWriter) {
        if isWriting {
            writer.endString()
            return
        }
        if writer.member(name, type.value(collected)) { return }
        _ = writer.member(name, .string(String(decoding: collected, as: UTF8.self)))
    }
}

/// Follows which parts of a JSON text are strings.
struct JSONStringTracker: Sendable {
    /// Whether the bytes so far end inside a string.
    private(set) var isInString = false
    private var isEscaped = false
    private let isActive: Bool

    /// A tracker; one that is not active never finds a string.
    init(isActive: Bool = true) { self.isActive = isActive }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) {
        if byte == UInt8(ascii: "\""), !isEscaped, isActive { isInString.toggle() }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped && isInString
    }
}
