/// What text becomes that no token covers: its bytes as `<0xHH>` tokens, else the unknown token.
struct ByteFallback: Sendable {
    /// One token a byte, or `nil` if the vocabulary does not have them all.
    private let tokens: [Int32]?
    private let unknown: Int32?

    init(_ texts: TextIndex, unknown: Int32?) {
        let found = (0..<256).compactMap { texts.id(of: Self.text(of: UInt8($0))) }
        tokens = found.count == 256 ? found : nil
        self.unknown = unknown
    }

    private var coversBytes: Bool { tokens != nil }

    /// Appends the tokens of `text[range]`, one character that has no token.
    func append(_ text: [UInt8], _ range: Range<Int>, to output: inout [Int32]) {
        if let tokens {
            for index in range { output.append(tokens[Int(text[index])]) }
        } else if let unknown {
            output.append(unknown)
        }
    }

    /// Makes neighbouring unknown tokens one, as SentencePiece does.
    func fuseUnknown(_ tokens: inout [Int32], from start: Int) {
        guard tokens.count > start, !coversBytes, let unknown else { return }
        var kept = start + 1
        for index in tokens.indices.dropFirst(start + 1)
        where tokens[index] != unknown || tokens[kept - 1] != unknown {
            tokens[kept] = tokens[index]
            kept += 1
        }
        tokens.removeLast(tokens.count - kept)
    }

    /// The text of a byte's token.
    static func text(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }

    /// The byte that a token of kind `byte` stands for.
    static func byte(of text: String) -> UInt8? {
        guard text.utf8.count == 6, text.hasPrefix("<0x"), text.hasSuffix(">") else { return nil }
        return UInt8(text.dropFirst(3).dropLast(), radix: 16)
    }
}
