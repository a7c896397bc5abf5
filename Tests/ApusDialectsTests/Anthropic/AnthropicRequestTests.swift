import ApusConversation
import ApusDialects
import Testing

@Suite struct AnthropicRequestTests {
    @Test func aWholeAgentTurnBecomesAConversation() throws {
        let result = try conversation(
            #"""
            {"system":[{"type":"text","text":"You are X."},
                       {"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
             "tools":[{"name":"w","description":"weather","input_schema":{"type":"object"}}],
             "tool_choice":{"type":"any","disable_parallel_tool_use":true},
             "thinking":{"type":"enabled","budget_tokens":1024},"max_tokens":2000,
             "messages":[
              {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
              {"role":"assistant","content":[
                {"type":"thinking","thinking":"hm","signature":"sig:2"},
                {"type":"redacted_thinking","data":"hidden:deep"},
                {"type":"text","text":"Look: "},
                {"type":"tool_use","id":"toolu_1","name":"w","input":{"z":1,"a":2}},
                {"type":"tool_use","id":"toolu_2","name":"w","input":{}}]},
              {"role":"user","content":[
                {"type":"tool_result","tool_use_id":"toolu_1","content":"sun"},
                {"type":"tool_result","tool_use_id":"toolu_2","is_error":true,
                 "content":[{"type":"text","text":"no"},{"type":"text","text":"net"}]},
                {"type":"text","text":"go on"}]}]}
            """#
        )
        #expect(
            result.messages == [
                Message(role: "system", content: "You are X.\nBe brief."),
                Message(role: "user", content: "a\nb"),
                Message(
                    role: "assistant",
                    content: "Look: ",
                    thinking: "hm\ndeep",
                    toolCalls: [
                        ToolCall(id: "call_1", name: "w", arguments: ["z": 1, "a": 2]),
                        ToolCall(id: "call_2", name: "w", arguments: [:]),
                    ]
                ),
                Message(role: "tool", content: "sun", toolName: "w", toolCallID: "call_1"),
                Message(
                    role: "tool",
                    content: "Error: no\nnet",
                    toolName: "w",
                    toolCallID: "call_2"
                ),
                Message(role: "user", content: "go on"),
            ]
        )
        #expect(result.toolChoice == .required && !result.allowsParallelCalls)
        #expect(result.thinking == .on)
        #expect(result.tools.map(\.name) == ["w"])
    }

    @Test func samplingIsTheModelsUnlessTheRequestSaysOtherwise() throws {
        let target = model(options: [
            "temperature": 0.3, "top_p": 0.5, "top_k": 7, "stop": ["<e>"], "num_predict": 9,
        ])
        let plain = try anthropic("{\(hello)}").generation(for: target, seal: seal)
        #expect(plain.sampling.temperature == 0.3 && plain.sampling.topK == 7)
        #expect(plain.stop == ["<e>"] && plain.maximumTokens == 100)
        #expect(plain.overflow == .refuse && !plain.shiftsContext && !plain.rendersOnly)
        let request =
            #"{\#(hello),"temperature":1,"top_p":0.9,"top_k":3,"stop_sequences":["a","<e>"]}"#
        let own = try anthropic(request).generation(for: target, seal: seal)
        #expect(own.sampling.temperature == 1 && own.sampling.topP == 0.9)
        #expect(own.sampling.topK == 3 && own.stop == ["<e>", "a"])
    }

    @Test func aCountRendersThePromptOfTheSameRequest() throws {
        let text =
            #"{"system":"s",\#(hello),"tools":[{"name":"w","input_schema":{"type":"object"}}]}"#
        let count = try anthropic(text, purpose: .count).generation(for: model(), seal: seal)
        let message = try anthropic(text).generation(for: model(), seal: seal)
        #expect(count.rendersOnly && count.prompt == message.prompt && count.maximumTokens == nil)
        #expect(AnthropicCount.json(tokens: 12).jsonText() == #"{"input_tokens":12}"#)
    }

    @Test(arguments: [
        (#""thinking":{"type":"disabled"}"#, Thinking.off),
        (#""thinking":{"type":"adaptive"}"#, .on),
        (#""thinking":{"type":"adaptive"},"output_config":{"effort":"xhigh"}"#, .effort("high")),
        (#""thinking":{"type":"between_tools"}"#, .off),
        (#""output_config":{"effort":"low"}"#, .effort("low")),
        (#""stream":false"#, .off),
    ])
    func thinkingOfARequest(member: String, expected: Thinking) throws {
        #expect(try conversation("{\(hello),\(member)}").thinking == expected)
        let plain = try conversation("{\(hello),\(member)}", for: model(["completion"]))
        #expect(plain.thinking == nil)
    }

    @Test func theBudgetReachesTheEngine() throws {
        let text =
            #"{\#(hello),"max_tokens":4096,"thinking":{"type":"enabled","budget_tokens":2048}}"#
        let request = try anthropic(text)
        #expect(try request.generation(for: model(), seal: seal).thinkingBudget == 2048)
        #expect(request.ignored(for: model()) == [])
        #expect(request.ignored(for: model(["completion"])) == ["thinking"])
    }

    @Test func structuredOutputFromBothPlaces() throws {
        let format = #"{"type":"json_schema","schema":{"type":"object"}}"#
        for member in [#""output_config":{"format":\#(format)}"#, #""output_format":\#(format)"#] {
            let request = try anthropic("{\(hello),\(member)}")
            #expect(request.format == .schema(["type": "object"]))
        }
    }

    @Test func systemTurnsInsideTheConversationStayInPlace() throws {
        let result = try conversation(
            #"""
            {"messages":[{"role":"system","content":"first"},{"role":"user","content":"a"},
             {"role":"assistant","content":"b"},{"role":"user","content":"c"},
             {"role":"system","content":[{"type":"text","text":"9 tokens left"}]}]}
            """#
        )
        #expect(
            result.messages.map(\.content) == [
                "first", "a", "b", "c\n<system-reminder>\n9 tokens left\n</system-reminder>",
            ]
        )
    }

    @Test func remindersAfterAToolBelongToItsAnswer() throws {
        let result = try conversation(
            #"""
            {"messages":[{"role":"user","content":"a"},
             {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"1"},
              {"type":"text","text":"<system-reminder>x</system-reminder>"}]},
             {"role":"system","content":"9 left"},{"role":"user","content":"b"}]}
            """#
        )
        #expect(
            result.messages.map(\.role) == ["user", "assistant", "tool", "user"]
                && result.messages[2].content
                    == "1\n\n<system-reminder>x</system-reminder>\n\n<system-reminder>\n9 left\n</system-reminder>"
        )
    }

    @Test func aFinalAssistantTurnIsContinued() throws {
        let result = try conversation(
            #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"The answer is ("}]}"#
        )
        #expect(result.messages.last == Message(role: "assistant", content: "The answer is ("))
    }

    @Test func theModelsOwnTurnsComeFirst() throws {
        let target = model(system: "own", messages: [Message(role: "user", content: "x")])
        let plain = try conversation("{\(hello)}", for: target)
        #expect(plain.messages.map(\.content) == ["own", "x", "hi"])
        let given = try conversation(#"{"system":"s",\#(hello)}"#, for: target)
        #expect(given.messages.map(\.content) == ["s", "x", "hi"])
    }

    @Test func documentsAndSearchResultsBecomeText() throws {
        let result = try conversation(
            #"""
            {"messages":[{"role":"user","content":[
              {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"D"}},
              {"type":"document","source":{"type":"content","content":[{"type":"text","text":"E"}]}},
              {"type":"search_result","title":"S","source":"http://x","content":[{"type":"text","text":"F"}]}
            ]}]}
            """#
        )
        #expect(
            result.messages.first?.content == #"""
                <document title="T">
                D
                </document>
                <document>
                E
                </document>
                <search_result title="S" source="http://x">
                F
                </search_result>
                """#
        )
    }

    @Test func unknownMembersAreListedAndCannotForgeAHeader() throws {
        let request = try anthropic(
            #"""
            {"context_management":{"edits":[]},"betas":["x"],"a\r\nSet-Cookie: b":1,
             "messages":[{"role":"user","content":[{"type":"text","text":"a","new":1}]},
                         {"role":"user","content":[{"type":"text","text":"a","new":1}]}],
             "tools":[{"type":"web_search_20250305","name":"web_search"}]}
            """#
        )
        #expect(
            request.ignored == [
                "context_management", "messages.content.new", "tools.web_search_20250305",
                "anthropic-beta.x", "a??Set-Cookie??b",
            ]
        )
    }

    @Test func clientToolsHaveTheirSchema() throws {
        let result = try conversation(
            #"""
            {"tools":[{"type":"bash_20250124","name":"bash"},{"type":"memory_20250818","name":"memory"},
             {"type":"text_editor_20250728","name":"str_replace_based_edit_tool"}],\#(hello)}
            """#
        )
        #expect(result.tools.map(\.name) == ["bash", "memory", "str_replace_based_edit_tool"])
        #expect(result.tools.allSatisfy { $0.parameters["type"] == "object" })
    }

    @Test func betasWithoutEffectAreListed() {
        #expect(
            AnthropicBetas.ignored(inHeader: "prompt-caching-2024-07-31, a\u{e9}-1,b-2,,b-2")
                == ["anthropic-beta.a?-1", "anthropic-beta.b-2"]
        )
    }

    @Test func threadsAreRefusedSoThatClientsGoOnWithoutThem() throws {
        let request = try anthropic(#"{"thread":{"type":"create"},\#(hello)}"#)
        #expect(request.usesThread)
        #expect(throws: DialectError.self) { try request.generation(for: model(), seal: seal) }
    }

    @Test func referencesToToolsAreLegible() throws {
        let result = try conversation(
            #"""
            {"messages":[{"role":"user","content":"a"},
             {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t",
              "content":[{"type":"tool_reference","tool_name":"g"}]}]}]}
            """#
        )
        #expect(result.messages.last?.content == "Tool available: g")
    }

    @Test func emptyListsNeedNothing() {
        let text = #"{\#(hello),"tools":[],"mcp_servers":[],"stop_sequences":[],"system":""}"#
        #expect(refusal(text, for: model(["completion"])) == nil)
    }
}
