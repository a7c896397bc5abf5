internal import ApusConversation

/// Reads arguments, an object that stands alone, byte by byte from its opening bracket on.
struct ArgumentsReader: Sendable {
    /// What is known after a byte.
    enum Outcome: Equatable {
        case more
        /// The byte does not belong to the object: no call.
        case broken
        /// An object whose value cannot be represented.
        case other
        case complete(JSONValue)
    }

    private var json = JSONPrefix()
    /// All bytes as they came.
    private(set) var raw: [UInt8] = []
    /// The same as JSON.
    private var text: [UInt8] = []
    /// How much has been handed on.
    private var taken = 0

    mutating func take(_ byte: UInt8) -> Outcome {
        guard json.take(byte, into: &text) else { return .broken }
        raw.append(byte)
        guard json.state == .done else { return .more }
        let value = try? JSONParser.parse(text)
        return value.map { .complete($0) } ?? .other
    }

    /// More of the JSON text.
    mutating func takeArguments() -> [UInt8] {
        defer { taken = text.count }
        return Array(text[taken...])
    }
}
