import Testing

@testable import ApusTokenizers

@Suite struct HostileVocabularyTests {
    private func code(_ vocabulary: Vocabulary) -> TokenizerError.Code? {
        do {
            _ = try Tokenizer(vocabulary)
            return nil
        } catch {
            return error.code
        }
    }

    private func changed(_ change: (inout Vocabulary) -> Void) -> Vocabulary {
        var vocabulary = SmallVocabularies.bytePairs([("ab", .normal)], merges: ["a b"])
        change(&vocabulary)
        return vocabulary
    }

    @Test func contradictionsAreTypedErrors() {
        #expect(code(changed { $0.tokens = [] }) == .emptyVocabulary)
        #expect(code(changed { $0.scores = [1] }) == .lengthMismatch)
        #expect(code(changed { $0.kinds.removeLast() }) == .lengthMismatch)
        #expect(code(changed { $0.kinds.append(1) }) == .lengthMismatch)
        #expect(code(changed { $0.scores = .init(repeating: .nan, count: 257) }) == .invalidScore)
        #expect(
            code(changed { $0.scores = .init(repeating: .infinity, count: 257) }) == .invalidScore
        )
        #expect(code(changed { $0.special.end = 257 }) == .invalidSpecialToken)
        #expect(code(changed { $0.special.beginning = -1 }) == .invalidSpecialToken)
        #expect(code(changed { $0.addsBeginning = true }) == .invalidSpecialToken)
        #expect(code(changed { $0.addsEnd = true }) == .invalidSpecialToken)
        #expect(code(changed { $0.preTokenizer = "x" }) == .unknownPreTokenizer)
        #expect(
            code(changed { $0.tokens[0] = String(repeating: "a", count: 1 << 15) }) == .tooLarge
        )
        #expect(throws: TokenizerError.self) { try Vocabulary.Model(metadata: "rwkv") }
    }

    @Test func messagesNameWhatIsWrong() throws {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(changed { $0.special.end = 900 })
        }
        #expect(
            error?.message
                == "tokenizer.ggml.eos_token_id is 900; the vocabulary has 257 tokens."
        )
    }

    /// Published files have padding ids past the end, or -1 written as an unsigned number.
    @Test func otherRolesOutsideTheVocabularyAreEmpty() throws {
        let tokenizer = try Tokenizer(
            changed {
                $0.special.padding = 257
                $0.special.unknown = 4_294_967_295
                $0.special.separator = -1
                $0.special.mask = Int.max
            }
        )
        #expect(tokenizer.special.padding == nil && tokenizer.special.unknown == nil)
        #expect(tokenizer.special.separator == nil && tokenizer.special.mask == nil)
    }

    @Test func senselessMergesAreIgnored() throws {
        let tokenizer = try Tokenizer(
            changed { $0.merges = ["", " ", "a", "a ", " b", "中 文", "a b c", "a b"] }
        )
        #expect(tokenizer.encode("ab") == [256])
        #expect(tokenizer.encode("a b") == [97, 32, 98])
    }

    @Test func mergesToStringsThatAreNoTokensAreTakenApart() throws {
        let tokenizer = try Tokenizer(
            changed { $0.merges = ["x y", "xy z", "xyz a", "a b", "b xyza"] }
        )
        #expect(tokenizer.encode("xyzab") == [120, 121, 122, 97, 98])
        #expect(tokenizer.encode("xyab") == [120, 121, 256])
    }

    @Test func repeatedAndEmptyTokensLoad() throws {
        let tokenizer = try Tokenizer(
            SmallVocabularies.bytePairs([("", .normal), ("a", .normal), ("", .control)])
        )
        #expect(tokenizer.encode("a", parseSpecial: true) == [97])
        #expect(tokenizer.decode([256, 257, 258]) == "a")
    }

    @Test func bytesWithoutTokensAreUnknownOrLeftOut() throws {
        var vocabulary = Vocabulary(model: .bytePair, tokens: ["a", "<unk>"])
        vocabulary.kinds = [1, 2]
        #expect(try Tokenizer(vocabulary).encode("aba") == [0, 0])
        vocabulary.special.unknown = 1
        #expect(try Tokenizer(vocabulary).encode("aba") == [0, 1, 0])
    }

    @Test(
        arguments: [
            [1], [0, 0, 0, 0], [0, 0, 0, 0, 65], [4, 0, 0, 0, 1, 2, 3, 4], [255, 255, 255, 255, 0],
            [3, 0, 0, 0, 1, 2, 3, 0],
            [4, 0, 0, 0, 1, 2, 3, 4] + [UInt8](repeating: 65, count: 300) + [0],
        ] as [[UInt8]]
    )
    func malformedCharacterMapsAreErrors(map: [UInt8]) {
        var vocabulary = SmallVocabularies.unigram([("▁a", -1)])
        vocabulary.characterMap = map
        #expect(code(vocabulary) == .invalidCharacterMap)
    }

    @Test func randomCharacterMapsNeverTrap() throws {
        var state: UInt64 = 9
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
        for _ in 0..<200 {
            let units = 4 * Int(next())
            let size: [UInt8] = [UInt8(units & 255), UInt8(units >> 8), 0, 0]
            var vocabulary = SmallVocabularies.unigram([("▁a", -1), ("\u{FFFD}", -2)])
            vocabulary.characterMap = size + (0..<units + 20).map { _ in next() } + [0]
            let tokenizer = try Tokenizer(vocabulary)
            let text = String(decoding: (0..<64).map { _ in next() }, as: UTF8.self)
            #expect(tokenizer.encode(text).last == 1)
        }
    }
}
