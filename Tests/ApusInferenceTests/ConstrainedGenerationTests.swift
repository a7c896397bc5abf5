import ApusConversation
import ApusInference
import ApusSampling
import Synchronization
import TestSupport
import Testing

/// Answers of a tiny Llama with random weights, which writes noise wherever it is allowed to.
@Suite struct ConstrainedGenerationTests {
    /// A template in ChatML with Hermes' calls and reasoning that the prompt opens.
    private static let template = """
        {%- for message in messages %}<|im_start|>{{ message.role }}
        {% if message.reasoning_content %}<think>{{ message.reasoning_content }}</think>{% endif %}\
        {{ message.content }}{% for call in message.tool_calls %}<tool_call>
        {"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
        </tool_call>{% endfor %}<|im_end|>
        {% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}<|im_start|>assistant
        {% if enable_thinking %}<think>
        {% endif %}
        """

    private static let weather = Tool(
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
    private static let clock = Tool(
        name: "now",
        parameters: ["type": "object", "properties": [:]]
    )

    private static func model() throws -> InferenceModel {
        var sizes = TinyGGUF.Sizes()
        sizes.context = 1024
        var options = ModelOptions()
        options.contextLength = 1024
        options.threads = 1
        options.template = template
        return try InferenceModel(TinyGGUF.llama(sizes, seed: 3).open(), options: options)
    }

    private static func events(
        _ model: InferenceModel,
        _ request: GenerationRequest
    ) async throws -> [GenerationEvent] {
        let list = Mutex<[GenerationEvent]>([])
        try await model.generate(request) { event in list.withLock { $0.append(event) } }
        return list.withLock { $0 }
    }

    private static func content(_ events: [GenerationEvent]) -> String {
        events.map { if case .content(let text) = $0 { text } else { "" } }.joined()
    }

    private static func calls(_ events: [GenerationEvent]) -> [ToolCall] {
        events.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    }

    private static func summary(_ events: [GenerationEvent]) -> GenerationSummary? {
        if case .finished(let summary)? = events.last { summary } else { nil }
    }

    private static func request(
        _ tools: [Tool] = [],
        _ choice: ToolChoice = .automatic,
        parallel: Bool = true,
        thinking: Thinking = .off,
        seed: UInt64
    ) -> GenerationRequest {
        var request = GenerationRequest(
            prompt: .conversation(
                Conversation(
                    messages: [Message(role: "user", content: "Hi")],
                    tools: tools,
                    toolChoice: choice,
                    allowsParallelCalls: parallel,
                    thinking: thinking
                )
            )
        )
        request.sampling.seed = seed
        request.sampling.temperature = 1
        request.maximumTokens = 400
        return request
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func answersFollowTheSchema(seed: UInt64) async throws
    {
        var request = Self.request(seed: seed)
        request.format = .schema(Self.weather.parameters)
        let events = try await Self.events(Self.model(), request)
        #expect(Self.summary(events)?.reason == .stop)
        let answer = try JSONValue(json: Self.content(events))
        let city = try #require(answer["city"]?.stringValue)
        let days = try #require(answer["days"]?.doubleValue)
        #expect(["Paris", "Quito"].contains(city))
        #expect((1...7).contains(days))
        #expect(answer.objectValue?.count == 2)
    }

    @Test(arguments: [true, false]) func schemaHoldsAfterThinking(prompted: Bool) async throws {
        var request = Self.request(thinking: prompted ? .on : .off, seed: 5)
        request.format = .schema(["type": "boolean"])
        request.thinkingBudget = prompted ? 20 : nil
        let events = try await Self.events(Self.model(), request)
        #expect(["true", "false"].contains(Self.content(events)))
        let thinking = events.contains { if case .thinking = $0 { true } else { false } }
        #expect(thinking == prompted)
    }

    @Test(arguments: 0..<6 as Range<UInt64>) func requiredToolIsCalled(seed: UInt64) async throws {
        let events = try await Self.events(
            Self.model(),
            Self.request([Self.weather, Self.clock], .required, parallel: false, seed: seed)
        )
        let calls = Self.calls(events)
        #expect(calls.count == 1)
        #expect(Self.content(events) == "")
        let call = try #require(calls.first)
        if call.name == "get_weather" {
            #expect(["Paris", "Quito"].contains(call.arguments["city"]?.stringValue ?? ""))
        } else {
            #expect(call.name == "now")
        }
    }

    @Test func namedToolIsCalledAndNoOther() async throws {
        let events = try await Self.events(
            Self.model(),
            Self.request([Self.weather, Self.clock], .named("now"), parallel: false, seed: 1)
        )
        #expect(Self.calls(events).map(\.name) == ["now"])
    }

    @Test func noToolIsCalledWhenNoneMayBe() async throws {
        for seed in 0..<4 as Range<UInt64> {
            let events = try await Self.events(
                Self.model(),
                Self.request([Self.clock], .none, seed: seed)
            )
            #expect(Self.calls(events).isEmpty)
        }
    }

    @Test func unknownToolChoiceIsRefused() async throws {
        let model = try Self.model()
        await #expect(throws: GrammarError.self) {
            _ = try await Self.events(model, Self.request([Self.clock], .named("later"), seed: 1))
        }
        await #expect(throws: GrammarError.self) {
            _ = try await Self.events(model, Self.request([], .required, seed: 1))
        }
    }

    @Test func keywordThatCannotBeEnforcedIsNamed() async throws {
        var request = Self.request(seed: 1)
        request.format = .schema(["type": "array", "items": [:], "uniqueItems": true])
        let model = try Self.model()
        let error = await #expect(throws: GrammarError.self) {
            _ = try await Self.events(model, request)
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("uniqueItems") == true)
    }

    @Test(arguments: [0, 1, 7]) func thinkingEndsWithItsBudget(budget: Int) async throws {
        var request = Self.request(thinking: .on, seed: 9)
        request.thinkingBudget = budget
        request.maximumTokens = 60
        let events = try await Self.events(Self.model(), request)
        let thinking = events.map { if case .thinking(let text) = $0 { text } else { "" } }.joined()
        // One token of this vocabulary is one byte.
        #expect(thinking.unicodeScalars.count <= budget)
        let summary = try #require(Self.summary(events))
        #expect(summary.generatedTokens > budget + "</think>".utf8.count)
        // The tag that ends it is part of it.
        #expect(summary.thinkingTokens == budget + "</think>".utf8.count)
        #expect(!Self.content(events).isEmpty)
    }

    @Test func answersWithoutReasoningHaveNoTokensOfIt() async throws {
        var request = Self.request(seed: 9)
        request.maximumTokens = 20
        let summary = try #require(Self.summary(try await Self.events(Self.model(), request)))
        #expect(summary.thinkingTokens == 0 && summary.generatedTokens > 0)
    }

    @Test func biasesOfTokensThatAreNoneAreRefused() async throws {
        var request = Self.request(seed: 1)
        request.sampling.logitBias = [1: 1, 99999: 1]
        let model = try Self.model()
        let error = await #expect(throws: InferenceError.self) {
            _ = try await Self.events(model, request)
        }
        #expect(error?.code == .invalidRequest && error?.field == .logitBias)
        #expect(error?.message.contains("99999") == true)
    }

    @Test func promptsThatDoNotFitCanBeCounted() async throws {
        var request = GenerationRequest(prompt: .text(String(repeating: "x", count: 2000)))
        request.overflow = .refuse
        let model = try Self.model()
        let error = await #expect(throws: InferenceError.self) {
            _ = try await Self.events(model, request)
        }
        #expect(error?.code == .promptTooLong)
        request.rendersOnly = true
        guard case .rendered(_, let tokens)? = try await Self.events(model, request).first else {
            Issue.record("nothing rendered")
            return
        }
        #expect(tokens > 1024)
        #expect(error?.message.contains("\(tokens) tokens, limit 1024") == true)
    }

    @Test func expressionsAndGrammarsHoldForPlainPrompts() async throws {
        let formats: [(OutputFormat, [String])] = [
            (.regularExpression("a{2}|b{3}"), ["aa", "bbb"]),
            (.grammar(#"root ::= "x" ("y" | "z")"#), ["xy", "xz"]),
            (.choice(["left", "right"]), ["left", "right"]),
        ]
        let model = try Self.model()
        for (format, answers) in formats {
            var request = GenerationRequest(prompt: .text("go"))
            request.format = format
            request.sampling.seed = 2
            let events = try await Self.events(model, request)
            #expect(answers.contains(Self.content(events)))
            #expect(Self.summary(events)?.reason == .stop)
        }
    }

    @Test func modelWithoutInfillTokensRefusesToFillIn() async throws {
        let model = try Self.model()
        await #expect(throws: InferenceError.self) {
            _ = try await Self.events(
                model,
                GenerationRequest(prompt: .infill(prefix: "a", suffix: "b"))
            )
        }
    }
}
