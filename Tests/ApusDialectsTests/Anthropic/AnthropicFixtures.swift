import ApusConversation
import ApusDialects

/// A seal that anybody could forge, but whose signatures can be told from each other.
let seal = AnthropicSeal(
    sign: { "sig:\($0.utf8.count)" },
    verify: { $1 == "sig:\($0.utf8.count)" },
    conceal: { "hidden:" + $0 },
    reveal: { $0.hasPrefix("hidden:") ? String($0.dropFirst(7)) : nil }
)

/// A request read from JSON text, with `model` and `max_tokens` unless `text` has them.
func anthropic(
    _ text: String,
    purpose: AnthropicRequest.Purpose = .message
) throws(DialectError) -> AnthropicRequest {
    guard var body = (try? JSONValue(json: text))?.objectValue else {
        throw DialectError(.malformedBody, "the test's JSON is none")
    }
    if body["model"] == nil { body["model"] = "m" }
    if body["max_tokens"] == nil, purpose == .message { body["max_tokens"] = 100 }
    return try AnthropicRequest(json: .object(body), purpose: purpose)
}

/// The conversation that a request becomes.
func conversation(
    _ text: String,
    for target: OllamaModel = model()
) throws -> Conversation {
    let request = try anthropic(text).generation(for: target, seal: seal)
    guard case .conversation(let conversation) = request.prompt else {
        throw DialectError(.invalidResult, "no conversation")
    }
    return conversation
}

/// The message with which a request is refused, or nil when it is not.
func refusal(_ text: String, for target: OllamaModel = model()) -> String? {
    do throws(DialectError) {
        _ = try anthropic(text).generation(for: target, seal: seal)
        return nil
    } catch { return error.message }
}

/// A user's turn, for requests in which it does not matter.
let hello = #""messages":[{"role":"user","content":"hi"}]"#

/// A framing of an answer to `request`.
func framing(
    _ request: String = "{\(hello),\"stream\":true}",
    change: (inout AnthropicFraming.Context) -> Void = { _ in }
) throws -> AnthropicFraming {
    var context = AnthropicFraming.Context(messageID: "msg_1", request: try anthropic(request))
    change(&context)
    return AnthropicFraming(context, seal: seal)
}

/// The events that a framing makes of the engine's.
func events(of events: [GenerationEvent], through framing: AnthropicFraming) -> [AnthropicEvent] {
    var framing = framing
    return events.flatMap { framing.events(for: $0) }
}

/// The end of an answer to a prompt of 20 tokens.
func finish(
    _ reason: FinishReason = .stop,
    stopText: String? = nil,
    cached: Int = 0,
    generated: Int = 15,
    thinking: Int = 0
) -> GenerationEvent {
    var summary = GenerationSummary(
        reason: reason,
        stopText: stopText,
        prompt: PromptUsage(tokens: 20, cachedTokens: cached),
        generatedTokens: generated,
        promptNanoseconds: 3,
        generationNanoseconds: 5,
        context: []
    )
    summary.thinkingTokens = thinking
    return .finished(summary)
}

/// The beginning of that answer.
func start(cached: Int = 0) -> GenerationEvent {
    .started(PromptUsage(tokens: 20, cachedTokens: cached))
}
