import ApusConversation
import ApusDialects
import Testing

private let header = "x-anthropic-billing-header: cc_version=2.1.177.01c; cch="

private func reminder(_ text: String) -> String {
    "\n\n<system-reminder>\n\(text)\n</system-reminder>"
}

private func moved(
    _ system: String,
    _ turns: [Message] = [Message(role: "user", content: "hi")]
) -> [String] {
    Conversation(messages: [Message(role: "system", content: system)] + turns)
        .movingVolatileText(VolatileRule.standard).messages.map(\.content)
}

@Suite struct VolatileRuleTests {
    @Test func theDataIsRead() {
        #expect(VolatileRule.standard.count >= 5)
        #expect(VolatileRule.standard.allSatisfy { !$0.begins.isEmpty })
        #expect(VolatileRule.standard.allSatisfy { !$0.begins.contains("") })
    }

    @Test func twoRequestsOfAnAgentShareTheirPrefix() throws {
        let request = { (nonce: String) in
            try conversation(
                #"""
                {"system":[{"type":"text","text":"\#(header)\#(nonce);"},
                           {"type":"text","text":"You are Claude Code."}],\#(hello)}
                """#
            ).movingVolatileText(VolatileRule.standard)
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
        let time = "Current time: 2026-11-21 14:58"
        #expect(moved("A\n\(time)\nB", turns) == ["A\nB", "hi", "yes", "42" + reminder(time)])
        let prefilled = moved(
            "- The current time is 09:15.",
            [Message(role: "user", content: "hi"), Message(role: "assistant", content: "{")]
        )
        #expect(prefilled == ["hi" + reminder("- The current time is 09:15."), "{"])
    }

    @Test(arguments: [
        "CURRENT DATE AND TIME: Sat Nov 21 14:58:01 2026", "# Today's date is 2026-11-21 14:58",
        "<current_time>2026-11-21T14:58:00Z</current_time>", "Timestamp: 1795186680",
        "Request ID: req_011CUu2mXk4", "trace_id: 4bf92f3577b34da6a3ce929d0e0e4736",
    ])
    func whatChangesEveryTurnIsFound(line: String) {
        #expect(moved("A\n\(line)\nB") == ["A\nB", "hi" + reminder(line)])
    }

    @Test func sessionsGoToTheEndOfTheSystemMessage() {
        let line = "Session ID: 0190c8a2-7d5e-7cc3"
        #expect(moved("\(line)\r\nA\nB") == ["A\nB\n\n\(line)", "hi"])
    }

    @Test(arguments: [
        "Today's date: 2026-11-21", "Current time: unknown", "See x-anthropic-billing-header: a",
        "Today is 12:30 and " + String(repeating: "you are helpful ", count: 12), "A\r\nB", "\n\n",
        "Session ID: none", "Request ID: abcdefghijkl", "Current time zone: UTC+02", "",
    ])
    func otherTextStaysAsItIs(text: String) {
        #expect(moved(text) == [text, "hi"])
    }

    @Test func everyLeadingSystemMessageIsLookedAt() {
        let messages = [
            Message(role: "system", content: "Current time: 10:00"),
            Message(role: "system", content: "A\nCurrent time: 11:00"),
            Message(role: "user", content: "Current time: 12:00"),
            Message(role: "system", content: "Current time: 13:00"),
        ]
        let result = Conversation(messages: messages).movingVolatileText(VolatileRule.standard)
        #expect(
            result.messages.map(\.content) == [
                "A",
                "Current time: 12:00" + reminder("Current time: 10:00\nCurrent time: 11:00"),
                "Current time: 13:00",
            ]
        )
    }

    @Test func aConversationOfTheSystemAloneKeepsItsText() {
        #expect(moved("A\nCurrent time: 10:00", []) == ["A\n\nCurrent time: 10:00"])
    }

    @Test func linesOfWindowsAreLines() {
        #expect(moved("\(header)1;\r\nYou are X.") == ["You are X.", "hi"])
    }

    @Test func aHeaderFarDownIsText() {
        let text = String(repeating: "line\n", count: 20) + header + "1;"
        #expect(moved(text).first == text)
    }

    @Test func noRulesMeanNoChange() {
        let messages = [Message(role: "system", content: "Current time: 10:00")]
        let conversation = Conversation(messages: messages)
        #expect(conversation.movingVolatileText([]) == conversation)
    }
}
