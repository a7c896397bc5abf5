/// Byte-pair encoding with a list of merges, over bytes (GPT-2) or over characters (Gemma 4).
///
/// Symbols are numbered: tokens by id, then strings that occur only in merges. A merge is found
/// by the numbers of its two sides, so no text is compared while merging.
///
/// Complexity: O(n log n) in the longest piece, linear in the number of pieces.
struct BytePairModel: TokenizationModel, MergeRules {
    private let preTokenizer: PreTokenizer
    private let ignoresMerges: Bool
    private let mergesCharacters: Bool
    private let tokenCount: Int
    private let fallback: ByteFallback
    private var symbols: TextIndex
    private var pairs: PairTable
    /// The two sides of each symbol that is no token, or `nil` if it is no merge's result.
    private var parts: [(left: Int32, right: Int32)?] = []
    private var byteSymbols: [Int32] = []

    init(
        _ vocabulary: Vocabulary,
        kinds: [TokenKind],
        entry: PreTokenizerEntry,
        fallback: ByteFallback
    ) {
        preTokenizer = PreTokenizer(entry.rule)
        ignoresMerges = entry.ignoresMerges
        mergesCharacters = entry.mergesCharacters
        tokenCount = vocabulary.tokens.count
        self.fallback = fallback
        symbols = TextIndex(capacity: tokenCount, bytes: tokenCount * 6)
        pairs = PairTable(capacity: vocabulary.merges.count)
        for (token, kind) in zip(vocabulary.tokens, kinds) {
            let bytes = mergesCharacters ? Array(token.utf8) : ByteAlphabet.bytes(of: token)
            symbols.append(bytes ?? [], findable: !kind.isSpecial)
        }
        var line: [UInt8] = []
        for (rank, merge) in vocabulary.merges.enumerated() {
            insert(merge, UInt32(rank), &line)
        }
        byteSymbols = (0..<256).map { symbols.id(of: [UInt8($0)], 0..<1) ?? -1 }
    }

    func merge(_ left: Symbol, _ right: Symbol, in text: [UInt8]) -> Merge? {
        left.id < 0 || right.id < 0 ? nil : pairs.merge(left.id, right.id)
    }

    func encode(_ text: [UInt8], followsSpecial: Bool, into tokens: inout [Int32]) {
        let text = mergesCharacters ? SpaceEscape.escaped(text) : text
        let ends = preTokenizer.split(text, 0..<text.count)
        var cache = PieceCache(pieces: ends.count)
        var merger = PairMerger()
        let first = tokens.count
        var start = 0
        for end in ends {
            let piece = start..<end
            start = end
            if ignoresMerges || isLineFeeds(text, piece), let id = symbols.id(of: text, piece),
                Int(id) < tokenCount
            {
                tokens.append(id)
            } else {
                cache.append(text, piece, to: &tokens) { output in
                    encode(text, piece, &merger, into: &output)
                }
            }
        }
        if mergesCharacters { fallback.fuseUnknown(&tokens, from: first) }
    }

    /// Gemma 4 has tokens for runs of line feeds and no merges that lead to them.
    private func isLineFeeds(_ text: [UInt8], _ piece: Range<Int>) -> Bool {
        mergesCharacters && text[piece.lowerBound] == UInt8(ascii: "\n")
    }

    private func encode(
        _ text: [UInt8],
        _ piece: Range<Int>,
        _ merger: inout PairMerger,
        into tokens: inout [Int32]
    ) {
        merger.removeAll()
        var position = piece.lowerBound
        while position < piece.upperBound {
            var end = position + 1
            var id = byteSymbols[Int(text[position])]
            if mergesCharacters {
                end = min(
                    position + UTF8Bytes.length(of: text[position]),
                    piece.upperBound
                )
                id = symbols.id(of: text, position..<end) ?? -1
            }
            merger.append(Symbol(id: id, start: position, end: end))
            position = end
        }
        merger.run(self, in: text)
        for symbol in merger.symbols { append(symbol, text, to: &tokens) }
    }

    /// Appends a symbol, taking apart what is no token.
    private func append(_ symbol: Symbol, _ text: [UInt8], to tokens: inout [Int32]) {
        guard symbol.id < 0 || Int(symbol.id) >= tokenCount else {
            tokens.append(symbol.id)
            return
        }
        var pending = [symbol]
        while let symbol = pending.popLast() {
            if symbol.id >= 0, Int(symbol.id) < tokenCount {
                tokens.append(symbol.id)
            } else if symbol.id >= 0, let sides = parts[Int(symbol.id) - tokenCount] {
                let middle = symbol.start + symbols.strings.range(Int(sides.left)).count
                pending.append(Symbol(id: sides.right, start: middle, end: symbol.end))
                pending.append(Symbol(id: sides.left, start: symbol.start, end: middle))
            } else {
                fallback.append(text, symbol.start..<symbol.end, to: &tokens)
            }
        }
    }
}

extension BytePairModel {
    /// Adds one `left right`.
    ///
    /// A line without two sides, or with characters that no text can have under the byte
    /// alphabet, is ignored. `line` is storage.
    private mutating func insert(_ merge: String, _ rank: UInt32, _ line: inout [UInt8]) {
        line.removeAll(keepingCapacity: true)
        var middle = 0
        for scalar in merge.unicodeScalars {
            if scalar == " ", middle == 0, !line.isEmpty {
                middle = line.count
            } else if mergesCharacters {
                line.append(contentsOf: UTF8.encode(scalar) ?? .init())
            } else if let byte = ByteAlphabet.byte(of: scalar) {
                line.append(byte)
            } else {
                return
            }
        }
        guard middle > 0, middle < line.count else { return }
        let left = symbol(line, 0..<middle, nil)
        let right = symbol(line, middle..<line.count, nil)
        let result = symbol(line, 0..<line.count, (left, right))
        pairs.insert(left, right, Merge(rank: rank, result: result))
    }

    /// The number of a string, which is added if it is new.
    private mutating func symbol(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ sides: (Int32, Int32)?
    ) -> Int32 {
        if let id = symbols.id(of: bytes, range) {
            if let sides, Int(id) >= tokenCount, parts[Int(id) - tokenCount] == nil {
                parts[Int(id) - tokenCount] = sides
            }
            return id
        }
        symbols.append(bytes[range])
        parts.append(sides)
        return Int32(symbols.count - 1)
    }
}
