internal import ApusConversation

/// Collects the parts of an answer, and writes a call's arguments as JSON text while they come.
///
/// The text of a call's fragments always parses to the arguments at its end.
struct MarkupWriter {
    /// What is certain and not yet taken.
    private(set) var parts: [ScannedPart] = []
    /// The call that is being written, nil between calls.
    private(set) var call: String?
    /// Names of the members so far.
    var argumentNames: [String] { arguments.keys }

    private var text: [UInt8] = []
    private var fragment: [UInt8] = []
    private var arguments = JSONObject()
    private var hasMembers = false
    // The string that is being written: its key, its text, and bytes still to be written.
    private var key = ""
    private var string = ""
    private var partial: [UInt8] = []

    private static let serializer = JSONSerializer()

    /// Adds to the text between calls.
    mutating func append(text byte: UInt8) { text.append(byte) }

    /// Adds to the text between calls.
    mutating func append(text bytes: [UInt8]) { text += bytes }

    /// Adds a part that stands for itself.
    mutating func append(_ part: ScannedPart) {
        flush()
        parts.append(part)
    }

    /// All parts so far.
    mutating func take() -> [ScannedPart] {
        flush()
        defer { parts = [] }
        return parts
    }

    private mutating func flush() {
        flushString()
        if !text.isEmpty { parts.append(.text(text)) }
        if !fragment.isEmpty { parts.append(.callArguments(fragment)) }
        text = []
        fragment = []
    }
}

// MARK: - Calls

extension MarkupWriter {
    /// Begins a call.
    mutating func beginCall(_ name: String) {
        append(.callStart(name: name))
        call = name
        arguments = JSONObject()
        hasMembers = false
        string = ""
        partial = []
    }

    /// Writes a whole member; false when JSON has no text for the value.
    mutating func member(_ name: String, _ value: JSONValue) -> Bool {
        let bytes = Self.serializer.bytes(value)
        guard let value = try? JSONParser.parse(bytes) else { return false }
        writeKey(name)
        fragment += bytes
        arguments[name] = value
        return true
    }

    /// Begins a member that is a string.
    mutating func beginString(_ name: String) {
        writeKey(name)
        fragment.append(UInt8(ascii: "\""))
        key = name
        string = ""
    }

    /// Adds bytes to the string; ill-formed UTF-8 becomes U+FFFD.
    mutating func appendString(_ bytes: [UInt8]) { partial += bytes }

    /// Ends the string.
    mutating func endString() {
        writeString(partial[...])
        partial = []
        fragment.append(UInt8(ascii: "\""))
        arguments[key] = .string(string)
        string = ""
    }

    /// Writes the characters of the string that are complete.
    private mutating func flushString() {
        let length = partial.count - Self.incompleteLength(partial)
        guard length > 0 else { return }
        writeString(partial[..<length])
        partial.removeFirst(length)
    }

    /// Ends the call.
    mutating func endCall() {
        fragment += Array((hasMembers ? "}" : "{}").utf8)
        append(.callEnd(arguments: .object(arguments)))
        call = nil
    }

    /// Takes the call back, if one has begun: `bytes` were none.
    mutating func breakCall(_ bytes: [UInt8]) {
        partial = []
        fragment = []
        append(.brokenCall(bytes))
        call = nil
    }

    /// Writes a call whose arguments have come as a whole; false when they cannot be written.
    mutating func wholeCall(_ name: String, _ members: JSONObject) -> Bool {
        let bytes = Self.serializer.bytes(.object(members))
        guard case .object(let members)? = try? JSONParser.parse(bytes) else { return false }
        append(.callStart(name: name))
        fragment += bytes
        append(.callEnd(arguments: .object(members)))
        return true
    }

    private mutating func writeKey(_ name: String) {
        fragment.append(UInt8(ascii: hasMembers ? "," : "{"))
        hasMembers = true
        Self.serializer.append(name, to: &fragment)
        fragment.append(UInt8(ascii: ":"))
    }

    private mutating func writeString(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        let piece = String(decoding: bytes, as: UTF8.self)
        string += piece
        var quoted: [UInt8] = []
        Self.serializer.append(piece, to: &quoted)
        fragment += quoted.dropFirst().dropLast()
    }

    /// Length of a character at the end that more bytes may complete.
    private static func incompleteLength(_ bytes: [UInt8]) -> Int {
        for (distance, byte) in bytes.suffix(3).reversed().enumerated() {
            let needed: Int
            switch byte {
            case 0x80..<0xC0: continue
            case 0xC0..<0xE0: needed = 2
            case 0xE0..<0xF0: needed = 3
            case 0xF0...: needed = 4
            default: return 0
            }
            return distance + 1 < needed ? distance + 1 : 0
        }
        return 0
    }
}
