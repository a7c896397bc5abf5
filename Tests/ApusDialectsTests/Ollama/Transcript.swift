import ApusConversation
import ApusDialects

/// A fixed moment, so that frames can be compared with their text.
let moment = OllamaMoment(
    time: WireTime(seconds: 1_790_000_000, nanoseconds: 120_000_000),
    elapsedNanoseconds: 9
)

/// The lines that a framing makes of events.
func lines<Framing: OllamaFraming>(
    of events: [GenerationEvent],
    through framing: Framing
) throws -> [String] {
    var framing = framing
    return try events.flatMap { framing.frames(for: $0, at: moment) }.map { try line($0) }
}

/// The only frame of a request that wants all at once.
func joined<Framing: OllamaFraming>(
    _ events: [GenerationEvent],
    through framing: Framing
) throws -> String {
    var framing = framing
    var frames = events.flatMap { framing.frames(for: $0, at: moment) }
    var result = frames.removeFirst()
    for frame in frames { result.absorb(frame) }
    return try line(result)
}

/// The text of a frame.
func line(_ value: some Encodable) throws -> String {
    String(decoding: try OllamaWire.encode(value), as: UTF8.self)
}

/// A value read from JSON text.
func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws(DialectError) -> Value {
    try OllamaWire.decode(type, from: Array(text.utf8))
}

/// The figures used in the transcripts of the reference.
let summary = GenerationSummary(
    reason: .stop,
    prompt: PromptUsage(tokens: 20, cachedTokens: 0),
    generatedTokens: 15,
    promptNanoseconds: 3,
    generationNanoseconds: 5,
    context: [1, 2, 3]
)

/// A model that can do everything this program does.
func model(
    _ capabilities: [String] = ["completion", "tools", "thinking"],
    family: String = "llama",
    system: String? = nil,
    messages: [Message] = [],
    options: JSONObject = [:]
) -> OllamaModel {
    OllamaModel(
        name: "m",
        fullName: "registry.ollama.ai/library/m:latest",
        family: family,
        capabilities: capabilities,
        system: system,
        messages: messages,
        options: options
    )
}
