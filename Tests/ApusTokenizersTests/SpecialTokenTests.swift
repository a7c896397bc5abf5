import Testing

@testable import ApusTokenizers

@Suite struct SpecialTokenTests {
    private func tokenizer(
        _ more: [(text: String, kind: TokenKind)],
        _ change: (inout Vocabulary) -> Void = { _ in }
    ) throws -> Tokenizer {
        var vocabulary = SmallVocabularies.bytePairs(more)
        change(&vocabulary)
        return try Tokenizer(vocabulary)
    }

    @Test func controlTokensAreMatchedOnlyWhenParsed() throws {
        let tokenizer = try tokenizer([("<|im_start|>", .control)])
        let text = "a<|im_start|>b"
        #expect(tokenizer.encode(text, parseSpecial: true) == [97, 256, 98])
        #expect(tokenizer.encode(text, parseSpecial: false) == text.utf8.map(Int32.init))
    }

    @Test func userDefinedTokensAreAlwaysMatchedLongestFirst() throws {
        let tokenizer = try tokenizer([("  ", .userDefined), ("    ", .userDefined)])
        #expect(tokenizer.encode("a       b") == [97, 257, 256, 32, 98])
    }

    @Test func textOfControlTokensNeverBecomesOneByMerging() throws {
        var vocabulary = SmallVocabularies.sentencePieces(["<s", "s>", "s"])
        vocabulary.addsSpacePrefix = false
        let tokenizer = try Tokenizer(vocabulary)
        #expect(!tokenizer.encode("<s>", addSpecial: false).contains(1))
        #expect(tokenizer.encode("<s>", addSpecial: false, parseSpecial: true) == [1])
    }

    @Test func allEndsThatAFileNamesEndAGeneration() throws {
        let tokenizer = try tokenizer([("<x>", .control), ("<y>", .control)]) {
            $0.special.end = 256
            $0.special.ends = [256, 257, 9999, -1]
        }
        #expect(tokenizer.special.endOfGeneration.isSuperset(of: [256, 257]))
        #expect(!tokenizer.isEndOfGeneration(9999))
    }

    @Test(
        arguments: [
            (false, false, " a<s>a", "▁▁a<s>▁a"), (true, false, " a<s>a", "▁a<s>▁a"),
            (true, false, "a<s> a", "▁a<s>▁a"), (true, true, "a<s>a", "▁a<s>a"),
            (true, true, "<s>a", "<s>a"),
        ]
    )
    func spacesComeWhereTheRuleSays(
        isOne: Bool,
        isAtStart: Bool,
        text: String,
        expected: String
    ) throws {
        var pieces = SmallVocabularies.sentencePieces(["▁", "a"])
        pieces.addsSpacePrefix = true
        var unigram = SmallVocabularies.unigram([("▁", -1), ("a", -1), ("<s>", 0)])
        unigram.kinds[5] = 3
        unigram.removesExtraWhitespace = false
        for var vocabulary in [pieces, unigram] {
            vocabulary.addsOneSpaceAtMost = isOne
            vocabulary.addsSpaceAtStartOnly = isAtStart
            let tokenizer = try Tokenizer(vocabulary)
            let tokens = tokenizer.encode(text, addSpecial: false, parseSpecial: true)
            #expect(tokens.map { vocabulary.tokens[Int($0)] }.joined() == expected)
        }
    }

    @Test(
        arguments: [
            (nil, nil, [97]), (true, nil, [256, 97]), (nil, true, [97, 257]),
            (true, true, [256, 97, 257]), (false, false, [97]),
        ] as [(Bool?, Bool?, [Int32])]
    )
    func beginningAndEndFollowTheFlags(begins: Bool?, ends: Bool?, expected: [Int32]) throws {
        let tokenizer = try tokenizer([("<b>", .control), ("<e>", .control)]) {
            $0.special.beginning = 256
            $0.special.end = 257
            $0.addsBeginning = begins
            $0.addsEnd = ends
        }
        #expect(tokenizer.encode("a") == expected)
        #expect(tokenizer.encode("a", addSpecial: false) == [97])
    }

    @Test func kindsHaveTheirDefaults() throws {
        let sentencePiece = try Tokenizer(SmallVocabularies.sentencePieces(["▁a"]))
        #expect(sentencePiece.encode("a") == [1, 259])
        #expect(sentencePiece.encode("") == [1])
        let wordPiece = try Tokenizer(SmallVocabularies.wordPieces(["▁a"]))
        #expect(wordPiece.encode("A") == [2, 4, 3])
        let unigram = try Tokenizer(SmallVocabularies.unigram([("▁a", -1)]))
        #expect(unigram.encode("a") == [3, 1])
        var llama3 = SmallVocabularies.bytePairs([("<b>", .control)])
        llama3.preTokenizer = "llama-bpe"
        llama3.special.beginning = 256
        #expect(try Tokenizer(llama3).encode("a") == [256, 97])
    }

    @Test func gemma4BeginsWithItsTokenWhateverTheFlagSays() throws {
        var vocabulary = Vocabulary(model: .gemma4, tokens: ["<bos>", "a"])
        vocabulary.kinds = [3, 1]
        vocabulary.special.beginning = 0
        vocabulary.addsBeginning = false
        #expect(try Tokenizer(vocabulary).encode("a") == [0, 1])
    }

    @Test func spacePrefixFollowsSpecialTokens() throws {
        let tokenizer = try Tokenizer(SmallVocabularies.sentencePieces(["▁a", "a"]))
        #expect(tokenizer.encode("a</s>a", parseSpecial: true) == [1, 259, 2, 259])
    }

    @Test func endsOfGenerationAreFoundByIDAndByText() throws {
        let more: [(text: String, kind: TokenKind)] = [
            ("<|im_end|>", .normal), ("<x>", .control), ("<|eom_id|>", .control),
            ("<|fim_pad|>", .control), ("<|im_start|>", .control),
        ]
        let tokenizer = try tokenizer(more) { $0.special.end = 257 }
        #expect(tokenizer.special.endOfTurn == 256)
        #expect(tokenizer.special.endOfGeneration == [256, 257, 258, 259])
        #expect(tokenizer.isControl(256))
        #expect(tokenizer.isEndOfGeneration(258))
        #expect(!tokenizer.isEndOfGeneration(260))
        #expect(!tokenizer.isEndOfGeneration(-1))
    }

    @Test func endOfMessageOfHarmonyDoesNotEndGeneration() throws {
        let tokenizer = try tokenizer([
            ("<|end|>", .control), ("<|return|>", .control), ("<|call|>", .control),
        ])
        #expect(tokenizer.special.endOfGeneration == [257, 258])
    }

    @Test func closingTagOfGemma4IsText() throws {
        let tokenizer = try tokenizer([
            ("</s>", .normal), ("<|tool_response>", .control), ("<turn|>", .control),
        ])
        #expect(tokenizer.special.endOfGeneration == [257, 258])
        #expect(!tokenizer.isControl(256))
    }

    @Test func infillTokensAreFoundByText() throws {
        let tokenizer = try tokenizer([
            ("<fim_prefix>", .control), ("<fim_suffix>", .control), ("<fim_middle>", .control),
        ])
        #expect(tokenizer.special.infillPrefix == 256)
        #expect(tokenizer.special.infillSuffix == 257)
        #expect(tokenizer.special.infillMiddle == 258)
        #expect(tokenizer.special.endOfGeneration.isEmpty)
    }

    @Test func phi3SwallowsWhitespaceAfterItsTokens() throws {
        let more: [(text: String, kind: TokenKind)] = [("<|user|>", .control), ("<s>", .control)]
        let phi = try tokenizer(more) { $0.modelName = "Phi-3-mini" }
        let other = try tokenizer(more)
        #expect(phi.encode("<|user|>\n a<s> a", parseSpecial: true) == [256, 97, 257, 32, 97])
        #expect(other.encode("<|user|>\n a", parseSpecial: true) == [256, 10, 32, 97])
    }

    @Test func maskOfNomicSwallowsWhitespaceBeforeIt() throws {
        let tokenizer = try tokenizer([("<mask>", .control)]) { $0.architecture = "nomic-bert-moe" }
        #expect(tokenizer.encode("a  <mask> b", parseSpecial: true) == [97, 256, 32, 98])
    }

    @Test func idsOutsideTheVocabularyMeanNothing() throws {
        let tokenizer = try tokenizer([])
        for id in [-1, Int32.min, 256, Int32.max] {
            #expect(tokenizer.kind(of: id) == nil)
            #expect(tokenizer.text(of: id) == nil)
            #expect(tokenizer.bytes(of: id).isEmpty)
            #expect(!tokenizer.isControl(id) && !tokenizer.isEndOfGeneration(id))
        }
        #expect(tokenizer.decode([-1, 97, Int32.max, 98]) == "ab")
        #expect(tokenizer.tokenID(forText: "Ġ") == 32)
        #expect(tokenizer.tokenID(forText: "nothing") == nil)
        #expect(tokenizer.tokenID(forText: "") == nil)
    }
}
