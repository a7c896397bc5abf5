internal import ApusConversation

/// Whether and how an answer comes in pieces: `stream` and `stream_options`.
package struct OpenAIStream: Sendable, Equatable {
    /// Whether the answer comes in pieces.
    package var isOn = false
    /// Whether the last piece carries the usage.
    package var includesUsage = false
    /// Whether pieces are padded so that their sizes tell little about the text in them.
    package var obfuscates = false

    /// An answer in one piece.
    init() {}

    /// What a request says.
    ///
    /// Throws: `OpenAIError` for options without a stream.
    init(_ fields: OpenAIFields) throws(OpenAIError) {
        isOn = try fields.boolean("stream") ?? false
        guard let options = try fields.fields("stream_options") else { return }
        guard isOn else {
            throw .value(
                "stream_options",
                "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            )
        }
        includesUsage = try options.boolean("include_usage") ?? false
        obfuscates = try options.boolean("include_obfuscation") ?? false
    }

    /// A frame as it is sent: padded when the request says so and the frame carries text.
    func framed(_ frame: JSONValue) -> JSONValue {
        guard obfuscates, case .object(var members) = frame, Self.carriesText(frame) else {
            return frame
        }
        members["obfuscation"] = ""
        let length = OpenAIWire.bytes(.object(members)).count
        members["obfuscation"] = .string(Self.padding(Self.step - length % Self.step))
        return .object(members)
    }

    /// Padded frames are a multiple of this long, in bytes.
    private static let step = 64

    private static func carriesText(_ frame: JSONValue) -> Bool {
        if let type = frame["type"]?.stringValue { return type.hasSuffix(".delta") }
        return frame["choices"]?.arrayValue?.isEmpty == false
    }

    /// Letters and digits that do not compress.
    private static func padding(_ count: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<count).map { _ in letters[Int.random(in: letters.indices)] })
    }
}
