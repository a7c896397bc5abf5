/// Escapes in string and character literals, as Go's `strconv` reads and writes them.
enum GoEscapes {
    /// What a literal stands for; nil when an escape is invalid.
    ///
    /// Bytes that make no UTF-8, which `\xff` and `\377` can spell, become U+FFFD.
    static func resolve(_ literal: ArraySlice<UInt8>, quote: UInt8) -> String? {
        var output: [UInt8] = []
        var rest = literal
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                output.append(byte)
                continue
            }
            guard let letter = rest.popFirst() else { return nil }
            if let plain = simple[letter] {
                output.append(plain)
            } else if letter == UInt8(ascii: "\\") || letter == quote {
                output.append(letter)
            } else if !appendNumeric(letter, &rest, quote: quote, to: &output) {
                return nil
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let simple: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11,
    ]

    private static func appendNumeric(
        _ letter: UInt8,
        _ rest: inout ArraySlice<UInt8>,
        quote: UInt8,
        to output: inout [UInt8]
    ) -> Bool {
        let (length, radix): (Int, UInt32)
        switch letter {
        case UInt8(ascii: "x"): (length, radix) = (2, 16)
        case UInt8(ascii: "u"): (length, radix) = (4, 16)
        case UInt8(ascii: "U"): (length, radix) = (8, 16)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            (length, radix) = (3, 8)
        default: return false
        }
        // The letter of an octal escape is its first digit.
        let digits = radix == 8 ? [letter] + rest.prefix(2) : Array(rest.prefix(length))
        guard digits.count == length else { return false }
        var value: UInt32 = 0
        for byte in digits {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix,
                value < 1 << 28
            else { return false }
            value = value * radix + UInt32(digit)
        }
        rest.removeFirst(radix == 8 ? 2 : length)
        if letter == UInt8(ascii: "u") || letter == UInt8(ascii: "U")
            || quote == UInt8(ascii: "'")
        {
            guard let scalar = Unicode.Scalar(value) else { return false }
            output += Array(String(Character(scalar)).utf8)
            return true
        }
        guard value < 256 else { return false }
        output.append(UInt8(value))
        return true
    }

    // MARK: Writing

    /// The text between quotes, as `%q` prints it.
    static func quoted(
        _ text: String,
        quote: Unicode.Scalar = "\"",
        onlyASCII: Bool = false
    )
        -> String
    {
        var output = String(Character(quote))
        for scalar in text.unicodeScalars {
            if scalar == quote || scalar == "\\" {
                output += "\\" + String(Character(scalar))
            } else if let letter = letters[scalar] {
                output += letter
            } else if isPrintable(scalar), scalar.isASCII || !onlyASCII {
                output.unicodeScalars.append(scalar)
            } else if scalar.value < 0x20 || scalar.value == 0x7F {
                output += "\\x" + hexadecimal(scalar, width: 2)
            } else if scalar.value < 0x10000 {
                output += "\\u" + hexadecimal(scalar, width: 4)
            } else {
                output += "\\U" + hexadecimal(scalar, width: 8)
            }
        }
        output.unicodeScalars.append(quote)
        return output
    }

    private static let letters: [Unicode.Scalar: String] = [
        "\u{7}": "\\a", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
        "\u{B}": "\\v",
    ]

    private static func hexadecimal(_ scalar: Unicode.Scalar, width: Int) -> String {
        let digits = String(scalar.value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Letters, marks, numbers, punctuation, symbols and the ASCII space.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator,
            .lineSeparator, .paragraphSeparator:
            return false
        default: return true
        }
    }
}
