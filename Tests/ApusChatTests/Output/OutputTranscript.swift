import ApusConversation
import Synchronization
import Testing

@testable import ApusChat

/// Runs outputs through a parser and folds what comes out.
enum OutputTranscript {
    /// Identifiers 1, 2, 3 and so on.
    final class Counter: Sendable {
        private let value = Mutex(0)
        func next() -> String {
            value.withLock {
                $0 += 1
                return String($0)
            }
        }
    }

    static func tools(_ names: [String]) -> [Tool] {
        names.map { Tool(name: $0, parameters: ["type": "object"]) }
    }

    static func parser(
        _ features: ChatFeatures,
        prompt: String = "<|im_start|>assistant\n",
        tools: [String] = ["f", "get_weather"],
        last: Message? = nil
    ) -> OutputParser {
        let counter = Counter()
        return OutputParser(
            features: features,
            conversation: Conversation(
                messages: [Message(role: "user", content: "?")] + (last.map { [$0] } ?? []),
                tools: Self.tools(tools)
            ),
            prompt: prompt,
            makeID: { counter.next() }
        )
    }

    /// All events of an output given in pieces, with neighbouring texts joined and the pieces of
    /// calls left out, after a check that they add up to the calls.
    static func events(_ parser: OutputParser, _ pieces: [String]) -> [GenerationEvent] {
        var parser = parser
        var folded = Folded()
        for piece in pieces { for event in parser.feed(piece) { folded.add(event) } }
        for event in parser.finish() { folded.add(event) }
        folded.finish()
        return folded.events
    }

    private struct Folded {
        var events: [GenerationEvent] = []
        var open: ToolCallDelta?
        var count = 0

        mutating func add(_ event: GenerationEvent) {
            switch (events.last, event) {
            case (.content(let text), .content(let more)):
                events[events.count - 1] = .content(text + more)
            case (.thinking(let text), .thinking(let more)):
                events[events.count - 1] = .thinking(text + more)
            case (_, .toolCallDelta(let delta)): add(delta)
            case (_, .toolCall(let call)):
                #expect(open?.id == call.id && open?.name == call.name)
                let text = open?.arguments ?? ""
                #expect((try? JSONParser.parse(text)) == call.arguments, "\(text)")
                end()
                events.append(event)
            case (_, .malformedToolCall):
                end()
                events.append(event)
            default: events.append(event)
            }
        }

        mutating func add(_ delta: ToolCallDelta) {
            #expect(delta.index == count)
            if let open {
                #expect(open.id == delta.id && delta.name == nil)
                self.open?.arguments += delta.arguments
            } else {
                #expect(delta.name != nil)
                open = delta
            }
        }

        mutating func end() {
            if open != nil { count += 1 }
            open = nil
        }

        func finish() { #expect(open == nil, "a call is left open") }
    }

    /// The events of an output in one piece; every cut, and letter by letter, must give the same.
    static func events(_ output: String, _ make: () -> OutputParser) -> [GenerationEvent] {
        let whole = events(make(), [output])
        let letters = output.unicodeScalars.map { String(Character($0)) }
        #expect(events(make(), letters) == whole, "letter by letter: \(output)")
        for cut in 0...letters.count {
            let pieces = [letters[..<cut].joined(), letters[cut...].joined()]
            #expect(events(make(), pieces) == whole, "cut at \(cut): \(output)")
        }
        return whole
    }

    static func call(
        _ id: Int,
        _ name: String = "f",
        _ arguments: JSONValue = [:]
    ) -> GenerationEvent {
        .toolCall(ToolCall(id: String(id), name: name, arguments: arguments))
    }
}
