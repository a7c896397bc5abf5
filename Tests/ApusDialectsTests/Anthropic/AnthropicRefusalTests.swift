import ApusConversation
import ApusDialects
import Testing

@Suite struct AnthropicRefusalTests {
    @Test(arguments: [
        ("{}", "messages: Field required"),
        (#"{"messages":[]}"#, "messages: at least one message is required"),
        (#"{"messages":"a"}"#, "messages: Input should be a valid list"),
        (
            #"{"messages":[{"role":"bot","content":"a"}]}"#,
            "messages.0.role: Input should be 'user'"
        ),
        (#"{"messages":[{"role":"user"}]}"#, "messages.0.content: Field required"),
        (#"{"messages":[{"role":"user","content":""}]}"#, "messages.0: user messages must have"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
            "messages.0.content.0.text: Field required"
        ),
        (#"{\#(hello),"max_tokens":"9"}"#, "max_tokens: Input should be a valid integer"),
        (#"{\#(hello),"max_tokens":-1}"#, "max_tokens: Input should be greater than or equal to 0"),
        (#"{\#(hello),"temperature":1.5}"#, "temperature: range: 0..1"),
        (#"{\#(hello),"top_p":-0.5}"#, "top_p: range: 0..1"),
        (#"{\#(hello),"top_k":-1}"#, "top_k: Input should be greater"),
        (#"{\#(hello),"stop_sequences":[""]}"#, "stop_sequences.0: String should have at least"),
        (#"{\#(hello),"container":"c"}"#, "`container` is not supported"),
        (
            #"{\#(hello),"context_management":{"edits":[{"type":"compact_20260112"}]}}"#,
            "context_management.edits.0: `compact_20260112` is not supported"
        ),
        (#"{\#(hello),"speed":"slow"}"#, "speed: Input should be 'standard', 'fast'"),
        (#"{\#(hello),"mcp_servers":[{}]}"#, "MCP servers are not supported"),
        (#"{\#(hello),"service_tier":"fast"}"#, "service_tier: Input should be 'auto'"),
        (#"{\#(hello),"model":""}"#, "model: String should have at least 1 character"),
    ])
    func requests(text: String, message: String) {
        let said = refusal(text)
        #expect(said?.contains(message) == true, "\(said ?? "accepted")")
    }

    @Test(arguments: [
        ("image", #""source":{"type":"url","url":"http://x"}"#, "`image` blocks are not supported"),
        ("document", #""source":{"type":"base64","data":""}"#, "PDF documents are not supported"),
        ("document", #""source":{"type":"file","file_id":"f"}"#, "`file` sources"),
        (
            "document",
            #""source":{"type":"text","media_type":"text/plain","data":"a"},"citations":{"enabled":true}"#,
            "citations are not supported"
        ),
        ("server_tool_use", #""id":"s""#, "`server_tool_use` blocks are not supported"),
        ("web_search_tool_result", #""tool_use_id":"s""#, "no server tools"),
        ("container_upload", #""file_id":"f""#, "`container_upload` blocks"),
        ("video", #""a":1"#, "Input tag 'video' found using 'type' does not match"),
        ("tool_use", #""id":"a","name":"f","input":{}"#, "can only be in `assistant` messages"),
        ("thinking", #""thinking":"a","signature":"b""#, "can only be in `assistant` messages"),
        ("tool_result", #""tool_use_id":"toolu_9""#, "unexpected `tool_use_id` found"),
        (
            "tool_result", #""tool_use_id":"a","content":[{"type":"image"}]"#,
            "messages.0.content.0.content.0: `image` blocks"
        ),
    ])
    func blocks(type: String, members: String, message: String) {
        let block = #"{"type":"\#(type)",\#(members)}"#
        let said = refusal(#"{"messages":[{"role":"user","content":[\#(block)]}]}"#)
        #expect(said?.contains(message) == true, "\(said ?? "accepted")")
    }

    @Test(arguments: [
        (
            #"{"type":"thinking","thinking":"hm","signature":"sig:9"}"#,
            "Invalid `signature` in `thinking`"
        ),
        (#"{"type":"text","text":"ends "}"#, "cannot end with trailing whitespace"),
        (
            #"{"type":"tool_use","id":"toolu_1","name":"f","input":{}}"#,
            "without `tool_result` blocks"
        ),
        (
            #"{"type":"tool_use","id":"toolu_1","name":"f","input":"{}"}"#,
            "input: Input should be a valid dict"
        ),
        (#"{"type":"tool_result","tool_use_id":"a"}"#, "can only be in `user` messages"),
    ])
    func assistantTurns(block: String, message: String) {
        let turns = #"{"role":"user","content":"a"},{"role":"assistant","content":[\#(block)]}"#
        let said = refusal(#"{"messages":[\#(turns)]}"#)
        #expect(said?.contains(message) == true, "\(said ?? "accepted")")
    }

    @Test(arguments: [
        #"{"role":"user","content":"Never mind."}"#,
        #"{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}"#,
        #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2"}]}"#,
    ])
    func callsWithoutAnswers(rest: String) {
        let calls = ["toolu_1", "toolu_2"].map { id in
            #"{"type":"tool_use","id":"\#(id)","name":"f","input":{}}"#
        }
        let turns =
            #"{"role":"user","content":"a"},{"role":"assistant","content":["#
            + calls.joined(separator: ",") + "]}," + rest
        let said = refusal(#"{"messages":[\#(turns)]}"#)
        #expect(
            said?.contains("messages.1: `tool_use` ids were found without") == true,
            "\(said ?? "accepted")"
        )
        #expect(said?.contains("toolu_1") == true)
    }

    @Test(arguments: [
        (
            #""thinking":{"type":"enabled","budget_tokens":1023},"max_tokens":4000"#,
            "greater than or equal to 1024"
        ),
        (
            #""thinking":{"type":"enabled","budget_tokens":1024},"max_tokens":1024"#,
            "`max_tokens` must be greater"
        ),
        (#""thinking":{"type":"maybe"}"#, "thinking.type: Input should be 'enabled'"),
        (#""thinking":{"type":"enabled"}"#, "thinking.budget_tokens: Field required"),
        (#""output_config":{"effort":"huge"}"#, "output_config.effort"),
        (#""output_config":{"format":{"type":"xml"}}"#, "Input should be 'json_schema'"),
        (#""tools":[{"name":"a b","input_schema":{}}]"#, "custom.name: String should match"),
        (#""tools":[{"name":"a"}]"#, "tools.0.custom.input_schema: Field required"),
        (#""tools":[{"name":"a","input_schema":{"type":"string"}}]"#, "input_schema.type"),
        (
            #""tools":[{"name":"a","input_schema":{}},{"name":"a","input_schema":{}}]"#,
            "must be unique"
        ),
        (#""tools":[{"type":"computer_toolset_20260801"}]"#, "`computer_toolset_20260801` are not"),
        (#""tool_choice":{"type":"any"}"#, "only be specified while providing tools"),
        (#""tool_choice":{"type":"tool","name":"x"}"#, "Tool 'x' not found"),
        (#""tool_choice":{"type":"tool"}"#, "tool_choice.name: Field required"),
        (
            #""tools":[{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"tool","name":"web_search"}"#,
            "server tool 'web_search' is not supported"
        ),
        (#""system":[{"type":"image"}]"#, "system.0: `image` blocks"),
    ])
    func members(members: String, message: String) {
        let said = refusal("{\(hello),\(members)}")
        #expect(said?.contains(message) == true, "\(said ?? "accepted")")
    }

    @Test func modelsThatCannotAreNamed() {
        let text = #"{\#(hello),"tools":[{"name":"w","input_schema":{}}]}"#
        #expect(
            refusal(text, for: model(["completion"]))?.contains("does not support tools") == true
        )
        #expect(
            refusal("{\(hello)}", for: model(["embedding"]))?.contains("does not support chat")
                == true
        )
    }

    @Test func bodiesThatAreNoJSON() {
        #expect(throws: DialectError.self) { try AnthropicRequest(body: []) }
        #expect(throws: DialectError.self) { try AnthropicRequest(body: Array("{".utf8)) }
        #expect(throws: DialectError.self) { try AnthropicRequest(body: Array("[]".utf8)) }
        let deep = String(repeating: "[", count: 10_000)
        #expect(throws: DialectError.self) { try AnthropicRequest(body: Array(deep.utf8)) }
    }
}
