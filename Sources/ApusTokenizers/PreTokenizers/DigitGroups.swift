/// Cuts runs of decimal digits in groups of three counted from the right.
enum DigitGroups {
    /// Appends the ends of the pieces of scalars `lower..<upper`.
    ///
    /// With `wholeWords`, a run that a word character follows is left alone, and the pieces on
    /// both sides of a run are separate. Without, the only cuts are before full groups.
    static func split(
        _ text: ScalarText,
        _ lower: Int,
        _ upper: Int,
        wholeWords: Bool,
        into ends: inout [Int]
    ) {
        let digit = ScalarSet(.digit)
        let word = ScalarSet(.word)
        var position = lower
        var last = lower
        func cut(_ end: Int) {
            if end > last {
                ends.append(end)
                last = end
            }
        }
        while position < upper {
            guard digit.contains(text.classes[position]) else {
                position += 1
                continue
            }
            let start = position
            while position < upper, digit.contains(text.classes[position]) { position += 1 }
            if wholeWords {
                if position < upper, word.contains(text.classes[position]) { continue }
                cut(start)
            }
            for end in stride(from: start + (position - start) % 3, to: position, by: 3) {
                cut(end)
            }
            if wholeWords { cut(position) }
        }
        cut(upper)
    }
}
