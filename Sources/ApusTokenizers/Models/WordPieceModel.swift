/// BERT: text is normalised and cut into words, and each word is covered by the longest tokens
/// from its left; a word that cannot be covered is one unknown token.
///
/// In GGUF a token that begins a word is written with U+2581 before it, others as they are.
/// Source: google-research/bert `tokenization.py`, Hugging Face `BertNormalizer`.
///
/// Complexity: O(text bytes x longest token).
struct WordPieceModel: TokenizationModel {
    /// Longer words are unknown, as in Hugging Face's `max_input_chars_per_word`.
    private static let longestWord = 100

    private let tokens: ByteTrie
    private let unknown: Int32?
    private let lowercases: Bool
    private let stripsAccents: Bool

    init(_ vocabulary: Vocabulary, kinds: [TokenKind], unknown: Int32?) {
        var strings = ByteStrings()
        for token in vocabulary.tokens { strings.append(token.utf8) }
        tokens = ByteTrie(
            strings,
            ids: (Int32(0)..<Int32(kinds.count)).filter { !kinds[Int($0)].isSpecial }
        )
        self.unknown = unknown
        lowercases = vocabulary.lowercases ?? true
        stripsAccents = vocabulary.stripsAccents ?? lowercases
    }

    func encode(_ text: [UInt8], followsSpecial: Bool, into output: inout [Int32]) {
        var word = Word()
        var position = 0
        while position < text.count {
            let (value, length) = UTF8Bytes.scalar(text, position, text.count)
            position += length
            guard let scalar = Unicode.Scalar(value), !isRemoved(scalar) else { continue }
            if scalar.properties.isWhitespace {
                flush(&word, into: &output)
                continue
            }
            let isChinese = Self.isChinese(value)
            if isChinese { flush(&word, into: &output) }
            for scalar in normalized(scalar) {
                let standsAlone = Self.isPunctuation(scalar)
                if standsAlone { flush(&word, into: &output) }
                word.append(scalar)
                if standsAlone { flush(&word, into: &output) }
            }
            if isChinese { flush(&word, into: &output) }
        }
        flush(&word, into: &output)
    }

    /// A word being collected, with its U+2581.
    private struct Word {
        var bytes = SpaceEscape.space
        var count = 0

        mutating func append(_ scalar: Unicode.Scalar) {
            bytes.append(contentsOf: UTF8.encode(scalar) ?? .init())
            count += 1
        }
    }

    private func flush(_ word: inout Word, into output: inout [Int32]) {
        guard word.count > 0 else { return }
        let before = output.count
        var position = 0
        if word.count <= Self.longestWord {
            while position < word.bytes.count,
                let match = tokens.longestMatch(word.bytes, position, word.bytes.count)
            {
                output.append(match.id)
                position = match.end
            }
        }
        if position < word.bytes.count {
            output.removeLast(output.count - before)
            if let unknown { output.append(unknown) }
        }
        word = Word()
    }
}

extension WordPieceModel {
    /// Controls, formats, unassigned and private scalars, but for tab and line ends.
    private func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: return false
        case 0x20...0x7E: return false
        case 0, 0xFFFD: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: return true
        default: return false
        }
    }

    /// The scalar without accents and in lower case, as the model asks.
    private func normalized(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.value < 0x80 {
            guard lowercases, (0x41...0x5A).contains(scalar.value) else { return [scalar] }
            return [Unicode.Scalar(UInt8(scalar.value | 0x20))]
        }
        let bases = stripsAccents ? CanonicalBases.bases(of: scalar) : [scalar]
        return lowercases
            ? bases.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) } : bases
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            true
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: scalar.isASCII
        default: false
        }
    }

    /// The blocks of ideographs that BERT cuts out, as Hugging Face has them.
    private static func isChinese(_ value: UInt32) -> Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF,
            0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
