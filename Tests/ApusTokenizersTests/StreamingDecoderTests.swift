import Testing

@testable import ApusTokenizers

@Suite struct StreamingDecoderTests {
    private func bytesTokenizer() throws -> Tokenizer {
        try Tokenizer(
            SmallVocabularies.bytePairs([("<|end|>", .control), ("[UNUSED]", .unused)])
        )
    }

    @Test(arguments: ["é", "中文", "a😀b", "👩‍👩‍👧", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}"])
    func charactersComeWhole(text: String) throws {
        var decoder = try bytesTokenizer().makeStreamingDecoder()
        var parts: [String] = []
        for byte in text.utf8 { parts.append(decoder.append(Int32(byte))) }
        #expect(decoder.finish() == "")
        #expect(parts.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(parts.filter { !$0.isEmpty }.count == text.unicodeScalars.count)
    }

    @Test func endOfStreamReplacesAnIncompleteCharacter() throws {
        var decoder = try bytesTokenizer().makeStreamingDecoder()
        #expect(decoder.append(0x61) == "a")
        #expect(decoder.append(0xF0) == "")
        #expect(decoder.append(0x9F) == "")
        #expect(decoder.append(0x98) == "")
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
    }

    /// Whatever bytes come, the stream ends up as the standard library's repair of all of them.
    @Test func anyBytesDecodeAsOneRepairedString() throws {
        let tokenizer = try bytesTokenizer()
        let interesting: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF,
            0xF0, 0xF1, 0xF4, 0xF5, 0xFF,
        ]
        var state: UInt64 = 1
        for _ in 0..<3000 {
            let bytes = (0..<8).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return interesting[Int(state >> 33) % interesting.count]
            }
            let expected = String(decoding: bytes, as: UTF8.self)
            let decoded = tokenizer.decode(bytes.map(Int32.init))
            #expect(decoded.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(bytes)")
        }
    }

    @Test func specialTokensAreSkippedOrRendered() throws {
        let tokenizer = try bytesTokenizer()
        let tokens: [Int32] = [97, 256, 98, 257]
        #expect(tokenizer.decode(tokens) == "ab")
        #expect(tokenizer.decode(tokens, skipSpecial: false) == "a<|end|>b")
        var keeping = tokenizer.makeStreamingDecoder(keeping: [256])
        #expect(tokens.map { keeping.append($0) }.joined() == "a<|end|>b")
    }

    @Test func spacePrefixIsTakenOffAtTheStartOnly() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePieces(["▁a", "▁", "a"]))
        #expect(tokenizer.decode([1, 259, 259]) == "a a")
        #expect(tokenizer.decode([260, 260, 261]) == " a")
        #expect(tokenizer.decode([261, 259]) == "a a")
        var continued = tokenizer.makeStreamingDecoder(continuesText: true)
        #expect(continued.append(259) == " a")
    }

    @Test func byteTokensBecomeTheirBytes() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePieces(["▁"]))
        let text = "né 😀\u{0}"
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
        #expect(tokenizer.bytes(of: 3 + 0xC3) == [0xC3])
    }
}
