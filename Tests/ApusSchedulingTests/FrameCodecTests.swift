import ApusConversation
import Testing

@testable import ApusScheduling

@Suite struct FrameCodecTests {
    private static let messages: [RunnerMessage] = [
        .loading(progress: 0.25),
        .failed(SchedulingError(.loadFailed, "tensor 'blk.0.attn_q.weight' is cut off")),
        .event(id: 7, event: .content("ein „Wort“ \u{0} \u{1F426}")),
        .event(
            id: 7,
            event: .toolCall(
                ToolCall(id: "c", name: "f", arguments: ["b": 1, "a": [nil, true, 0.1]])
            )
        ),
        .event(
            id: 7,
            event: .logProbabilities([
                TokenLogProbability(
                    chosen: .init(bytes: [0x41], logProbability: -0.5),
                    alternatives: [.init(bytes: [0xFF], logProbability: -.infinity)]
                )
            ])
        ),
        .completed(id: .max),
        .embeddings(id: 2, result: EmbeddingResult(vectors: [[0.1, -3e-9], []], tokens: 4)),
        .pong(id: 3, status: RunnerStatus(activeSequences: 1, queuedSequences: 0)),
    ]

    private func decodeAll(
        _ bytes: [UInt8],
        cuttingAt cuts: [Int]
    ) throws -> (messages: [RunnerMessage], isWhole: Bool) {
        var decoder = FrameDecoder()
        var result: [RunnerMessage] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            decoder.append(bytes[start..<cut])
            start = cut
            while let body = try decoder.next() {
                result.append(try FrameCodec.decode(RunnerMessage.self, from: body))
            }
        }
        return (result, decoder.isAtBoundary)
    }

    @Test func streamCutAnywhereGivesTheSameMessages() throws {
        var bytes: [UInt8] = []
        for message in Self.messages { try FrameCodec.append(message, to: &bytes) }
        for cut in 0...bytes.count {
            let (messages, isWhole) = try decodeAll(bytes, cuttingAt: [cut])
            #expect(messages == Self.messages && isWhole)
        }
        let (messages, _) = try decodeAll(bytes, cuttingAt: Array(0..<bytes.count))
        #expect(messages == Self.messages)
    }

    @Test func cutStreamGivesWholeFramesOnly() throws {
        var bytes: [UInt8] = []
        for message in Self.messages { try FrameCodec.append(message, to: &bytes) }
        for length in 0..<bytes.count {
            let (messages, isWhole) = try decodeAll(Array(bytes[..<length]), cuttingAt: [])
            #expect(messages == Array(Self.messages.prefix(messages.count)))
            #expect(messages.count < Self.messages.count)
            #expect(isWhole == (length == 0) || messages.count > 0)
        }
    }

    @Test(arguments: [[0xFF, 0xFF, 0xFF, 0xFF], [1, 0, 0, 4], [0, 0, 0, 0x80]] as [[UInt8]])
    func lengthOverTheLimitIsRefusedAtOnce(_ header: [UInt8]) {
        var decoder = FrameDecoder()
        decoder.append(header)
        let error = #expect(throws: SchedulingError.self) { try decoder.next() }
        #expect(error?.code == .protocolViolation)
    }

    @Test func lengthAtTheLimitIsAccepted() throws {
        var decoder = FrameDecoder(maximumLength: 3)
        decoder.append([3, 0, 0, 0, 1, 2])
        #expect(try decoder.next() == nil)
        decoder.append([3, 4, 0, 0, 0])
        #expect(try decoder.next() == [1, 2, 3])
        #expect(throws: SchedulingError.self) { try decoder.next() }
    }

    @Test(arguments: [
        "", "{", "null", "[]", #"{"nothing":{}}"#, #"{"completed":{}}"#,
        #"{"completed":{"id":-1}}"#,
        #"{"event":{"id":1,"event":{"content":{"_0":5}}}}"#, "\u{FEFF}{}",
        String(repeating: "[", count: 100_000),
    ])
    func bodyThatIsNoMessageIsAViolation(_ text: String) {
        let error = #expect(throws: SchedulingError.self) {
            try FrameCodec.decode(RunnerMessage.self, from: Array(text.utf8)[...])
        }
        #expect(error?.code == .protocolViolation)
    }

    @Test func tooLongAMessageIsRefusedAndLeavesTheOutputAlone() {
        let text = String(repeating: "x", count: 100)
        var output: [UInt8] = [1, 2]
        let error = #expect(throws: SchedulingError.self) {
            try FrameCodec.append(
                RunnerCommand.tokenize(id: 1, text: text, asPrompt: true),
                to: &output,
                maximumLength: 100
            )
        }
        #expect(error?.code == .invalidRequest)
        #expect(output == [1, 2])
    }

    @Test func commandsSurviveTheJourney() throws {
        var specification = ModelSpecification(
            name: "a:b",
            weights: .files(paths: ["/tmp/ä b", "/tmp/c"]),
            adapters: ["x"],
            templateLanguage: .go,
            options: RunnerOptions(contextLength: 5, contextIsAutomatic: false, threads: 2)
        )
        specification.template = "{{ .Prompt }}"
        var request = GenerationRequest(
            prompt: .conversation(
                Conversation(
                    messages: [Message(role: "user", content: "hi")],
                    thinking: .effort("low")
                )
            )
        )
        request.sampling.seed = .max
        request.sampling.temperature = 0.1
        let commands: [RunnerCommand] = [
            .load(specification), .generate(id: 1, request: request),
            .embed(id: 2, request: EmbeddingRequest(inputs: ["", "a"])),
            .detokenize(id: 3, tokens: [-1, .max]), .cancel(id: 1), .ping(id: 4), .shutdown,
        ]
        for command in commands {
            var frame: [UInt8] = []
            try FrameCodec.append(command, to: &frame)
            #expect(try FrameCodec.decode(RunnerCommand.self, from: frame[4...]) == command)
        }
    }
}

@Suite struct LineSplitterTests {
    @Test func linesAreCutWhereverTheBytesAre() {
        let bytes = Array("one\r\ntwo\n\nFatal error: x\nrest".utf8)
        for cut in 0...bytes.count {
            var splitter = LineSplitter()
            var lines = splitter.append(bytes[..<cut]) + splitter.append(bytes[cut...])
            #expect(lines == ["one", "two", "Fatal error: x"])
            lines += [splitter.finish()].compactMap(\.self)
            #expect(lines.last == "rest")
            #expect(splitter.lastError == "Fatal error: x")
        }
    }

    @Test func endlessLineTakesLittleMemory() {
        var splitter = LineSplitter()
        for _ in 0..<100 { _ = splitter.append([UInt8](repeating: 65, count: 4096)) }
        #expect(splitter.append([10]).map(\.utf8.count) == [LineSplitter.maximumLength])
    }
}
