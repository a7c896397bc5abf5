import ApusConversation
import ApusDialects
import Testing

@Suite struct OpenAITokenizeTests {
    @Test func textsAndConversationsAreRead() throws {
        let text = try OpenAITokenize.Request(["model": "m", "prompt": "a", "x": 1])
        #expect(text.input == .text("a") && text.addsSpecial && text.unknown == ["x"])
        let messages: JSONValue = [["role": "user", "content": "a"]]
        let body: JSONObject = [
            "model": "m", "messages": messages, "add_special_tokens": false,
            "add_generation_prompt": true,
        ]
        let chat = try OpenAITokenize.Request(body)
        #expect(!chat.addsSpecial && chat.unknown.isEmpty)
        guard case .chat(let request) = chat.input else {
            Issue.record("no conversation")
            return
        }
        #expect(request.messages.map(\.content) == ["a"])
        #expect(
            text.answer([1, 2], limit: 5).jsonText()
                == #"{"count":2,"max_model_len":5,"tokens":[1,2],"token_strs":null}"#
        )
    }

    @Test(
        arguments: [
            (["prompt": "a"], "model"), (["model": "m"], "prompt"),
            (["model": "m", "prompt": "a", "messages": []], "messages"),
            (["model": "m", "prompt": "a", "return_token_strs": true], "return_token_strs"),
            (["model": "m", "prompt": "a", "chat_template": "x"], "chat_template"),
            (
                ["model": "m", "prompt": "a", "add_generation_prompt": false],
                "add_generation_prompt"
            ),
            (
                ["model": "m", "prompt": "a", "continue_final_message": true],
                "continue_final_message"
            ),
        ] as [(JSONObject, String)]
    )
    func whatCannotBeHonouredIsNamed(_ body: JSONObject, _ param: String) {
        #expect(openAIRefusal { try OpenAITokenize.Request(body) }?.param == param)
    }

    @Test func aLastTurnOfTheAssistantIsContinued() throws {
        var body: JSONObject = [
            "model": "m", "messages": [["role": "assistant", "content": "a"]],
            "continue_final_message": true, "add_generation_prompt": false,
        ]
        _ = try OpenAITokenize.Request(body)
        body["add_generation_prompt"] = true
        #expect(
            openAIRefusal { try OpenAITokenize.Request(body) }?.param == "add_generation_prompt"
        )
    }

    @Test func tokensBecomeText() throws {
        let request = try OpenAIDetokenize.Request(["model": "m", "tokens": [1, 2]])
        #expect(request.tokens == [1, 2])
        #expect(OpenAIDetokenize.answer("a") == ["prompt": "a"])
        let error = openAIRefusal {
            try OpenAIDetokenize.Request(["model": "m", "tokens": [1, -2]])
        }
        #expect(error?.param == "tokens[1]")
    }
}
