import FoundationEssentials
import Testing

@testable import ApusTokenizers

/// Small vocabularies and how Hugging Face tokenizers or sentencepiece encode texts with them.
struct TrainedModel: Decodable {
    let model: String
    let tokens: [String]
    let texts: [String]
    let ids: [[Int32]]
    let pre: String?
    let merges: [String]?
    let kinds: [Int32]?
    let scores: [Float]?
    let unknown: Int?
    let addsSpacePrefix: Bool?
    let removesExtraWhitespace: Bool?
    let characterMap: String?
    let lowercases: Bool?

    static let loaded = Result { try Fixture.load([String: Self].self, "models.json") }

    func tokenizer() throws -> Tokenizer {
        var vocabulary = try Vocabulary(model: .init(metadata: model), tokens: tokens)
        vocabulary.preTokenizer = pre ?? ""
        vocabulary.merges = merges ?? []
        vocabulary.kinds = kinds ?? []
        vocabulary.scores = scores ?? []
        vocabulary.special.unknown = unknown
        vocabulary.addsSpacePrefix = addsSpacePrefix
        vocabulary.removesExtraWhitespace = removesExtraWhitespace
        vocabulary.lowercases = lowercases
        vocabulary.characterMap =
            characterMap.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
        return try Tokenizer(vocabulary)
    }
}

@Suite struct TrainedModelTests {
    static let names = [
        "byte pairs, llama-bpe", "byte pairs, gpt-4o", "byte pairs, deepseek-v3",
        "character pairs", "sentencepiece, bytes", "sentencepiece, unknown",
        "unigram, characters mapped", "unigram, characters mapped, bytes", "unigram, identity",
        "word pieces, lower case", "word pieces, cased",
    ]

    @Test(arguments: names)
    func encodesAsItsOwnLibrary(name: String) throws {
        let model = try #require(try TrainedModel.loaded.get()[name])
        let tokenizer = try model.tokenizer()
        #expect(model.texts.count > 90 && model.texts.count == model.ids.count)
        for (text, ids) in zip(model.texts, model.ids) {
            let encoded = tokenizer.encode(text, addSpecial: false)
            #expect(
                encoded == ids,
                """
                \(text.debugDescription)
                \(encoded.map { tokenizer.text(of: $0) ?? "" })
                \(ids.map { tokenizer.text(of: $0) ?? "" })
                """
            )
        }
    }

    @Test(arguments: [
        "byte pairs, llama-bpe", "byte pairs, gpt-4o", "byte pairs, deepseek-v3",
        "character pairs", "sentencepiece, bytes",
    ])
    func decodingGivesTheTextBack(name: String) throws {
        let model = try #require(try TrainedModel.loaded.get()[name])
        let tokenizer = try model.tokenizer()
        for text in model.texts {
            let decoded = tokenizer.decode(tokenizer.encode(text, addSpecial: false))
            #expect(decoded.unicodeScalars.elementsEqual(text.unicodeScalars))
        }
    }

    @Test func everyModelOfTheFixtureIsTested() throws {
        #expect(try Set(TrainedModel.loaded.get().keys) == Set(Self.names))
    }
}
