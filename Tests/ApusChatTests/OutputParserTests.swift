import ApusConversation
import Synchronization
import Testing

@testable import ApusChat

@Suite struct OutputParserTests {
    static let qwen = ChatFeatures(
        thinkingTags: ThinkingTags(open: "<think>", close: "</think>"),
        toolCallFormat: .tagged(open: "<tool_call>", close: "</tool_call>")
    )
    static let llama = ChatFeatures(toolCallFormat: .bareJSON)

    /// A parser whose identifiers are 1, 2, 3 and so on.
    static func parser(
        _ features: ChatFeatures,
        prompt: String = "<|im_start|>assistant\n",
        tools: [String] = ["f", "get_weather"],
        last: Message? = nil
    ) -> OutputParser {
        let counter = Counter()
        let conversation = Conversation(
            messages: [Message(role: "user", content: "?")] + (last.map { [$0] } ?? []),
            tools: tools.map { Tool(name: $0, parameters: [:]) }
        )
        return OutputParser(
            features: features,
            conversation: conversation,
            prompt: prompt,
            makeID: { counter.next() }
        )
    }

    final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> String {
            value.withLock {
                $0 += 1
                return String($0)
            }
        }
    }

    /// All events of an output given in pieces, neighbours of one kind joined.
    static func events(_ parser: OutputParser, _ pieces: [String]) -> [GenerationEvent] {
        var parser = parser
        var joined: [GenerationEvent] = []
        for event in pieces.flatMap({ parser.feed($0) }) + parser.finish() {
            switch (joined.last, event) {
            case (.content(let text), .content(let more)):
                joined[joined.count - 1] = .content(text + more)
            case (.thinking(let text), .thinking(let more)):
                joined[joined.count - 1] = .thinking(text + more)
            default: joined.append(event)
            }
        }
        return joined
    }

    static func call(
        _ id: Int,
        _ name: String = "f",
        _ arguments: JSONValue = [:]
    )
        -> GenerationEvent
    {
        .toolCall(ToolCall(id: String(id), name: name, arguments: arguments))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var features = OutputParserTests.qwen
        var prompt = "<|im_start|>assistant\n"
        var last: Message?
        let output: String
        let events: [GenerationEvent]
        var testDescription: String { output }
    }

    static let cases: [Case] = [
        Case(output: "Hello", events: [.content("Hello")]),
        Case(output: "", events: []),
        Case(output: " \n", events: [.content(" \n")]),
        Case(
            output: "<think>\nHm, 1 < 2.\n</think>\n\nYes. \n",
            events: [.thinking("Hm, 1 < 2."), .content("Yes. \n")]
        ),
        Case(
            output: "\n <think>a</think>b</think>c<think>d",
            events: [.thinking("a"), .content("b</think>c<think>d")]
        ),
        Case(
            prompt: "<|im_start|>assistant\n<think>\n",
            output: "\nHm.\n</think>\n\nYes",
            events: [.thinking("Hm."), .content("Yes")]
        ),
        Case(
            prompt: "<|im_start|>assistant\n<think>\n\n</think>\n\n",
            output: "Yes",
            events: [.content("Yes")]
        ),
        Case(
            last: Message(role: "assistant", content: "The"),
            output: " <think>x",
            events: [.content(" <think>x")]
        ),
        Case(
            last: Message(role: "assistant", thinking: "Well"),
            output: " so.</think>Yes",
            events: [.thinking("so."), .content("Yes")]
        ),
        Case(
            prompt: "<think>\n",
            output: "cut </thi",
            events: [.thinking("cut </thi")]
        ),
        Case(output: "<think>\n\n</think>\n\nA", events: [.content("A")]),
        Case(output: "<thin", events: [.content("<thin")]),
        Case(output: "a <tool_cal", events: [.content("a <tool_cal")]),
        Case(
            output:
                "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"b\": 1, \"a\": [2]}}\n</tool_call>",
            events: [call(1, "f", ["b": 1, "a": [2]])]
        ),
        Case(
            output: "Sure.\n<tool_call>\n{\"name\":\"f\"}\n</tool_call>\n<tool_call>"
                + "{\"name\":\"g\",\"parameters\":{\"é\":\"😀\"}}</tool_call>\n\n Done ",
            events: [.content("Sure."), call(1), call(2, "g", ["é": "😀"]), .content("Done ")]
        ),
        Case(
            prompt: "<think>\n",
            output: "I need it.\n<tool_call>{\"name\":\"f\"}</tool_call>",
            events: [.thinking("I need it."), call(1)]
        ),
        Case(
            output: "<tool_call>[{\"name\":\"f\"},{\"name\":\"g\"}]</tool_call>",
            events: [call(1), call(2, "g")]
        ),
        Case(
            output:
                "<tool_call>{\"name\":\"f\",\"arguments\":{\"t\":\"a </tool_call> b\"}}</tool_call>",
            events: [call(1, "f", ["t": "a </tool_call> b"])]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}</tool_call>",
            events: [call(1, "f", ["x": 1])]
        ),
        Case(
            output:
                "<tool_call>{\"name\":\"f\",\"arguments\":{\"t\":\"two\nlines\t!\"}}</tool_call>",
            events: [call(1, "f", ["t": "two\nlines\t!"])]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":{}}",
            events: [call(1)]
        ),
        Case(
            output:
                "a\n<tool_call>{\"name\":}</tool_call> b<tool_call>{\"name\":\"f\"}</tool_call>",
            events: [.content("a\n<tool_call>{\"name\":}</tool_call> b"), call(1)]
        ),
        Case(
            output: "x <tool_call>{\"name\":\"f\",\"arguments\":{\"a",
            events: [.content("x <tool_call>{\"name\":\"f\",\"arguments\":{\"a")]
        ),
        Case(
            output: "<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>",
            events: [.content("<tool_call>{\"name\":\"f\",\"arguments\":[1]}</tool_call>")]
        ),
        Case(
            features: llama,
            output: "{\"name\": \"f\", \"parameters\": {\"a\": \"}\"}}",
            events: [call(1, "f", ["a": "}"])]
        ),
        Case(
            features: llama,
            output: "\n{\"name\":\"f\"}; {\"name\":\"get_weather\",\"arguments\":{}}\n",
            events: [call(1), call(2, "get_weather")]
        ),
        Case(
            features: llama,
            output: "{\"name\": \"unknown\", \"parameters\": {}} x",
            events: [.content("{\"name\": \"unknown\", \"parameters\": {}} x")]
        ),
        Case(
            features: llama,
            output: "Hi {\"name\":\"f\"}",
            events: [.content("Hi {\"name\":\"f\"}")]
        ),
        Case(features: llama, output: "{\"name\":\"f\"", events: [.content("{\"name\":\"f\"")]),
        Case(features: llama, output: "{]}", events: [.content("{]}")]),
        Case(
            features: llama,
            output: "{\"name\":\"f\"} and more",
            events: [call(1), .content("and more")]
        ),
        Case(
            features: ChatFeatures(toolCallFormat: .none),
            output: "<think>a</think>{\"name\":\"f\"}",
            events: [.content("<think>a</think>{\"name\":\"f\"}")]
        ),
    ]

    @Test(arguments: cases)
    func outputIsTakenApart(item: Case) {
        let parser = Self.parser(item.features, prompt: item.prompt, last: item.last)
        #expect(Self.events(parser, [item.output]) == item.events)
        let letters = item.output.unicodeScalars.map { String(Character($0)) }
        // Identifiers count on, so what follows is compared without them.
        let expected = Self.withoutIDs(item.events)
        #expect(Self.withoutIDs(Self.events(parser, letters)) == expected, "letter by letter")
        for cut in 0...letters.count {
            let pieces = [letters[..<cut].joined(), letters[cut...].joined()]
            #expect(Self.withoutIDs(Self.events(parser, pieces)) == expected)
        }
    }

    static func withoutIDs(_ events: [GenerationEvent]) -> [GenerationEvent] {
        events.map { event in
            guard case .toolCall(var call) = event else { return event }
            call.id = ""
            return .toolCall(call)
        }
    }

    @Test func withoutToolsACallIsText() {
        let text = "<tool_call>{\"name\":\"f\"}</tool_call>"
        #expect(Self.events(Self.parser(Self.qwen, tools: []), [text]) == [.content(text)])
    }

    @Test func contentStreamsAtOnce() {
        var parser = Self.parser(Self.qwen)
        #expect(parser.feed("Hel") == [.content("Hel")])
        #expect(parser.feed("lo <") == [.content("lo")])
        #expect(parser.feed("b>") == [.content(" <b>")])
    }

    /// Any output, however it is cut, gives the same and keeps all its letters.
    @Test(arguments: [qwen, llama], ["<|im_start|>assistant\n", "<think>\n"])
    func streamedEqualsWhole(features: ChatFeatures, prompt: String) {
        let parts = [
            "<think>", "</think>", "<tool_call>", "</tool_call>", "{\"name\":\"f\"}",
            "{\"name\": \"f\", ",
            "\"arguments\": {\"a\": ", "}}", "}", "\"", "\\", "{", "[", "]", "\n", " ", "a", "é",
            "😀", "<", ">",
            "think", "tool", "_call>", ";", "1", "null", ",",
        ]
        for _ in 0..<1000 {
            let pieces = (0..<Int.random(in: 0...14)).compactMap { _ in parts.randomElement() }
            let text = pieces.joined()
            let whole = Self.withoutIDs(Self.events(Self.parser(features, prompt: prompt), [text]))
            let cut = Self.withoutIDs(
                Self.events(
                    Self.parser(features, prompt: prompt),
                    text.unicodeScalars.map { String(Character($0)) }
                )
            )
            #expect(whole == cut, "\(text)")
            expectNothingIsLost(text, whole)
        }
    }

    /// Text outside of tags and calls must come out, in order, but for white space.
    private func expectNothingIsLost(_ text: String, _ events: [GenerationEvent]) {
        func letters(_ text: some StringProtocol) -> [Unicode.Scalar] {
            text.unicodeScalars.filter { !" \n".unicodeScalars.contains($0) }
        }
        var kept: [Unicode.Scalar] = []
        for event in events {
            switch event {
            case .content(let text), .thinking(let text): kept += letters(text)
            default: break
            }
        }
        var rest = letters(text)[...]
        for scalar in kept {
            guard let found = rest.firstIndex(of: scalar) else {
                Issue.record("\(text): \(events)")
                return
            }
            rest = rest[(found + 1)...]
        }
        let calls = events.count { if case .toolCall = $0 { true } else { false } }
        // What is missing must be tags, or calls.
        let missing = letters(text).count - kept.count
        #expect(calls > 0 || missing <= "<think></think>".count, "\(text): \(events)")
    }
}
