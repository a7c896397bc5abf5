@testable import ApusTokenizers

/// Vocabularies made by hand for unit tests.
enum SmallVocabularies {
    /// GPT-2's byte alphabet as ids 0 to 255, then `more`.
    static func bytePairs(
        _ more: [(text: String, kind: TokenKind)] = [],
        merges: [String] = []
    ) -> Vocabulary {
        var alphabet = [String](repeating: "", count: 256)
        for value in UInt32(0x21)...0x143 {
            guard let scalar = Unicode.Scalar(value), let byte = ByteAlphabet.byte(of: scalar)
            else {
                continue
            }
            alphabet[Int(byte)] = String(scalar)
        }
        var vocabulary = Vocabulary(model: .bytePair, tokens: alphabet + more.map(\.text))
        vocabulary.kinds = [Int32](repeating: 1, count: 256) + more.map(\.kind.rawValue)
        vocabulary.preTokenizer = "gpt-2"
        vocabulary.merges = merges
        return vocabulary
    }

    /// `<unk>`, `<s>`, `</s>`, 256 byte tokens as ids 3 to 258, then `pieces` with falling scores.
    static func sentencePieces(_ pieces: [String]) -> Vocabulary {
        let bytes = (0..<256).map { ByteFallback.text(of: UInt8($0)) }
        var vocabulary = Vocabulary(
            model: .sentencePiece,
            tokens: ["<unk>", "<s>", "</s>"] + bytes + pieces
        )
        vocabulary.kinds =
            [2, 3, 3] + [Int32](repeating: 6, count: 256)
            + [Int32](repeating: 1, count: pieces.count)
        vocabulary.scores =
            [Float](repeating: 0, count: 259) + pieces.indices.map { -Float($0) - 1 }
        return vocabulary
    }

    static func unigram(_ pieces: [(String, Float)]) -> Vocabulary {
        var vocabulary = Vocabulary(
            model: .unigram,
            tokens: ["<pad>", "</s>", "<unk>"] + pieces.map(\.0)
        )
        vocabulary.kinds = [3, 3, 2] + [Int32](repeating: 1, count: pieces.count)
        vocabulary.scores = [0, 0, 0] + pieces.map(\.1)
        vocabulary.addsSpacePrefix = true
        vocabulary.removesExtraWhitespace = true
        return vocabulary
    }

    static func wordPieces(_ pieces: [String]) -> Vocabulary {
        var vocabulary = Vocabulary(
            model: .wordPiece,
            tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + pieces
        )
        vocabulary.kinds = [3, 3, 3, 3] + [Int32](repeating: 1, count: pieces.count)
        vocabulary.special.unknown = 1
        vocabulary.special.beginning = 2
        vocabulary.special.separator = 3
        return vocabulary
    }
}
