import ApusConversation
import ApusDialects
import ApusScheduling
import Synchronization
import Testing

@testable import ApusServer

@Suite(.timeLimit(.minutes(1))) struct AnthropicStreamTests {
    private func makeStream(_ queue: FrameQueue) throws -> AnthropicStream {
        let request = try AnthropicRequest(
            json: ["model": "m", "max_tokens": 9, "messages": [["role": "user", "content": "Hi"]]]
        )
        let context = AnthropicFraming.Context(messageID: "msg_1", request: request)
        return AnthropicStream(
            AnthropicFraming(context, seal: .makeWithNewKey()),
            to: queue
        )
    }

    private func names(_ queue: FrameQueue) async throws -> [String] {
        var names: [String] = []
        while let frame = try await queue.next() {
            let line = String(decoding: frame, as: UTF8.self).split(separator: "\n").first ?? ""
            names.append(String(line.dropFirst("event: ".count)))
        }
        return names
    }

    @Test func silenceIsBrokenByPingsInsideAMessage() async throws {
        let queue = FrameQueue()
        let stream = try makeStream(queue)
        try await stream.breakingSilence(of: .milliseconds(20)) {
            // Two pings, however slow the machine.
            for _ in 0..<3 { _ = try await queue.next() }
            try await stream.pass(.started(PromptUsage(tokens: 20, cachedTokens: 0)))
            try await stream.pass(.content("Hello"))
            try await stream.pass(.finished(Stage.summary))
        }
        #expect(stream.isComplete)
        queue.finish()
        let rest = try await names(queue).filter { $0 != "ping" }
        #expect(
            rest == [
                "content_block_start", "content_block_delta", "content_block_stop",
                "message_delta", "message_stop",
            ]
        )
    }

    @Test func theFirstPingFollowsTheBeginningOfTheMessage() async throws {
        let queue = FrameQueue()
        let stream = try makeStream(queue)
        try await stream.breakingSilence(of: .milliseconds(10)) {
            for name in ["message_start", "ping", "ping"] {
                let frame = try #require(try await queue.next())
                #expect(String(decoding: frame, as: UTF8.self).hasPrefix("event: \(name)\n"))
            }
        }
        #expect(!stream.isComplete)
    }

    @Test func anAnswerWithoutSilenceHasNoPings() async throws {
        let queue = FrameQueue()
        let stream = try makeStream(queue)
        try await stream.breakingSilence(of: .seconds(600)) {
            try await stream.pass(.content("Hello"))
            try await stream.pass(.finished(Stage.summary))
        }
        queue.finish()
        #expect(try await names(queue).contains("ping") == false)
    }

    @Test(arguments: ["", "Let me see.", "äöü 🦀\u{0}", String(repeating: "x", count: 100_000)])
    func sealsRecogniseTheirOwnTextOnly(_ text: String) {
        let (seal, other) = (AnthropicSeal.makeWithNewKey(), AnthropicSeal.makeWithNewKey())
        let signature = seal.sign(text)
        #expect(seal.verify(text, signature) && !seal.verify(text + " ", signature))
        #expect(!other.verify(text, signature) && seal.reveal(signature) == nil)
        let hidden = seal.conceal(text)
        #expect(seal.reveal(hidden) == text && other.reveal(hidden) == nil)
        #expect(!seal.verify(text, hidden))
    }

    @Test(arguments: ["", "x", "AA==", "AQ==", "Ag==", "!!!!", String(repeating: "A", count: 44)])
    func otherSignaturesAreNone(_ signature: String) {
        let seal = AnthropicSeal.makeWithNewKey()
        #expect(!seal.verify("", signature) && seal.reveal(signature) == nil)
    }

    @Test(arguments: [
        ("the prompt is longer (5000 tokens, limit 4096); shorten", [5000, 4096]),
        ("the input length exceeds the context length", []), ("1 2 3", []),
        ("(99999999999999999999 tokens, limit 5)", []), ("(3 tokens, limit 4)", []),
    ]) func lengthsComeFromTheText(_ text: String, _ expected: [Int]) {
        let length = PromptLength(of: SchedulingError(.promptTooLong, text))
        #expect(length.map { [$0.tokens, $0.maximum] } ?? [] == expected)
        #expect(PromptLength(of: SchedulingError(.invalidRequest, text)) == nil)
    }
}
