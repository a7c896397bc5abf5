import ApusConversation
import ApusDialects
import Foundation
import Synchronization
import Testing

let openAIEnvelope = OpenAIEnvelope(id: "7", created: 1, model: "m", fingerprint: "fp_1")

/// A chat request read from JSON text without its model and messages.
func chatRequest(_ members: String = "") throws -> OpenAIChat.Request {
    let text = #"{"model":"m","messages":[{"role":"user","content":"hi"}]"# + members + "}"
    return try OpenAIChat.Request(OpenAIWire.body(Array(text.utf8)))
}

/// A text request read from JSON text without its model.
func textRequest(_ members: String) throws -> OpenAICompletion.Request {
    try OpenAICompletion.Request(OpenAIWire.body(Array((#"{"model":"m""# + members + "}").utf8)))
}

/// A model that can do everything this program does.
func openAIModel(
    _ capabilities: [String] = ["completion", "tools", "thinking", "insert"],
    system: String? = nil,
    options: JSONObject = [:]
) -> OllamaModel {
    OllamaModel(
        name: "m",
        fullName: "registry.ollama.ai/library/m:latest",
        capabilities: capabilities,
        system: system,
        options: options
    )
}

/// The end of a generation.
func openAIEnd(_ reason: FinishReason = .stop, tokens: Int = 15) -> GenerationEvent {
    .finished(
        GenerationSummary(
            reason: reason,
            prompt: PromptUsage(tokens: 20, cachedTokens: 8),
            generatedTokens: tokens,
            promptNanoseconds: 3,
            generationNanoseconds: 5,
            context: []
        )
    )
}

/// A token and how likely it was, with one alternative.
func openAIProbability(_ text: String, _ value: Float) -> GenerationEvent {
    let chosen = TokenLogProbability.Candidate(bytes: Array(text.utf8), logProbability: value)
    return .logProbabilities([TokenLogProbability(chosen: chosen, alternatives: [chosen])])
}

/// Frames on their way to the clients' own types; written to the file that `APUS_SHAPES` names.
enum OpenAIShapes {
    private static let lines = Mutex<[String]>([])

    /// Notes answers of a kind and returns their text.
    @discardableResult
    static func note(_ kind: String, _ values: [JSONValue]) -> [String] {
        let texts = values.map { String(decoding: OpenAIWire.bytes($0), as: UTF8.self) }
        guard let path = ProcessInfo.processInfo.environment["APUS_SHAPES"] else { return texts }
        lines.withLock { lines in
            lines.append(#"{"kind":"\#(kind)","values":[\#(texts.joined(separator: ","))]}"#)
            try? lines.joined(separator: "\n").write(
                toFile: path,
                atomically: true,
                encoding: .utf8
            )
        }
        return texts
    }
}

/// The chunks of a stream with one choice.
func chatChunks(_ events: [GenerationEvent], for request: OpenAIChat.Request) -> [String] {
    var framing = OpenAIChat.Framing(openAIEnvelope, for: request)
    return OpenAIShapes.note("chat.chunks", events.flatMap { framing.frames(for: $0) })
}

/// The answer in one piece.
func chatAnswer(_ events: [GenerationEvent], for request: OpenAIChat.Request) -> String {
    var answer = OpenAIChat.Answer(openAIEnvelope, for: request)
    for event in events { answer.take(event) }
    return OpenAIShapes.note("chat", [answer.json]).joined()
}

/// The error that `body` throws.
func openAIRefusal(_ body: () throws -> some Any) -> OpenAIError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? OpenAIError
    }
}
