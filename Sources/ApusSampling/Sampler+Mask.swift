/// The mask's part of a token: few allowed tokens are taken out, of many the others are hidden.
extension Sampler {
    /// When the mask allows fewer than one in this many tokens, only these are looked at.
    private static let rarity = 8

    /// Asks the mask what is allowed; false when that is everything.
    mutating func fillMask(_ count: Int) -> Bool {
        guard mask != nil else { return false }
        if allowed.capacity != count {
            allowed = TokenBitset(capacity: count)
        } else {
            allowed.removeAll()
        }
        guard mask?.fill(&allowed) == .some else { return false }
        allowed.clearPastCapacity()
        return true
    }

    /// Takes over the logits of allowed tokens: alone, with their numbers in `tokens`, or with minus
    /// infinity for all others.
    ///
    /// Throws: `noCandidate` when nothing is allowed.
    mutating func copyAllowed(_ logits: Span<Float>) throws(SamplingError) {
        let count = allowed.words.reduce(0) { $0 + $1.nonzeroBitCount }
        guard count > 0 else { throw noCandidate(logits.count) }
        if count <= logits.count / Self.rarity {
            takeOut(logits, count)
        } else {
            hideOthers(logits)
        }
    }

    private mutating func takeOut(_ logits: Span<Float>, _ count: Int) {
        adjusted.removeAll(keepingCapacity: true)
        tokens.reserveCapacity(count)
        adjusted.reserveCapacity(count)
        for (index, word) in allowed.words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                let token = index * 64 + rest.trailingZeroBitCount
                tokens.append(Int32(token))
                adjusted.append(logits[token])
                rest &= rest - 1
            }
        }
    }

    private mutating func hideOthers(_ logits: Span<Float>) {
        copy(logits)
        let words = allowed.words
        adjusted.withUnsafeMutableBufferPointer { target in
            for (index, word) in words.enumerated() {
                var hidden = ~word
                while hidden != 0 {
                    let token = index * 64 + hidden.trailingZeroBitCount
                    if token >= target.count { break }
                    target[token] = -.infinity
                    hidden &= hidden - 1
                }
            }
        }
    }

    /// Where the logit of a token lies in `adjusted`; nil when it is not there.
    func place(of token: Int32) -> Int? {
        if tokens.isEmpty { return adjusted.indices.contains(Int(token)) ? Int(token) : nil }
        let place = tokens.firstSorted(notBelow: token)
        return place < tokens.count && tokens[place] == token ? place : nil
    }

    /// The token whose logit lies at a place of `adjusted`.
    func token(at place: Int32) -> Int32 { tokens.isEmpty ? place : tokens[Int(place)] }
}
