extension String {
    /// The text in quotes, with escapes for what cannot be printed: what Go's `%q` writes.
    ///
    /// Printable are letters, marks, numbers, punctuation, symbols and the ASCII space (Go,
    /// `strconv.IsPrint`).
    package var quotedAsInGo: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{7}": result += "\\a"
            case "\u{8}": result += "\\b"
            case "\u{B}": result += "\\v"
            case "\u{C}": result += "\\f"
            case _ where scalar.isPrintableInGo: result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x80: result += scalar.escape("x", digits: 2)
            case _ where scalar.value < 0x10000: result += scalar.escape("u", digits: 4)
            default: result += scalar.escape("U", digits: 8)
            }
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintableInGo: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }

    fileprivate func escape(_ letter: String, digits: Int) -> String {
        let number = String(value, radix: 16)
        let zeros = String(repeating: "0", count: max(0, digits - number.count))
        return "\\\(letter)\(zeros)\(number)"
    }
}
