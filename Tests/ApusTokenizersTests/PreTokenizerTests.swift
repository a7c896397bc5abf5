import Testing

@testable import ApusTokenizers

/// Pieces that Hugging Face tokenizers made by the models' regular expressions; the fixture's
/// script has both.
struct PreTokenizerFixture: Decodable {
    let texts: [String]
    let rules: [String: [[Int]]]

    static let loaded = Result { try Fixture.load(Self.self, "pre_tokenizers.json") }
}

@Suite struct PreTokenizerTests {
    static let ruleNames = [
        "default", "gpt-2", "falcon", "starcoder", "chameleon", "bloom", "viking", "superbpe",
        "gemma4", "llama-bpe", "qwen2", "qwen35", "minicpm5", "ufakzeka", "laguna", "jais-2",
        "bailingmoe", "seed-coder", "exaone-moe", "gpt-4o", "tekken", "minimax-m2", "tiny_aya",
        "kimi-k2", "youtu", "deepseek-v3", "spark2_5", "afmoe", "deepseek-coder", "deepseek-llm",
        "whitespace",
    ]

    private func pieces(_ name: String, _ text: String) throws -> [String] {
        let rule = try PreTokenizerCatalog.entry(named: name).rule
        let bytes = Array(text.utf8)
        var start = 0
        return PreTokenizer(rule).split(bytes, 0..<bytes.count).map { end in
            defer { start = end }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }

    @Test(arguments: ruleNames)
    func cutsAsTheRegularExpression(name: String) throws {
        let fixture = try PreTokenizerFixture.loaded.get()
        let expected = try #require(fixture.rules[name])
        #expect(expected.count == fixture.texts.count)
        for (text, lengths) in zip(fixture.texts, expected) {
            let pieces = try pieces(name, text)
            #expect(
                pieces.map(\.unicodeScalars.count) == lengths,
                "\(text.debugDescription) cut into \(pieces)"
            )
        }
    }

    @Test func everyRuleOfTheFixtureIsTested() throws {
        #expect(try Set(PreTokenizerFixture.loaded.get().rules.keys) == Set(Self.ruleNames))
    }

    @Test(arguments: Tokenizer.preTokenizerNames)
    func everyNameCoversItsText(name: String) throws {
        let text = "I'll say: \u{201C}naïve 中文 カナ\u{201D}, 12345½ e\u{301} x²\r\n\t  end  "
        #expect(try pieces(name, text).joined().unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test func unknownNameIsAnErrorThatListsTheKnownOnes() {
        let error = #expect(throws: TokenizerError.self) {
            try PreTokenizerCatalog.entry(named: "no-such-rule")
        }
        #expect(error?.code == .unknownPreTokenizer)
        #expect(error?.message.contains("no-such-rule") == true)
        #expect(error?.message.contains("llama-bpe, ") == true)
    }
}
