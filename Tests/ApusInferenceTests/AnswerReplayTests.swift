import ApusConversation
import Testing

@testable import ApusChat
@testable import ApusInference

/// Which stretches of a prompt count as answers that came back.
@Suite struct AnswerReplayTests {
    private static let features = ChatFeatures(
        supportsTools: true,
        supportsThinking: true,
        thinkingTags: ThinkingTags(open: "<think>", close: "</think>"),
        toolCallFormat: .hermes
    )
    private static let tool = Tool(name: "f", parameters: ["type": "object"])
    private static let prompt = "<s>user\nHi<e>\n<s>assistant\n"

    private static func call(_ arguments: String) -> String {
        "<tool_call>\n{\"name\": \"f\", \"arguments\": \(arguments)}\n</tool_call>"
    }

    private static func fingerprint(_ text: String) -> TextFingerprint {
        var fingerprint = TextFingerprint()
        fingerprint.append(text.utf8)
        return fingerprint
    }

    /// An answer whose tokens are its bytes.
    private static func answer(_ text: String) -> SampledAnswer {
        SampledAnswer(tokens: text.utf8.map { Int32($0) }, bytes: Array(text.utf8), text: text)
    }

    /// The prompt in which `answers` were recognised, each written as `[…]`.
    private static func replay(
        _ text: String,
        _ memory: AnswerMemory,
        ids: [String] = []
    ) -> String {
        let calls = ids.map { ToolCall(id: $0, name: "f", arguments: [:]) }
        let bytes = Array(text.utf8)
        let replay = AnswerReplay(
            bytes,
            of: Conversation(
                messages: [Message(role: "assistant", toolCalls: calls)],
                tools: [tool]
            ),
            features: features,
            ends: [Array("<e>".utf8), Array("<eot>".utf8)],
            memory: memory
        )
        var whole = ""
        let shown = replay.parts.map { part in
            switch part {
            case .text(let range):
                whole += String(decoding: bytes[range], as: UTF8.self)
                return String(decoding: bytes[range], as: UTF8.self)
            case .answer(let answer):
                whole += String(decoding: answer.bytes, as: UTF8.self)
                return "[" + String(decoding: answer.bytes, as: UTF8.self) + "]"
            }
        }.joined()
        #expect(replay.fingerprint == fingerprint(whole))
        return shown
    }

    /// A memory in which `sampled` answered `prompt`.
    private static func memory(_ sampled: String) -> AnswerMemory {
        let memory = AnswerMemory()
        memory.remember(answer(sampled), to: fingerprint(prompt))
        return memory
    }

    private static let rest = "<e>\n<s>tool\n4<e>\n<s>assistant\n"

    @Test(arguments: [
        #"{"b": [1, {"y": 2, "x": 3}], "a": "é"}"#, #"{"b":[1.0,{"x":3,"y":2}],"a":"\u00e9"}"#,
        #"{ "a":"é" , "b": [ 1, {"x": 3e0, "y": 2}] }"#,
    ])
    func aCallWrittenAnewIsRecognised(arguments: String) {
        let sampled = Self.call(#"{"a": "é", "b": [1, {"x": 3, "y": 2}]}"#)
        let memory = Self.memory(sampled)
        for _ in 0..<2 {
            #expect(
                Self.replay(Self.prompt + Self.call(arguments) + Self.rest, memory)
                    == Self.prompt + "[" + sampled + "]" + Self.rest
            )
        }
    }

    @Test(arguments: [
        Self.call(#"{"a": 2}"#), Self.call(#"{"a": "1"}"#), Self.call(#"{"a": 1, "b": 1}"#),
        Self.call(#"{"a": [1]}"#), "So: " + Self.call(#"{"a": 1}"#),
        Self.call(#"{"a": 1}"#) + Self.call(#"{"a": 1}"#), "", "{\"a\": 1}",
        "<think>hm</think>" + Self.call(#"{"a": 1}"#),
        Self.call(#"{"a": 1}"#).replacing("\"f\"", with: "\"g\""),
    ])
    func anotherTurnIsNot(returned: String) {
        let text = Self.prompt + returned + Self.rest
        #expect(Self.replay(text, Self.memory(Self.call(#"{"a": 1}"#))) == text)
    }

    @Test func reasoningThatTheTemplateDropsStaysDropped() {
        let memory = Self.memory("<think>\nhm\n</think>\n\n" + Self.call(#"{"a": 1}"#))
        let without = Self.prompt + Self.call(#"{"a": 1}"#) + Self.rest
        #expect(Self.replay(without, memory) == without)
        let with = Self.prompt + "<think>hm</think>" + Self.call(#"{"a":1}"#) + Self.rest
        #expect(Self.replay(with, memory).contains("[<think>\nhm\n</think>"))
    }

    @Test func textAloneIsRecognisedWithoutTheSpacesAroundIt() {
        let text = Self.prompt + "Yes, 4." + Self.rest
        #expect(Self.replay(text, Self.memory("\nYes, 4. ")).contains("[\nYes, 4. ]<e>"))
        #expect(Self.replay(text, Self.memory("Yes,  4.")) == text)
        #expect(Self.replay(text, Self.memory("Yes, 4.")).contains("[Yes, 4.]<e>"))
    }

    @Test func anotherBeginningIsAnotherPrompt() {
        let memory = Self.memory("Yes.")
        let text = Self.prompt.replacing("Hi", with: "Ho") + "Yes." + Self.rest
        #expect(Self.replay(text, memory) == text)
        #expect(Self.replay(Self.prompt, memory) == Self.prompt)
        #expect(Self.replay("", memory).isEmpty)
    }

    @Test func aTurnHasAnEnd() {
        let memory = Self.memory("Yes.")
        #expect(Self.replay(Self.prompt + "Yes.", memory) == Self.prompt + "Yes.")
        let other = Self.prompt + "Yes.<eot>"
        #expect(Self.replay(other, memory) == Self.prompt + "[Yes.]<eot>")
        // What stands behind an end of turn in the client's text is not part of the answer.
        let longer = Self.prompt + "Yes.<e>No." + Self.rest
        #expect(Self.replay(longer, memory) == Self.prompt + "[Yes.]<e>No." + Self.rest)
    }

    @Test func answersFollowEachOther() {
        let memory = Self.memory(Self.call(#"{"a": 1}"#))
        let second = Self.prompt + Self.call(#"{"a": 1}"#) + Self.rest
        memory.remember(Self.answer("Four. "), to: Self.fingerprint(second))
        #expect(
            Self.replay(Self.prompt + Self.call(#"{"a":1}"#) + Self.rest + "Four.<e>\n", memory)
                == Self.prompt + "[" + Self.call(#"{"a": 1}"#) + "]" + Self.rest + "[Four. ]<e>\n"
        )
    }

    @Test func identifiersThatResultsReferToAreNotLost() {
        let returned = "{\"name\": \"f\", \"arguments\": {}, \"id\": \"call_1a2b\"}"
        let text = Self.prompt + "<tool_call>\(returned)</tool_call>" + Self.rest
        let memory = Self.memory(Self.call("{}"))
        #expect(Self.replay(text, memory, ids: ["call_1a2b"]) == text)
        let short = text.replacing("call_1a2b", with: JinjaTemplate.shortCallID("call_abcdef"))
        #expect(Self.replay(short, memory, ids: ["call_abcdef"]) == short)
        let same = Self.memory("<tool_call>" + returned.replacing(": ", with: ":") + "</tool_call>")
        #expect(Self.replay(text, same, ids: ["call_1a2b"]) != text)
    }

    @Test func ofSeveralAnswersTheOneThatCameBackIsTaken() {
        let memory = Self.memory("Yes.")
        memory.remember(Self.answer("No."), to: Self.fingerprint(Self.prompt))
        #expect(Self.replay(Self.prompt + "Yes. <e>", memory) == Self.prompt + "[Yes.]<e>")
        #expect(Self.replay(Self.prompt + "No. <e>", memory) == Self.prompt + "[No.]<e>")
    }
}

@Suite struct AnswerMemoryTests {
    private static func fingerprint(_ text: String) -> TextFingerprint {
        var fingerprint = TextFingerprint()
        fingerprint.append(text.utf8)
        return fingerprint
    }

    private static func answer(_ tokens: Int, first: Int32 = 0) -> SampledAnswer {
        SampledAnswer(tokens: (0..<tokens).map { Int32($0) + first }, bytes: [], text: "")
    }

    @Test func fingerprintsDoNotDependOnPieces() {
        var pieces = TextFingerprint()
        for byte in "Hello, \u{0} world".utf8 { pieces.append(CollectionOfOne(byte)) }
        #expect(pieces == Self.fingerprint("Hello, \u{0} world"))
        let texts = ["", "a", "b", "ab", "ba", "\u{0}", "\u{0}\u{0}", "aa"]
        #expect(Set(texts.map(Self.fingerprint)).count == texts.count)
    }

    @Test func thePromptNotAskedForLongestGoes() {
        let memory = AnswerMemory(maximumPrompts: 2, maximumTokens: 100)
        memory.remember(Self.answer(1), to: Self.fingerprint("a"))
        memory.remember(Self.answer(1), to: Self.fingerprint("bb"))
        #expect(memory.answers(to: Self.fingerprint("a")).count == 1)
        memory.remember(Self.answer(1), to: Self.fingerprint("ccc"))
        #expect(memory.promptLengths == [1, 3])
    }

    @Test func tokensAreBounded() {
        let memory = AnswerMemory(maximumPrompts: 100, maximumTokens: 100)
        for length in 1...20 {
            let text = String(repeating: "x", count: length)
            memory.remember(Self.answer(25), to: Self.fingerprint(text))
        }
        #expect(memory.promptLengths == [17, 18, 19, 20])
        memory.remember(Self.answer(26), to: Self.fingerprint("y"))
        #expect(memory.promptLengths == [17, 18, 19, 20])
    }

    @Test func answersToOnePromptAreFew() {
        let memory = AnswerMemory()
        let prompt = Self.fingerprint("a")
        for first in 0..<9 as Range<Int32> {
            memory.remember(Self.answer(2, first: first), to: prompt)
        }
        memory.remember(Self.answer(2, first: 7), to: prompt)
        #expect(memory.answers(to: prompt).map(\.answer.tokens[0]) == [7, 8, 6, 5])
        memory.note(Self.answer(2, first: 6), to: prompt, knownAs: Self.fingerprint("b"))
        #expect(memory.answers(to: prompt).map(\.known)[2] == Self.fingerprint("b"))
    }
}
