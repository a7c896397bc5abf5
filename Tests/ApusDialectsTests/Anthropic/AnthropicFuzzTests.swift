import ApusConversation
import ApusDialects
import Foundation
import Testing

/// A request that has every member.
private let specimen = #"""
    {"model":"m","max_tokens":4000,"system":[{"type":"text","text":"x-anthropic-billing-header: 1"},
     {"type":"text","text":"Current time: 10:00","cache_control":{"type":"ephemeral","ttl":"1h"}}],
     "messages":[{"role":"user","content":[{"type":"text","text":"a"},
      {"type":"document","title":"t","source":{"type":"content","content":[{"type":"text","text":"d"}]}},
      {"type":"search_result","title":"s","source":"u","content":[{"type":"text","text":"r"}]}]},
      {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig:2"},
       {"type":"redacted_thinking","data":"hidden:x"},{"type":"text","text":"b"},
       {"type":"tool_use","id":"toolu_1","name":"w","input":{"a":1}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,
       "content":[{"type":"text","text":"no"}]}]},{"role":"system","content":"s"},
      {"role":"assistant","content":"{"}],
     "tools":[{"name":"w","description":"d","input_schema":{"type":"object","properties":{}}},
      {"type":"bash_20250124","name":"bash"},{"type":"web_search_20250305","name":"web_search"}],
     "tool_choice":{"type":"tool","name":"w","disable_parallel_tool_use":true},
     "thinking":{"type":"enabled","budget_tokens":1024,"display":"omitted"},
     "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},
     "stop_sequences":["x"],"temperature":0.5,"top_p":0.5,"top_k":5,"stream":true,
     "metadata":{"user_id":"u"},"service_tier":"auto","mcp_servers":[],"betas":["b"]}
    """#

@Suite struct AnthropicFuzzTests {
    @Test func theSpecimenIsAccepted() throws {
        let request = try AnthropicRequest(body: Array(specimen.utf8))
        #expect(request.caching == .oneHour && request.userID == "u" && request.streams)
        _ = try request.generation(for: model(), seal: seal)
    }

    @Test func changedRequestsAreReadOrRefusedWithAPlace() throws {
        let rounds = ProcessInfo.processInfo.environment["APUS_FUZZ"].flatMap { Int($0) } ?? 2000
        let original = try JSONValue(json: specimen)
        var random = Steps(state: 4)
        var accepted = 0
        for _ in 0..<rounds {
            var changed = original
            for _ in 0...Int(random.next() % 3) { changed = mutate(changed, &random) }
            do throws(DialectError) {
                let request = try AnthropicRequest(json: changed)
                _ = try request.generation(for: model(), seal: seal)
                #expect(request.ignored.allSatisfy { $0.utf8.count <= 64 })
                accepted += 1
            } catch { #expect(!error.message.isEmpty) }
        }
        #expect(accepted > 0 && accepted < rounds)
    }

    @Test func changedBytesAreReadOrRefused() {
        let rounds = ProcessInfo.processInfo.environment["APUS_FUZZ"].flatMap { Int($0) } ?? 300
        var random = Steps(state: 5)
        let bytes = Array(specimen.utf8)
        for _ in 0..<rounds {
            var changed = bytes
            changed[Int(random.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: random.next()
            )
            guard let request = try? AnthropicRequest(body: changed) else { continue }
            _ = try? request.generation(for: model(), seal: seal)
        }
    }

    /// Replaces, removes or doubles one value somewhere inside.
    private func mutate(_ value: JSONValue, _ random: inout Steps) -> JSONValue {
        switch value {
        case .array(var elements) where !elements.isEmpty && random.next() % 8 != 0:
            let position = Int(random.next() % UInt64(elements.count))
            switch random.next() % 8 {
            case 0: elements.remove(at: position)
            case 1: elements.append(elements[position])
            default: elements[position] = mutate(elements[position], &random)
            }
            return .array(elements)
        case .object(var object) where !object.isEmpty && random.next() % 8 != 0:
            let key = object.keys[Int(random.next() % UInt64(object.count))]
            switch random.next() % 8 {
            case 0: object[key] = nil
            case 1: object[key + "é\n"] = object[key]
            default: object[key] = object[key].map { mutate($0, &random) }
            }
            return .object(object)
        default:
            let others: [JSONValue] = [
                .null, true, 0, -1, 1e300, .integer(.max), .integer(.min), "", "text", "\u{0}é\r\n",
                [], [[]], [:], ["type": "text"], "tool_result", "image", 1.5,
            ]
            return others[Int(random.next() % UInt64(others.count))]
        }
    }
}
