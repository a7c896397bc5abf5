import ApusConversation
import ApusDialects
import Testing

@Suite struct OpenAIChatRequestTests {
    @Test func modelOptionsLieUnderThoseOfTheRequest() throws {
        let model = openAIModel(
            options: ["temperature": 0.3, "top_k": 7, "stop": ["<end>"], "num_predict": 9]
        )
        let plain = try chatRequest().generation(for: model)
        #expect(plain.sampling.temperature == 0.3 && plain.sampling.topK == 7)
        #expect(plain.sampling.topP == SamplingOptions().topP && plain.maximumTokens == 9)
        #expect(plain.overflow == .refuse && !plain.shiftsContext)
        let request = try chatRequest(
            #","temperature":1,"top_p":0.5,"max_completion_tokens":3,"stop":["a",""],"seed":-1,"logit_bias":{"5":-100,"6":2},"options":{"top_k":3,"num_ctx":64}"#
        )
        let second = try request.generation(for: model, choice: 2)
        #expect(second.sampling.temperature == 1 && second.sampling.topK == 3)
        #expect(second.maximumTokens == 3 && second.stop == ["<end>", "a"])
        #expect(second.sampling.seed == 1)
        #expect(second.sampling.logitBias == [5: SamplingOptions.forbidden, 6: 2])
        #expect(try model.options(with: request.sampling.options).loading.contextLength == 64)
    }

    @Test func messagesOfEveryRoleAreRead() throws {
        let text = #"""
            {"model":"m","messages":[
            {"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
            {"role":"user","content":"q","name":"Ann"},
            {"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[
            {"id":"c1","type":"function","function":{"name":"w","arguments":"{\"x\":1}"}},
            {"id":"c2","type":"function","function":{"name":"v","arguments":""}}]},
            {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"r"}]},
            {"role":"assistant","function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":null},
            {"role":"assistant","refusal":"no"}]}
            """#
        let request = try OpenAIChat.Request(OpenAIWire.body(Array(text.utf8)))
        #expect(
            request.messages == [
                Message(role: "system", content: "a\nb"), Message(role: "user", content: "q"),
                Message(
                    role: "assistant",
                    thinking: "hm",
                    toolCalls: [
                        ToolCall(id: "c1", name: "w", arguments: ["x": 1]),
                        ToolCall(id: "c2", name: "v", arguments: [:]),
                    ]
                ), Message(role: "tool", content: "r", toolName: "v", toolCallID: "c2"),
                Message(
                    role: "assistant",
                    toolCalls: [ToolCall(id: "call_4", name: "f", arguments: [:])]
                ), Message(role: "tool", toolName: "f", toolCallID: "call_4"),
                Message(role: "assistant", content: "no"),
            ]
        )
        let turns = try request.generation(for: openAIModel(system: "S")).prompt
        guard case .conversation(let conversation) = turns else { return }
        #expect(conversation.messages.first?.content == "a\nb")
    }

    @Test(arguments: [
        (#""none""#, ToolChoice.none), (#""required""#, .required), ("null", .automatic),
        (#"{"type":"function","function":{"name":"g"}}"#, .named("g")),
    ])
    func toolChoicesAreRead(_ text: String, _ choice: ToolChoice) throws {
        #expect(try tools(text).choice == choice)
    }

    @Test func allowedToolsAreTheOnlyOnesLeft() throws {
        let tools = try tools(
            #"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"g"}}]}}"#
        )
        #expect(tools.choice == .required && tools.tools.map(\.name) == ["g"])
    }

    private func tools(_ choice: String) throws -> OpenAITools {
        try chatRequest(
            #","parallel_tool_calls":false,"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object"}}},{"type":"function","function":{"name":"g"}}],"tool_choice":\#(choice)"#
        ).tools
    }

    @Test(arguments: [
        ("none", Thinking.off), ("minimal", .effort("low")), ("high", .effort("high")),
        ("xhigh", .effort("max")),
    ])
    func effortsBecomeThinking(_ effort: String, _ thinking: Thinking) throws {
        let request = try chatRequest(#","reasoning_effort":"\#(effort)""#)
        guard case .conversation(let found) = try request.generation(for: openAIModel()).prompt
        else { return }
        #expect(found.thinking == thinking)
        let plain = openAIModel(["completion"])
        let error = openAIRefusal { try request.generation(for: plain) }
        #expect(error?.param == (effort == "none" ? nil : "reasoning_effort"))
    }

    @Test func formatsAreRead() throws {
        #expect(try chatRequest(#","response_format":{"type":"text"}"#).format == nil)
        #expect(
            try chatRequest(#","response_format":{"type":"json_object"}"#).format == .jsonObject
        )
        let schema = try chatRequest(
            #","response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"array"}}}"#
        )
        #expect(schema.format == .schema(["type": "array"]))
    }

    @Test(arguments: [
        (#""temperature":3"#, "temperature", "decimal_above_max_value"),
        (#""temperature":"x""#, "temperature", "invalid_type"),
        (#""top_p":-1"#, "top_p", "decimal_below_min_value"),
        (#""n":0"#, "n", "integer_below_min_value"),
        (#""n":1e300"#, "n", "invalid_type"),
        (#""max_tokens":0"#, "max_tokens", "integer_below_min_value"),
        (#""stop":["a","b","c","d","e"]"#, "stop", "array_above_max_length"),
        (#""stop":[1]"#, "stop[0]", "invalid_type"),
        (#""logit_bias":{"x":1}"#, "logit_bias", "invalid_value"),
        (#""logit_bias":{"1":200}"#, "logit_bias.1", "decimal_above_max_value"),
        (#""top_logprobs":2"#, "top_logprobs", "invalid_value"),
        (#""stream_options":{}"#, "stream_options", "invalid_value"),
        (#""response_format":{"type":"xml"}"#, "response_format.type", "invalid_value"),
        (
            #""response_format":{"type":"json_schema"}"#, "response_format.json_schema",
            "missing_required_parameter"
        ),
        (#""reasoning_effort":"huge""#, "reasoning_effort", "invalid_value"),
        (#""store":true"#, "store", "unsupported_value"),
        (#""modalities":["text","audio"]"#, "modalities[1]", "invalid_value"),
        (#""audio":{}"#, "audio", "unsupported_value"),
        (#""web_search_options":{}"#, "web_search_options", "unsupported_value"),
        (#""verbosity":"low""#, "verbosity", "invalid_value"),
        (#""metadata":{"a":1}"#, "metadata.a", "invalid_type"),
        (#""tool_choice":"required""#, "tool_choice", "invalid_value"),
        (#""tools":[{"type":"custom","custom":{}}]"#, "tools[0].type", "unsupported_value"),
        (#""tools":[{"type":"function"}]"#, "tools[0].function", "missing_required_parameter"),
        (#""keep_alive":"soon""#, "keep_alive", "invalid_value"),
        (#""messages":[]"#, "messages", "empty_array"),
        (#""messages":[{"role":"cat"}]"#, "messages[0].role", "invalid_value"),
        (#""messages":[{"role":"user"}]"#, "messages[0].content", "missing_required_parameter"),
        (
            #""messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]"#,
            "messages[0].content[0].type", "unsupported_value"
        ),
        (
            #""messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}]"#,
            "messages[0].tool_calls[0].function.arguments", "invalid_value"
        ),
        (#""model":null"#, "model", "missing_required_parameter"),
    ])
    func refusalsNameTheField(_ member: String, _ param: String, _ code: String) {
        let error = openAIRefusal { try chatRequest("," + member) }
        #expect(error?.param == param)
        #expect(error?.code == code)
        #expect(error?.status == 400)
    }

    @Test func unknownFieldsAreListed() throws {
        #expect(try chatRequest(#","user":"u","store":false,"frob":1"#).unknown == ["frob"])
    }

    @Test func errorsHaveOpenAIsShape() {
        let error = OpenAIError.contextLengthExceeded(tokens: 9, limit: 8, param: "messages")
        #expect(
            OpenAIShapes.note("error", [error.json]).joined()
                == #"{"error":{"message":"This model's maximum context length is 8 tokens. However, your messages resulted in 9 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#
        )
        #expect(OpenAIError.modelNotFound("x").status == 404)
        #expect(
            OpenAIError.Kind.allCases.map { OpenAIError($0, "").status }
                == [400, 401, 403, 404, 405, 413, 429, 500, 503]
        )
        #expect(openAIRefusal { try OpenAIWire.body(Array("[1".utf8)) }?.status == 400)
    }
}
