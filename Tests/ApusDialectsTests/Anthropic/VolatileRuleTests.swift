import ApusConversation
import ApusDialects
import Testing

private let header = "x-anthropic-billing-header: cc_version=2.1.177.01c; cch="

private func moved(_ system: String, _ turns: [Message] = []) -> [Message] {
    let user = turns.isEmpty ? [Message(role: "user", content: "hi")] : turns
    return Conversation(messages: [Message(role: "system", content: system)] + user)
        .movingVolatileText().messages
}

@Suite struct VolatileRuleTests {
    @Test func theDataIsRead() {
        #expect(VolatileRule.standard.count > 5)
    }

    @Test func twoRequestsOfAnAgentShareTheirPrefix() throws {
        let request = { (nonce: String) in
            try conversation(
                #"""
                {"system":[{"type":"text","text":"\#(header)\#(nonce);"},
                           {"type":"text","text":"You are Claude Code."}],\#(hello)}
                """#
            )
        }
        let first = try request("36ee5")
        #expect(first == (try request("0aaa9")))
        #expect(first.messages.map(\.content) == ["You are Claude Code.", "hi"])
    }

    @Test func timesGoToTheLastTurnThatTheModelDidNotWrite() {
        let turns = [
            Message(role: "user", content: "hi"), Message(role: "assistant", content: "yes"),
            Message(role: "tool", content: "42"),
        ]
        let result = moved("A\nCurrent time: 2026-11-21 14:58\nB", turns)
        #expect(
            result.map(\.content)
                == ["A\nB", "hi", "yes", "42\n\nCurrent time: 2026-11-21 14:58"]
        )
        let prefilled = moved(
            "- The current time is 09:15.",
            [Message(role: "user", content: "hi"), Message(role: "assistant", content: "{")]
        )
        #expect(prefilled.map(\.content) == ["hi\n\n- The current time is 09:15.", "{"])
    }

    @Test(arguments: [
        "Today's date: 2026-11-21", "Current time: unknown", "See x-anthropic-billing-header: a",
        "Today is 12:30 and " + String(repeating: "you are helpful ", count: 12), "A\r\nB", "\n\n",
    ])
    func otherTextStaysAsItIs(text: String) {
        #expect(moved(text).map(\.content) == [text, "hi"])
    }

    @Test func linesOfWindowsAreLines() {
        #expect(moved("\(header)1;\r\nYou are X.").map(\.content) == ["You are X.", "hi"])
    }

    @Test func aHeaderFarDownIsText() {
        let text = String(repeating: "line\n", count: 20) + header + "1;"
        #expect(moved(text).first?.content == text)
    }

    @Test func rulesCanMoveToTheEndOfTheSystemMessage() throws {
        let rule = #"[{"name":"git","begins":"gitStatus:","to":"endOfSystem"}]"#
        let rules = try JSONValueDecoder().decode(
            [VolatileRule].self,
            from: JSONValue(json: rule)
        )
        let conversation = Conversation(
            messages: [
                Message(role: "system", content: "A\ngitStatus: M x\nB"),
                Message(role: "user", content: "hi"),
            ]
        )
        #expect(
            conversation.movingVolatileText(rules).messages.map(\.content)
                == ["A\nB\n\ngitStatus: M x", "hi"]
        )
    }
}
