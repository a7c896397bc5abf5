internal import ApusChat
internal import ApusConversation

/// What a client reads in an answer: equal for two texts of one answer that differ only in how it
/// is written down.
///
/// Reasoning and text count byte for byte but for white space around them, arguments of calls as
/// JSON values: objects with the same members in any order, numbers of the same value.
struct AnswerMeaning: Equatable {
    private struct Call: Equatable {
        var name: [UInt8]
        var arguments: [UInt8]
    }

    /// Writes every value in one way: keys sorted, whole numbers without a fraction.
    private static let serializer: JSONSerializer = {
        var serializer = JSONSerializer()
        serializer.sortsKeys = true
        serializer.numbers = .go
        return serializer
    }()

    private var thinking: [UInt8] = []
    private var content: [UInt8] = []
    private var malformed: [[UInt8]] = []
    private var calls: [Call] = []

    /// The meaning of `text`, read as an answer to a prompt that ends with `promptEnd`.
    init(_ text: String, reading reader: Reader, promptEnd: String) {
        var parser = OutputParser(
            features: reader.features,
            conversation: Conversation(
                messages: [],
                tools: reader.tools,
                thinking: reader.thinking
            ),
            prompt: promptEnd,
            makeID: { "" }
        )
        for event in parser.feed(text) + parser.finish() { add(event) }
        thinking = Self.trimmed(thinking)
        content = Self.trimmed(content)
    }

    /// How answers to a conversation are read.
    struct Reader {
        let features: ChatFeatures
        let tools: [Tool]
        let thinking: Thinking?
    }

    private mutating func add(_ event: GenerationEvent) {
        switch event {
        case .thinking(let text): thinking += Array(text.utf8)
        case .content(let text): content += Array(text.utf8)
        case .malformedToolCall(let text): malformed.append(Array(text.utf8))
        case .toolCall(let call):
            let arguments = Self.serializer.bytes(call.arguments)
            calls.append(Call(name: Array(call.name.utf8), arguments: Array(arguments)))
        default: break
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let start = bytes.firstIndex(where: { !isSpace($0) }),
            let end = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(bytes[start...end])
    }
}
