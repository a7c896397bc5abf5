import ApusConversation
import ApusDialects
import Testing

@Suite struct OllamaRequestTests {
    private func conversation(_ request: GenerationRequest) throws -> Conversation {
        guard case .conversation(let conversation) = request.prompt else {
            throw DialectError(.invalidValue, "The prompt is no conversation.")
        }
        return conversation
    }

    @Test func generateBecomesSystemMessagesAndPrompt() throws {
        let stored = model(
            ["completion"],
            system: "be kind",
            messages: [Message(role: "user", content: "a")],
            options: ["temperature": 0.5, "stop": ["x"]]
        )
        var request = OllamaGenerate.Request(model: "m", prompt: "Hi")
        request.options = ["temperature": 0, "num_ctx": 128, "num_predict": 7]
        var result = try request.generation(for: stored)
        #expect(
            try conversation(result).messages.map(\.content) == ["be kind", "a", "Hi"]
        )
        #expect(result.sampling.temperature == 0 && result.stop == ["x"])
        #expect(result.maximumTokens == 7 && result.overflow == .truncate)
        #expect(try stored.options(with: request.options).loading.contextLength == 128)

        request.system = "be brief"
        request.context = [5, 6]
        request.truncate = false
        request.shift = false
        result = try request.generation(for: stored)
        #expect(try conversation(result).messages.map(\.content) == ["be brief", "Hi"])
        #expect(result.leadingTokens == [5, 6])
        #expect(result.overflow == .refuse && !result.shiftsContext)
    }

    @Test func rawPromptsPassUntouched() throws {
        let request = try read(
            OllamaGenerate.Request.self,
            #"{"model":"m","prompt":"<s>x","raw":true,"context":[]}"#
        )
        #expect(try request.generation(for: model()).prompt == .text("<s>x"))
        for field in [#""system":"s""#, #""template":"t""#, #""context":[1]"#] {
            let request = try read(
                OllamaGenerate.Request.self,
                #"{"prompt":"x","raw":true,\#(field)}"#
            )
            #expect(
                throws: DialectError(
                    .invalidValue,
                    "raw mode does not support template, system, or context"
                )
            ) { try request.generation(for: model()) }
        }
    }

    @Test(arguments: [
        (#"{"prompt":"x"}"#, OllamaIntent.generate), (#"{"prompt":"x","keep_alive":0}"#, .generate),
        (#"{}"#, .load), (#"{"prompt":"","keep_alive":"5m"}"#, .load),
        (#"{"keep_alive":0}"#, .unload), (#"{"keep_alive":"0s"}"#, .unload),
        (#"{"keep_alive":-1}"#, .load), (#"{"keep_alive":null}"#, .load),
    ])
    func emptyPromptsLoadOrUnload(_ text: String, _ intent: OllamaIntent) throws {
        #expect(try read(OllamaGenerate.Request.self, text).intent == intent)
    }

    @Test func chatPutsTheModelsOwnTurnsFirst() throws {
        let stored = model(system: "S", messages: [Message(role: "assistant", content: "hello")])
        let request = try read(
            OllamaChat.Request.self,
            #"{"messages":[{"role":"User","content":"Hi"}]}"#
        )
        let turns = try conversation(request.generation(for: stored)).messages
        #expect(turns.map(\.role) == ["system", "assistant", "user"])
        let own = try read(
            OllamaChat.Request.self,
            #"{"messages":[{"role":"system","content":"mine"},{"role":"user","content":"Hi"}]}"#
        )
        #expect(
            try conversation(own.generation(for: stored)).messages.map(\.content)
                == ["hello", "mine", "Hi"]
        )
    }

    @Test func toolsKeepEveryKeywordInOrder() throws {
        let schema =
            #"{"type":"object","$defs":{"d":{"oneOf":[{"type":"null"}]}},"properties":{"z":{"type":["string","null"],"pattern":"^a","default":"a"},"a":{"minimum":1}},"additionalProperties":false}"#
        let request = try read(
            OllamaChat.Request.self,
            #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f","arguments":{"b":1,"a":2}}}]},{"role":"tool","content":"5","tool_name":"f","tool_call_id":"c1"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":\#(schema)}}]}"#
        )
        let conversation = try conversation(request.generation(for: model()))
        #expect(conversation.tools.first?.parameters.jsonText() == schema)
        #expect(conversation.messages[1].toolCalls.first?.arguments.jsonText() == #"{"b":1,"a":2}"#)
        #expect(conversation.messages[2].toolName == "f")
        #expect(conversation.messages[2].toolCallID == "c1")
    }

    @Test func emptyToolsImagesAndNullOptionsAskForNothing() throws {
        let request = try read(
            OllamaChat.Request.self,
            #"{"model":"m","messages":[{"role":"user","content":"x","images":[]}],"tools":[],"format":"","think":null,"options":{"num_ctx":null,"temperature":null},"keep_alive":null,"stream":null}"#
        )
        let result = try request.generation(for: model(["completion"]))
        #expect(result.sampling == SamplingOptions() && result.maximumTokens == nil)
    }

    @Test(arguments: [
        (#"{"tools":[{"function":{"name":"f"}}]"#, "tools"),
        (#"{"messages":[{"role":"user","content":"x","images":["aGk="]}]"#, "vision"),
    ])
    func missingCapabilitiesAreNamed(_ start: String, _ capability: String) throws {
        let request = try read(OllamaChat.Request.self, start + "}")
        #expect(
            throws: DialectError(
                .missingCapability,
                "registry.ollama.ai/library/m:latest does not support \(capability)"
            )
        ) { try request.generation(for: model(["completion"])) }
    }

    @Test func embeddingModelsNeitherGenerateNorChat() {
        let embedder = model(["embedding"])
        #expect(
            throws: DialectError(.missingCapability, "\"m\" does not support chat")
        ) { try OllamaChat.Request(model: "m").generation(for: embedder) }
        #expect(
            throws: DialectError(.missingCapability, "\"m\" does not support generate")
        ) { try OllamaGenerate.Request(model: "m", prompt: "x").generation(for: embedder) }
    }

    @Test func thinkingIsOnUnlessRefusedWhereTheModelCan() throws {
        var request = OllamaChat.Request(model: "m")
        #expect(try conversation(request.generation(for: model())).thinking == .on)
        let plain = model(["completion"])
        #expect(try conversation(request.generation(for: plain)).thinking == nil)
        request.think = .off
        #expect(try conversation(request.generation(for: model())).thinking == .off)
        #expect(try conversation(request.generation(for: plain)).thinking == nil)
        request.think = .level("low")
        #expect(try conversation(request.generation(for: model())).thinking == .effort("low"))
        #expect(
            throws: DialectError(.missingCapability, "\"m\" does not support thinking")
        ) { try request.generation(for: plain) }
    }

    @Test func earlierReasoningIsCutForModelsThatExpectIt() throws {
        let request = try read(
            OllamaChat.Request.self,
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"<think>x</think>\n\nyes"},{"role":"user","content":"b"},{"role":"assistant","content":"<think>y</think>no"}]}"#
        )
        let cut = try conversation(request.generation(for: model(family: "qwen3"))).messages
        #expect(cut.map(\.content) == ["a", "yes", "b", "<think>y</think>no"])
        let kept = try conversation(request.generation(for: model())).messages
        #expect(kept[1].content == "<think>x</think>\n\nyes")
    }

    @Test(arguments: [
        (#""json""#, OutputFormat.jsonObject), (#"{"type":"object"}"#, .schema(["type": "object"])),
        ("{}", .schema([:])), (#"{"type":"grammar","grammar":"root ::= "}"#, .grammar("root ::= ")),
        (#"{"type":"regex","regex":"a+"}"#, .regularExpression("a+")),
        (#"{"type":"regex","value":"a+"}"#, .regularExpression("a+")),
        (#"{"type":"choice","choices":["a","b"]}"#, .choice(["a", "b"])),
    ])
    func formatsReachTheEngine(_ text: String, _ format: OutputFormat) throws {
        for prompt in [#""prompt":"x""#, #""prompt":"x","raw":true"#] {
            let request = try read(
                OllamaGenerate.Request.self,
                #"{\#(prompt),"format":\#(text)}"#
            )
            #expect(try request.generation(for: model()).format == format)
        }
    }

    @Test(arguments: [
        (#""xml""#, DialectError.Code.invalidFormat), ("5", .invalidFormat), ("[]", .invalidFormat),
        (#"{"type":"regex"}"#, .invalidValue), (#"{"type":"grammar","grammar":5}"#, .invalidValue),
        (#"{"type":"choice","choices":[]}"#, .invalidValue),
        (#"{"type":"choice","choices":["a",1]}"#, .invalidValue),
    ])
    func whatIsNoFormatIsRefused(_ format: String, _ code: DialectError.Code) throws {
        let request = try read(
            OllamaGenerate.Request.self,
            #"{"prompt":"x","format":\#(format)}"#
        )
        let error = #expect(throws: DialectError.self) { try request.generation(for: model()) }
        #expect(error?.code == code && error?.message.contains("format") == true)
    }

    @Test(arguments: [
        ("", ToolChoice.automatic), (#","tool_choice":"none""#, .none),
        (#","tool_choice":"auto""#, .automatic), (#","tool_choice":"required""#, .required),
        (#","tool_choice":{"type":"function","function":{"name":"f"}}"#, .named("f")),
    ])
    func toolChoiceReachesTheEngine(_ field: String, _ choice: ToolChoice) throws {
        let request = try read(
            OllamaChat.Request.self,
            #"{"messages":[{"role":"user","content":"x"}],"tools":[{"function":{"name":"f"}}]\#(field),"parallel_tool_calls":false}"#
        )
        let conversation = try conversation(request.generation(for: model()))
        #expect(conversation.toolChoice == choice && !conversation.allowsParallelCalls)
    }

    @Test func toolChoiceThatIsNoneOfTheseIsRefused() {
        for choice in [#""maybe""#, "1", #"{"type":"function"}"#] {
            #expect(throws: (any Error).self) {
                try read(OllamaChat.Request.self, #"{"tool_choice":\#(choice)}"#)
            }
        }
    }

    @Test func suffixAsksForWhatStandsBetween() throws {
        let able = model(["completion", "insert"])
        let request = try read(
            OllamaGenerate.Request.self,
            #"{"prompt":"a","suffix":"b","format":"json"}"#
        )
        let result = try request.generation(for: able)
        #expect(result.prompt == .infill(prefix: "a", suffix: "b"))
        #expect(result.format == .jsonObject)
        #expect(
            throws: DialectError(
                .missingCapability,
                "registry.ollama.ai/library/m:latest does not support insert"
            )
        ) { try request.generation(for: model(["completion"])) }
    }

    @Test func thinkingBudgetIsAnOption() throws {
        var request = OllamaChat.Request(model: "m")
        #expect(try request.generation(for: model()).thinkingBudget == nil)
        request.options = ["thinking_budget": 12]
        #expect(try request.generation(for: model()).thinkingBudget == 12)
        request.options = ["thinking_budget": -1]
        #expect(try request.generation(for: model()).thinkingBudget == nil)
    }

    @Test func textsToTokenizeGoByTwoNames() throws {
        for field in ["content", "text"] {
            let request = try read(OllamaTokenize.Request.self, #"{"\#(field)":"Hi"}"#)
            #expect(try request.input() == "Hi")
        }
        for body in ["{}", #"{"content":"a","text":"b"}"#] {
            #expect(throws: DialectError.self) {
                try read(OllamaTokenize.Request.self, body).input()
            }
        }
        #expect(throws: DialectError.self) {
            try read(OllamaDetokenize.Request.self, "{}").input()
        }
    }

    @Test func logProbabilityLimitsAreChecked() throws {
        var request = OllamaChat.Request(model: "m")
        request.logprobs = true
        for value in [0, 20] {
            request.topLogprobs = value
            try request.checkValues()
            #expect(
                try request.generation(for: model()).sampling.topLogProbabilities == value
            )
        }
        for value in [-1, 21] {
            request.topLogprobs = value
            #expect(
                throws: DialectError(
                    .invalidValue,
                    "top_logprobs must be between 0 and 20"
                )
            ) { try request.checkValues() }
        }
    }

    @Test(arguments: [
        ("", DialectError.Code.missingBody, "missing request body"),
        (#"{"think":"hard"}"#, .malformedBody, "invalid think value: \"hard\""),
        (#"{"think":3}"#, .malformedBody, "think must be a boolean or string"),
        (#"{"keep_alive":true}"#, .malformedBody, "Unsupported type: 'bool'"),
        (#"{"keep_alive":"300"}"#, .invalidValue, "time: missing unit in duration \"300\""),
        (#"{"messages":[{"content":5}]}"#, .malformedBody, "messages[0].content"),
        (
            #"{"messages":[{"tool_calls":[{"function":{"arguments":"{}"}}]}]}"#, .malformedBody,
            "arguments"
        ),
        (#"{"model":"#, .malformedBody, "Invalid JSON at byte"),
        ("[]", .malformedBody, "object is expected"),
    ])
    func bodiesThatAreWrongSayWhere(
        _ body: String,
        _ code: DialectError.Code,
        _ part: String
    ) throws {
        let error = #expect(throws: DialectError.self) {
            try read(OllamaChat.Request.self, body)
        }
        #expect(error?.code == code)
        #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    }
}
