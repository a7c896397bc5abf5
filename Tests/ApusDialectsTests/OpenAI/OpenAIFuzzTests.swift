import ApusConversation
import ApusDialects
import Foundation
import Testing

/// Requests with members replaced, removed and repeated at random; none may trap, and every
/// refusal of a field names it.
@Suite struct OpenAIFuzzTests {
    private static let chat = #"""
        {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":
        "text","text":"a"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":
        "function","function":{"name":"f","arguments":"{\"x\":1}"}}]},{"role":"tool",
        "tool_call_id":"c","content":"r"}],"tools":[{"type":"function","function":{"name":"f",
        "parameters":{"type":"object"},"strict":true}}],"tool_choice":{"type":"allowed_tools",
        "allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}}]}},
        "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},
        "stop":["a"],"logit_bias":{"1":2},"n":2,"seed":1,"temperature":0.5,"stream":true,
        "stream_options":{"include_usage":true},"logprobs":true,"top_logprobs":2,
        "metadata":{"a":"b"},"options":{"num_ctx":5},"prediction":{"type":"content","content":"c"},
        "reasoning_effort":"low","prompt":["a",[1,2]],"input":[[1],"b"],"best_of":3,
        "query":"q","documents":["a",{"text":"b"}],"chat_template_kwargs":{"enable_thinking":true}}
        """#
    private static let response = #"""
        {"model":"m","instructions":"i","input":[{"role":"user","content":[{"type":"input_text",
        "text":"a"}]},{"type":"reasoning","summary":[],"content":[{"type":"reasoning_text","text":
        "r"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":
        "function_call_output","call_id":"c","output":"o"}],"include":[],"tools":[{"type":
        "function","name":"f","parameters":{},"strict":true}],"tool_choice":{"type":"function",
        "name":"f"},"text":{"format":{"type":"json_schema","name":"n","schema":{}}},
        "reasoning":{"effort":"low","summary":"auto"},"truncation":"auto","metadata":{"a":"b"},
        "max_output_tokens":3,"top_logprobs":1,"store":true,"previous_response_id":"p"}
        """#
    private static let spare: [JSONValue] = [
        .null, true, -1, 0, 9_223_372_036_854_775_807, 1e308, 0.5, "", "x", "auto", [], [[]], [1],
        [:], ["type": "function"], ["a": .null], .array(Array(repeating: "s", count: 6)),
    ]

    private let rounds = Int(ProcessInfo.processInfo.environment["APUS_FUZZ"] ?? "") ?? 2000

    @Test func mutatedRequestsNeverTrapAndRefusalsNameTheirField() throws {
        let seed = try OpenAIWire.body(Array(Self.chat.utf8))
        var random = SplitMix(state: 7)
        var accepted = 0
        for _ in 0..<rounds {
            var value = JSONValue.object(seed)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                value = mutated(value, &random)
            }
            guard case .object(let body) = value else { continue }
            if check({ try OpenAIChat.Request(body).generation(for: openAIModel(), choice: 1) }) {
                accepted += 1
            }
            check {
                let request = try OpenAICompletion.Request(body)
                _ = try request.generation(for: openAIModel(), index: request.generationCount - 1)
            }
            check {
                try OpenAIEmbedding.Request(body).embedding { _ throws(OpenAIError) in "t" }
            }
            check { try OpenAIRerank.Request(body) }
            check { try OpenAITokenize.Request(body) }
            check { try OpenAIDetokenize.Request(body) }
            check { try OpenAIStoredConversation(body, id: "1", created: 1) }
        }
        #expect(accepted > 0)
    }

    @Test func mutatedResponsesNeverTrapAndRefusalsNameTheirField() throws {
        let seed = try OpenAIWire.body(Array(Self.response.utf8))
        var random = SplitMix(state: 9)
        var accepted = 0
        for _ in 0..<rounds {
            let value = mutated(mutated(.object(seed), &random), &random)
            guard case .object(let body) = value else { continue }
            let isAccepted = check {
                let request = try OpenAIResponses.Request(body)
                let generation = try request.generation(for: openAIModel())
                var framing = OpenAIResponses.Framing(
                    openAIEnvelope,
                    for: request,
                    generation: generation
                )
                return framing.begin() + framing.frames(for: openAIEnd(), now: 1)
            }
            if isAccepted { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test func streamsAndAnswersAgreeWhateverTheEvents() throws {
        var random = SplitMix(state: 11)
        let request = try chatRequest(#","n":2"#)
        for _ in 0..<(rounds / 4) {
            var framing = OpenAIChat.Framing(openAIEnvelope, for: request)
            var answer = OpenAIChat.Answer(openAIEnvelope, for: request)
            var folded = Folded()
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let event = Self.event(&random)
                let choice = Int.random(in: 0...1, using: &random)
                for chunk in framing.frames(for: event, choice: choice) { folded.take(chunk) }
                answer.take(event, choice: choice)
            }
            for choice in 0...1 {
                for chunk in framing.frames(for: openAIEnd(), choice: choice) { folded.take(chunk) }
                answer.take(openAIEnd(), choice: choice)
            }
            #expect(framing.isComplete && answer.isComplete && framing.usage == answer.usage)
            for choice in 0...1 {
                let given = answer.json["choices"]?[choice]
                #expect(folded.texts[choice] == given?["message"]?["content"]?.stringValue ?? "")
                let calls = given?["message"]?["tool_calls"]?.arrayValue ?? []
                #expect(
                    folded.arguments[choice]
                        == calls.map { $0["function"]?["arguments"]?.stringValue ?? "" }
                )
                #expect(folded.reasons[choice] == given?["finish_reason"]?.stringValue)
            }
        }
    }

    /// What a client makes of the chunks of two choices.
    private struct Folded {
        var texts = ["", ""]
        var arguments: [[String]] = [[], []]
        var reasons: [String?] = [nil, nil]

        mutating func take(_ chunk: JSONValue) {
            guard let choice = chunk["choices"]?[0], let index = choice["index"]?.intValue
            else { return }
            reasons[index] = choice["finish_reason"]?.stringValue ?? reasons[index]
            texts[index] += choice["delta"]?["content"]?.stringValue ?? ""
            guard let call = choice["delta"]?["tool_calls"]?[0],
                let place = call["index"]?.intValue
            else { return }
            if call["id"] != nil {
                #expect(place == arguments[index].count, "calls are numbered without gaps")
                arguments[index].append("")
            }
            arguments[index][place] += call["function"]?["arguments"]?.stringValue ?? ""
        }
    }

    private static func event(_ random: inout SplitMix) -> GenerationEvent {
        let id = "c\(Int.random(in: 0..<2, using: &random))"
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .started(PromptUsage(tokens: .max, cachedTokens: .max))
        case 1: return .thinking("t")
        case 2: return .toolCallDelta(ToolCallDelta(index: 0, id: id, name: "f"))
        case 3: return .toolCallDelta(ToolCallDelta(index: 9, id: id, arguments: "{"))
        case 4: return .toolCall(ToolCall(id: id, name: "f", arguments: [:]))
        case 5: return .malformedToolCall("m")
        case 6: return openAIProbability("x", -.infinity)
        default: return .content("x")
        }
    }

    @discardableResult
    private func check(_ body: () throws -> some Any) -> Bool {
        do {
            _ = try body()
            return true
        } catch let error as OpenAIError {
            #expect(error.status == 400 && error.param != nil, "\(error.message)")
        } catch {
            Issue.record(error)
        }
        return false
    }

    /// One place of `value`, found by walking down at random, replaced or removed.
    private func mutated(_ value: JSONValue, _ random: inout SplitMix) -> JSONValue {
        let stops = Int.random(in: 0..<5, using: &random) == 0
        switch value {
        case .object(var object) where !object.isEmpty && !stops:
            let key = object.keys[Int.random(in: 0..<object.count, using: &random)]
            if Int.random(in: 0..<8, using: &random) == 0 {
                object[key] = nil
            } else {
                object[key] = mutated(object[key] ?? .null, &random)
            }
            return .object(object)
        case .array(var list) where !list.isEmpty && !stops:
            let position = Int.random(in: 0..<list.count, using: &random)
            list[position] = mutated(list[position], &random)
            return .array(list)
        default:
            return Self.spare[Int.random(in: 0..<Self.spare.count, using: &random)]
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
