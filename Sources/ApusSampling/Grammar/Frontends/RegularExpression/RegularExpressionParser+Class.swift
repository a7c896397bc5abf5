/// Classes in brackets, and what follows a backslash.
extension RegularExpressionParser {
    /// One element of a class, or an escape outside of one.
    enum Atom {
        /// Several characters, which cannot be an end of a range.
        case set(ScalarSet)
        /// One code point, which may be a surrogate and then matches nothing.
        case value(UInt32)

        var set: ScalarSet {
            switch self {
            case .set(let set): set
            case .value(let value): ScalarSet([value...value])
            }
        }
    }

    // MARK: - Classes

    mutating func characterClass() throws(GrammarError) -> ScalarSet {
        position += 1
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let lower = try classAtom()
            guard next == "-", let after = scalar(ahead: 1), after != "]" else {
                ranges += lower.set.ranges
                continue
            }
            position += 1
            let upper = try classAtom()
            if case .value(let low) = lower, case .value(let high) = upper {
                guard low <= high else { throw error(.syntax, "Range out of order") }
                ranges.append(low...high)
            } else {
                ranges += lower.set.ranges + upper.set.ranges + [0x2D...0x2D]
            }
        }
        let set = ScalarSet(ranges)
        return isNegated ? set.complement : set
    }

    private mutating func classAtom() throws(GrammarError) -> Atom {
        guard let scalar = next else { throw error(.syntax, "'[' without ']'") }
        if scalar == "\\" { return try escape(inClass: true) }
        position += 1
        return .value(scalar.value)
    }

    // MARK: - Escapes

    mutating func escape(inClass: Bool) throws(GrammarError) -> Atom {
        guard let scalar = scalar(ahead: 1) else { throw error(.syntax, "'\\' at the end") }
        if let value = Self.controls[scalar] {
            position += 2
            return .value(value)
        }
        if let set = Self.shorthands[scalar] {
            position += 2
            return .set(set)
        }
        switch scalar {
        case "b" where inClass:
            position += 2
            return .value(8)
        case "b", "B": throw error(.unsupported, "Word boundary '\\\(scalar)'")
        case "0"..."9": return try digitEscape(scalar, inClass: inClass)
        case "k" where !inClass: throw error(.unsupported, "Backreference")
        case "x": return .value(try hexadecimal(after: 2, digits: 2))
        case "u": return .value(try unicodeEscape())
        case "c": return try controlEscape()
        case "p", "P":
            position += 2
            let set = try property()
            return .set(scalar == "P" ? set.complement : set)
        case "a"..."z", "A"..."Z": throw error(.syntax, "Unknown escape '\\\(scalar)'")
        default:
            position += 2
            return .value(scalar.value)
        }
    }

    private static let controls: [Unicode.Scalar: UInt32] = [
        "t": 9, "n": 10, "v": 11, "f": 12, "r": 13,
    ]

    private static let digit = ScalarSet([0x30...0x39])
    private static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let space = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
        0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])

    private static let shorthands: [Unicode.Scalar: ScalarSet] = [
        "d": digit, "D": digit.complement, "w": word, "W": word.complement, "s": space,
        "S": space.complement,
    ]

    private mutating func digitEscape(
        _ scalar: Unicode.Scalar,
        inClass: Bool
    ) throws(GrammarError) -> Atom {
        if scalar == "0" {
            if let after = self.scalar(ahead: 2), ("0"..."9").contains(after) {
                throw error(.unsupported, "Octal escape")
            }
            position += 2
            return .value(0)
        }
        throw error(.unsupported, inClass ? "Octal escape" : "Backreference")
    }

    private mutating func controlEscape() throws(GrammarError) -> Atom {
        guard let letter = scalar(ahead: 2),
            ("a"..."z").contains(letter) || ("A"..."Z").contains(letter)
        else { throw error(.syntax, "'\\c' without a letter") }
        position += 3
        return .value(letter.value % 32)
    }

    /// `\uHHHH`, two of them for a surrogate pair, or `\u{H…}`.
    private mutating func unicodeEscape() throws(GrammarError) -> UInt32 {
        if scalar(ahead: 2) == "{" { return try bracedEscape() }
        let value = try hexadecimal(after: 2, digits: 4)
        guard (0xD800...0xDBFF).contains(value), next == "\\", scalar(ahead: 1) == "u",
            scalar(ahead: 2) != "{"
        else { return value }
        let begin = position
        let low = try hexadecimal(after: 2, digits: 4)
        guard (0xDC00...0xDFFF).contains(low) else {
            position = begin
            return value
        }
        return 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }

    private mutating func bracedEscape() throws(GrammarError) -> UInt32 {
        position += 3
        var value: UInt32?
        while let digit = next.flatMap(Self.hexadecimalDigit) {
            position += 1
            value = min((value ?? 0) * 16 + digit, 0x11_0000)
        }
        guard let value, value <= 0x10_FFFF, take("}") else {
            throw error(.syntax, "Malformed '\\u{…}'")
        }
        return value
    }

    private mutating func hexadecimal(after skip: Int, digits: Int) throws(GrammarError) -> UInt32 {
        var value: UInt32 = 0
        for place in 0..<digits {
            guard let digit = scalar(ahead: skip + place).flatMap(Self.hexadecimalDigit) else {
                throw error(.syntax, "Escape without \(digits) hexadecimal digits")
            }
            value = value * 16 + digit
        }
        position += skip + digits
        return value
    }

    private static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 48
        case "a"..."f": scalar.value - 87
        case "A"..."F": scalar.value - 55
        default: nil
        }
    }

    // MARK: - Properties

    /// What follows `\p`.
    private mutating func property() throws(GrammarError) -> ScalarSet {
        guard take("{") else { throw error(.syntax, "'\\p' without '{'") }
        let begin = position
        while let scalar = next, scalar.isASCII, scalar != "}" { position += 1 }
        var name = ""
        name.unicodeScalars.append(contentsOf: scalars[begin..<position])
        guard take("}") else { throw error(.syntax, "'\\p{' without '}'") }
        if let set = properties[name] { return set }
        guard let set = UnicodeProperty.scalars(name) else {
            throw error(.unsupported, "Unknown Unicode property '\(name.prefix(60))'")
        }
        properties[name] = set
        return set
    }
}
