import ApusConversation
import ApusDialects
import Testing

@Suite struct OpenAIStreamTests {
    @Test func paddedPiecesTellLittleOfTheirLength() throws {
        let request = try chatRequest(
            #","stream":true,"stream_options":{"include_obfuscation":true,"include_usage":true}"#
        )
        var framing = OpenAIChat.Framing(openAIEnvelope, for: request)
        let events: [GenerationEvent] = [.content("a"), .content("abcdefghijklm"), openAIEnd()]
        let frames = events.flatMap { framing.frames(for: $0) }
        OpenAIShapes.note("chat.chunks", frames)
        for frame in frames.dropLast() {
            #expect(frame["obfuscation"]?.stringValue?.isEmpty == false)
            #expect(OpenAIWire.bytes(frame).count % 64 == 0)
        }
        #expect(frames.last?["usage"]?.isNull == false && frames.last?["obfuscation"] == nil)
    }

    @Test func piecesArePaddedOnlyOnRequest() throws {
        for options in ["", #","stream_options":{"include_obfuscation":false}"#] {
            var framing = OpenAIChat.Framing(
                openAIEnvelope,
                for: try chatRequest(#","stream":true"# + options)
            )
            #expect(framing.frames(for: .content("a")).allSatisfy { $0["obfuscation"] == nil })
        }
    }

    @Test func usageTellsHowMuchWasReasoning() throws {
        var summary = GenerationSummary(
            reason: .stop,
            prompt: PromptUsage(tokens: 4, cachedTokens: 0),
            generatedTokens: 9,
            promptNanoseconds: 1,
            generationNanoseconds: 1,
            context: []
        )
        summary.thinkingTokens = 5
        var answer = OpenAIChat.Answer(openAIEnvelope, for: try chatRequest(#","n":2"#))
        for choice in 0..<2 { answer.take(.finished(summary), choice: choice) }
        let details = answer.json["usage"]?["completion_tokens_details"]
        #expect(details?["reasoning_tokens"] == 10)
    }

    @Test func requestsSurviveTheWayToTheRunner() throws {
        let request = try chatRequest(#","logit_bias":{"5":-100,"6":100,"7":-99.5}"#)
        let generation = try request.generation(for: openAIModel())
        let sent = try JSONValueEncoder().encode(generation).jsonText()
        let arrived = try JSONValueDecoder().decode(
            GenerationRequest.self,
            from: JSONParser.parse(sent)
        )
        #expect(arrived == generation)
        #expect(arrived.sampling.logitBias[5] == SamplingOptions.forbidden)
    }
}
