extension Tokenizer {
    /// The bytes a token stands for, not always whole characters.
    ///
    /// Empty for ids outside the vocabulary and for unused tokens. Special tokens stand for their
    /// own text.
    package func bytes(of token: Int32) -> [UInt8] {
        guard storage.kinds.indices.contains(Int(token)) else { return [] }
        return Array(storage.pieces.bytes[storage.pieces.range(Int(token))])
    }

    /// The text of tokens.
    ///
    /// Bytes that are no UTF-8 become U+FFFD; a space before SentencePiece text is taken off.
    package func decode(_ tokens: [Int32], skipSpecial: Bool = true) -> String {
        var decoder = makeStreamingDecoder(skipSpecial: skipSpecial)
        var text = ""
        for token in tokens { text += decoder.append(token) }
        return text + decoder.finish()
    }

    /// A decoder for tokens that come one at a time.
    ///
    /// With `skipSpecial`, control and unknown tokens have no text, but for those in `keeping`.
    /// `continuesText` says that text precedes: then the space that SentencePiece models put
    /// before every text is not taken off.
    package func makeStreamingDecoder(
        skipSpecial: Bool = true,
        keeping: Set<Int32> = [],
        continuesText: Bool = false
    ) -> StreamingDecoder {
        StreamingDecoder(
            storage,
            skipSpecial: skipSpecial,
            keeping: keeping,
            removesSpace: !continuesText
                && (storage.addsSpacePrefix || storage.kind == .wordPiece)
        )
    }
}
