import ApusConversation
import Synchronization
import TestSupport
import Testing

@testable import ApusInference

/// Turns of a tiny Llama with random weights that come back to it.
@Suite struct ReplayedGenerationTests {
    /// Hermes' calls between turns that end with the vocabulary's own token.
    private static let template = """
        {%- for message in messages %}<|im_start|>{{ message.role }}
        {{ message.content | trim }}{% for call in message.tool_calls %}<tool_call>
        {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
        </tool_call>{% endfor %}</s>
        {% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}<|im_start|>assistant


        """

    /// As `template`, the tools in front.
    private static let toolsFirst =
        "{% if tools %}{{ tools | tojson }}{% endif %}"
        + template.replacing("{% if tools %}{{ tools | tojson }}{% endif %}", with: "")

    private static let tool = Tool(
        name: "get_weather",
        parameters: [
            "type": "object",
            "properties": [
                "city": ["type": "string", "enum": ["Paris", "Quito"]],
                "days": ["type": "integer", "minimum": 1, "maximum": 7],
            ],
            "required": ["city", "days"],
        ]
    )

    private static func model(replays: Bool = true) throws -> InferenceModel {
        var sizes = TinyGGUF.Sizes()
        sizes.context = 1024
        var options = ModelOptions()
        options.contextLength = 1024
        options.threads = 1
        options.template = toolsFirst
        options.replaysAnswers = replays
        return try InferenceModel(TinyGGUF.llama(sizes, seed: 3).open(), options: options)
    }

    private struct Answer {
        var calls: [ToolCall] = []
        var content = ""
        var cached = 0
        var context: [Int32] = []
        var prompt = 0
    }

    private static func answer(
        _ model: InferenceModel,
        _ request: GenerationRequest
    ) async throws -> Answer {
        let answer = Mutex(Answer())
        try await model.generate(request) { event in
            answer.withLock { answer in
                switch event {
                case .started(let usage): answer.cached = usage.cachedTokens
                case .content(let text): answer.content += text
                case .toolCall(let call): answer.calls.append(call)
                case .finished(let summary):
                    answer.context = summary.context
                    answer.prompt = summary.prompt.tokens
                default: break
                }
            }
        }
        return answer.withLock { $0 }
    }

    private static func request(
        _ messages: [Message] = [],
        _ choice: ToolChoice = .required,
        seed: UInt64 = 1
    ) -> GenerationRequest {
        var request = GenerationRequest(
            prompt: .conversation(
                Conversation(
                    messages: [Message(role: "user", content: "Hi")] + messages,
                    tools: [tool],
                    toolChoice: choice,
                    allowsParallelCalls: false
                )
            )
        )
        request.sampling.seed = seed
        request.sampling.temperature = 1
        request.maximumTokens = 200
        return request
    }

    /// The turn as an agent sends it back: members in another order.
    private static func returned(_ answer: Answer) -> [Message] {
        let calls = answer.calls.map { call in
            let members = (call.arguments.objectValue ?? [:]).map { ($0.key, $0.value) }
            return ToolCall(
                id: "toolu_1",
                name: call.name,
                arguments: .object(JSONObject(members.reversed()))
            )
        }
        return [
            Message(role: "assistant", content: answer.content, toolCalls: calls),
            Message(role: "tool", content: "rain", toolName: "get_weather"),
        ]
    }

    @Test func aCallThatComesBackIsReadFromTheCache() async throws {
        let model = try Self.model()
        var messages: [Message] = []
        var before = Answer()
        for turn in 0..<4 {
            let answer = try await Self.answer(
                model,
                Self.request(messages, seed: UInt64(turn))
            )
            #expect(answer.calls.count == 1)
            #expect(answer.context.starts(with: before.context))
            // All that was computed for the turn before, in whole pages.
            #expect(answer.cached == before.context.count / 32 * 32)
            messages += Self.returned(answer)
            before = answer
        }
    }

    @Test func withoutReplayTheCacheEndsAtTheTurn() async throws {
        let model = try Self.model(replays: false)
        let first = try await Self.answer(model, Self.request())
        let second = try await Self.answer(model, Self.request(Self.returned(first)))
        #expect(!second.context.starts(with: first.context))
        #expect(second.cached < first.context.count / 32 * 32)
    }

    @Test func countsAreThoseOfTheAnswer() async throws {
        let model = try Self.model()
        let first = try await Self.answer(model, Self.request())
        var request = Self.request(Self.returned(first))
        request.rendersOnly = true
        let counted = Mutex((text: "", tokens: 0))
        try await model.generate(request) { event in
            if case .rendered(let text, let tokens) = event {
                counted.withLock { $0 = (text, tokens) }
            }
        }
        request.rendersOnly = false
        let second = try await Self.answer(model, request)
        let (text, tokens) = counted.withLock { $0 }
        #expect(tokens == second.prompt)
        // The tokenizer puts spaces after special tokens, as bytes of U+2581.
        let read = try model.detokenize(Array(second.context[..<tokens]))
        let spaces: Set<Character> = [" ", "\u{2581}"]
        #expect(read.filter { !spaces.contains($0) } == "<s>" + text.filter { $0 != " " })
    }

    @Test func equalTextKeepsTheTokensThatWereSampled() throws {
        let model = try Self.model()
        let request = Self.request(Self.returned(Answer(content: "Yes.")))
        var first = Self.request()
        first.rendersOnly = true
        let template = try model.template(of: request)
        let prompt = try model.prompt(first, template: template)
        let fingerprint = try #require(prompt.fingerprint)
        let tokens: [Int32] = [200, 201]
        let answer = SampledAnswer(tokens: tokens, bytes: Array("Yes.".utf8), text: "Yes.")
        let plain = try model.prompt(request, template: template)
        model.answers?.remember(answer, to: fingerprint)
        let replayed = try model.prompt(request, template: template)
        #expect(replayed.text == plain.text)
        #expect(replayed.fingerprint == plain.fingerprint)
        #expect(replayed.tokens.count == plain.tokens.count - 2)
        #expect(replayed.tokens.starts(with: prompt.tokens + tokens))
        #expect(replayed.tokens.suffix(40) == plain.tokens.suffix(40))
    }

    @Test func anAnswerThatAStopTextCutIsNotRemembered() async throws {
        let model = try Self.model()
        var request = Self.request([], .none)
        request.stop = (0..<128).compactMap { UnicodeScalar($0).map { String($0) } }
        _ = try await Self.answer(model, request)
        #expect(model.answers?.promptLengths == [])
        request.stop = []
        request.maximumTokens = 5
        _ = try await Self.answer(model, request)
        #expect(model.answers?.promptLengths.count == 1)
    }

    @Test func aPromptThatWasCutIsNotRemembered() async throws {
        let model = try Self.model()
        var request = Self.request([], .none)
        let long = String(repeating: "a", count: 2000)
        request.prompt = .conversation(
            Conversation(messages: [Message(role: "user", content: long)])
        )
        request.maximumTokens = 3
        _ = try await Self.answer(model, request)
        #expect(model.answers?.promptLengths == [])
    }
}
