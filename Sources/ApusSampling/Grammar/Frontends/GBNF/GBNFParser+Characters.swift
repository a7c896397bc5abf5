/// Literals, classes, tokens, names and white space.
extension GBNFParser {
    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// An error with line and column, both from 1.
    func error(
        _ code: GrammarError.Code,
        _ what: String,
        at place: Int? = nil
    ) -> GrammarError {
        let before = scalars[..<(place ?? position)]
        let line = before.count { $0 == "\n" } + 1
        let column = before.count - (before.lastIndex(of: "\n") ?? -1)
        return GrammarError(code, "\(what) in line \(line), column \(column) of the grammar.")
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    mutating func takeName() -> String? {
        let begin = position
        while let scalar = next, Self.isNamePart(scalar) { position += 1 }
        return position > begin ? text(begin..<position) : nil
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    private func text(_ range: Range<Int>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[range])
        return text
    }

    mutating func skipSpace(acrossLines: Bool) {
        while let scalar = next {
            switch scalar {
            case " ", "\t": position += 1
            case "\r", "\n":
                guard acrossLines else { return }
                position += 1
            case "#": while let scalar = next, scalar != "\r", scalar != "\n" { position += 1 }
            default: return
            }
        }
    }

    // MARK: - Terminals

    mutating func literal() throws(GrammarError) -> GrammarExpression {
        let begin = position
        position += 1
        var text = ""
        while !take("\"") {
            guard next != nil else { throw error(.syntax, "'\"' is not closed", at: begin) }
            text.unicodeScalars.append(try character())
        }
        return .text(text)
    }

    mutating func characterClass() throws(GrammarError) -> ScalarSet {
        let begin = position
        position += 1
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            guard next != nil else { throw error(.syntax, "'[' is not closed", at: begin) }
            let lower = try character().value
            var upper = lower
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                upper = try character().value
            }
            guard lower <= upper else { throw error(.syntax, "Range out of order") }
            ranges.append(lower...upper)
        }
        guard !ranges.isEmpty else { throw error(.syntax, "Empty class", at: begin) }
        return isNegated ? ScalarSet(ranges).complement : ScalarSet(ranges)
    }

    /// `<text>`, with its brackets.
    mutating func token() throws(GrammarError) -> String {
        let begin = position
        while let scalar = next, scalar != ">", scalar != "\n" { position += 1 }
        guard take(">") else { throw error(.syntax, "'<' is not closed", at: begin) }
        guard scalars[begin + 1] != "[" else {
            throw error(.unsupported, "A token by number", at: begin)
        }
        guard position - begin > 2 else { throw error(.syntax, "Empty token", at: begin) }
        return text(begin..<position)
    }

    /// One character of a literal or a class.
    private mutating func character() throws(GrammarError) -> Unicode.Scalar {
        guard take("\\") else {
            guard let scalar = next else { throw error(.syntax, "The grammar ends too early") }
            position += 1
            return scalar
        }
        let letter = next
        position += 1
        switch letter {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        case "U": return try hexadecimal(digits: 8)
        case .some(let letter) where "\\\"[]-".unicodeScalars.contains(letter): return letter
        default: throw error(.syntax, "Unknown escape", at: position - 2)
        }
    }

    private mutating func hexadecimal(digits: Int) throws(GrammarError) -> Unicode.Scalar {
        let begin = position
        let end = begin + digits
        guard end <= scalars.count,
            scalars[begin..<end].allSatisfy({ $0.properties.isASCIIHexDigit }),
            let value = UInt32(text(begin..<end), radix: 16)
        else { throw error(.syntax, "Expected \(digits) hexadecimal digits") }
        guard let scalar = Unicode.Scalar(value) else {
            throw error(.syntax, "An escape that is no character")
        }
        position = end
        return scalar
    }
}
