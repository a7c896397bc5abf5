extension Tokenizer {
    /// The tokens of a text.
    ///
    /// `addSpecial` adds the beginning and end tokens that the vocabulary asks for; nothing is
    /// added a second time on account of the text. `parseSpecial` takes the texts of control
    /// tokens in `text` for these tokens: for rendered templates, never for text of users.
    /// `continuesText` says that the text goes on from other text, so that SentencePiece puts no
    /// space before it.
    ///
    /// Complexity: O(n log n) in the longest piece that is not cut, else linear.
    package func encode(
        _ text: String,
        addSpecial: Bool = true,
        parseSpecial: Bool = false,
        continuesText: Bool = false
    ) -> [Int32] {
        let bytes = Array(text.utf8)
        var tokens: [Int32] = []
        tokens.reserveCapacity(bytes.count / 3 + 2)
        // BERT's two are part of every input, whatever the flags of the file say.
        let isWordPiece = storage.kind == .wordPiece
        if addSpecial, special.addsBeginning || isWordPiece, let beginning = special.beginning {
            tokens.append(beginning)
        }
        var followsSpecial = !continuesText
        for fragment in storage.matcher.fragments(bytes, parseSpecial: parseSpecial) {
            switch fragment {
            case .text(let range):
                let text = range.count == bytes.count ? bytes : Array(bytes[range])
                let hasSpace = storage.addsOneSpaceAtMost && text.first == UInt8(ascii: " ")
                storage.model.encode(
                    text,
                    followsSpecial: followsSpecial && !hasSpace,
                    into: &tokens
                )
                followsSpecial = false
            case .token(let id):
                tokens.append(id)
                followsSpecial = !storage.addsSpaceAtStartOnly
            }
        }
        if addSpecial, isWordPiece, let separator = special.separator {
            tokens.append(separator)
        } else if addSpecial, special.addsEnd, let end = special.end {
            tokens.append(end)
        }
        return tokens
    }
}
