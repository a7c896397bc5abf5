extension JinjaLexer {
    /// Reads the inside of a tag and its end.
    mutating func readTag(isPrint: Bool) throws(ChatError) {
        let start = line
        openBrackets.removeAll()
        while true {
            let spaces = bytes[position...]
            advance(spaces.count - PythonText.strippedStart(spaces).count)
            guard position < bytes.count else {
                throw ChatError(.syntax, line: start, "a tag is not closed.")
            }
            if openBrackets.isEmpty, closeTag(isPrint: isPrint) { return }
            try readToken()
        }
    }

    /// Steps over the tag's end when it stands here.
    private mutating func closeTag(isPrint: Bool) -> Bool {
        let byte = bytes[position]
        let strips = byte == UInt8(ascii: "-")
        let keeps = byte == UInt8(ascii: "+") && !isPrint
        let end = strips || keeps ? position + 1 : position
        guard matches(isPrint ? "}}" : "%}", at: end) else { return false }
        append(isPrint ? .printEnd : .blockEnd)
        advance(end + 2 - position)
        skipAfterTag(strips: strips, trimsLine: !isPrint && !keeps)
        return true
    }

    private mutating func readToken() throws(ChatError) {
        switch bytes[position] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): try readString()
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"), 0x80...:
            try readName()
        default: try readSymbol()
        }
    }

    private mutating func readName() throws(ChatError) {
        let end = bytes[position...].firstIndex { byte in
            !(byte >= 0x80 || byte == UInt8(ascii: "_") || isLetterOrDigit(byte))
        }
        let name = String(decoding: bytes[position..<(end ?? bytes.count)], as: UTF8.self)
        guard name.unicodeScalars.allSatisfy({ $0 == "_" || $0.properties.isXIDContinue }) else {
            throw ChatError(.syntax, line: line, "'\(name)' is no name.")
        }
        append(.name(name))
        advance(name.utf8.count)
    }

    private func isLetterOrDigit(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) || isDigit(byte)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func readSymbol() throws(ChatError) {
        let pair = String(decoding: bytes[position...].prefix(2), as: UTF8.self)
        let single = String(decoding: bytes[position...].prefix(1), as: UTF8.self)
        guard
            let symbol = JinjaToken.Symbol(rawValue: pair) ?? JinjaToken.Symbol(rawValue: single)
        else {
            throw ChatError(.syntax, line: line, "the character '\(single)' stands in a tag.")
        }
        switch symbol {
        case .openParenthesis: openBrackets.append(.closeParenthesis)
        case .openBracket: openBrackets.append(.closeBracket)
        case .openBrace: openBrackets.append(.closeBrace)
        case .closeParenthesis, .closeBracket, .closeBrace:
            guard openBrackets.popLast() == symbol else {
                throw ChatError(.syntax, line: line, "an unexpected '\(symbol.rawValue)'.")
            }
        default: break
        }
        append(.symbol(symbol))
        advance(symbol.rawValue.utf8.count)
    }

    // MARK: Numbers

    private mutating func readNumber() throws(ChatError) {
        let start = position
        var end = digitsEnd(start)
        var isDouble = false
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(bytes[end + 1]) {
            isDouble = true
            end = digitsEnd(end + 1)
        }
        if let exponentEnd = exponentEnd(end) {
            isDouble = true
            end = exponentEnd
        }
        let digits = String(decoding: bytes[start..<end].filter { $0 != 0x5F }, as: UTF8.self)
        if isDouble {
            guard let value = Double(digits) else { throw badNumber(digits) }
            append(.double(value))
        } else if let prefixed = try prefixedInteger(start) {
            append(.integer(prefixed.value))
            end = prefixed.end
        } else {
            guard let value = Int(digits) else { throw badNumber(digits) }
            append(.integer(value))
        }
        advance(end - start)
    }

    private func badNumber(_ digits: String) -> ChatError {
        ChatError(.syntax, line: line, "the number '\(digits)' is too large.")
    }

    /// End of the digits, with single underscores between them, that begin at `offset`.
    private func digitsEnd(_ offset: Int) -> Int {
        var end = offset
        while end < bytes.count {
            let isSeparator =
                bytes[end] == UInt8(ascii: "_") && end > offset && end + 1 < bytes.count
                && isDigit(bytes[end + 1])
            guard isDigit(bytes[end]) || isSeparator else { break }
            end += 1
        }
        return end
    }

    private func exponentEnd(_ offset: Int) -> Int? {
        guard offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") else { return nil }
        var start = offset + 1
        if start < bytes.count,
            bytes[start] == UInt8(ascii: "+") || bytes[start] == UInt8(ascii: "-")
        {
            start += 1
        }
        let end = digitsEnd(start)
        return end > start ? end : nil
    }

    /// A number written as `0x…`, `0o…` or `0b…`.
    private func prefixedInteger(_ start: Int) throws(ChatError) -> (value: Int, end: Int)? {
        guard start + 2 < bytes.count, bytes[start] == UInt8(ascii: "0") else { return nil }
        let radix: Int
        switch bytes[start + 1] | 0x20 {
        case UInt8(ascii: "x"): radix = 16
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "b"): radix = 2
        default: return nil
        }
        var end = start + 2
        while end < bytes.count, isLetterOrDigit(bytes[end]) || bytes[end] == 0x5F { end += 1 }
        let digits = String(
            decoding: bytes[(start + 2)..<end].filter { $0 != 0x5F },
            as: UTF8.self
        )
        guard let value = Int(digits, radix: radix) else { throw badNumber(digits) }
        return (value, end)
    }

    // MARK: Strings

    private mutating func readString() throws(ChatError) {
        let quote = bytes[position]
        var end = position + 1
        while true {
            guard end < bytes.count else {
                throw ChatError(.syntax, line: line, "a string is not closed.")
            }
            if bytes[end] == quote { break }
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        let text = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        append(.string(try unescaped(text)))
        advance(end + 1 - position)
    }

    /// The text that a Python string literal means.
    private func unescaped(_ literal: String) throws(ChatError) -> String {
        guard literal.utf8.contains(UInt8(ascii: "\\")) else { return literal }
        var output = String.UnicodeScalarView()
        var rest = literal.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let letter = rest.popFirst() else {
                output.append(scalar)
                continue
            }
            switch letter {
            case "\n": break
            case "\\", "'", "\"": output.append(letter)
            case "a": output.append("\u{7}")
            case "b": output.append("\u{8}")
            case "f": output.append("\u{C}")
            case "n": output.append("\n")
            case "r": output.append("\r")
            case "t": output.append("\t")
            case "v": output.append("\u{B}")
            case "x": output.append(try hexadecimal(&rest, digits: 2))
            case "u": output.append(try hexadecimal(&rest, digits: 4))
            case "U": output.append(try hexadecimal(&rest, digits: 8))
            case "0"..."7": output.append(octal(letter, &rest))
            default:
                output.append(scalar)
                output.append(letter)
            }
        }
        return String(output)
    }

    private func hexadecimal(
        _ rest: inout String.UnicodeScalarView.SubSequence,
        digits: Int
    ) throws(ChatError) -> Unicode.Scalar {
        let text = String(rest.prefix(digits))
        guard text.utf8.count == digits, text.utf8.allSatisfy({ isLetterOrDigit($0) }),
            let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
        else {
            throw ChatError(.syntax, line: line, "an escape sequence in a string is no character.")
        }
        rest.removeFirst(digits)
        return scalar
    }

    private func octal(
        _ first: Unicode.Scalar,
        _ rest: inout String.UnicodeScalarView.SubSequence
    ) -> Unicode.Scalar {
        var value = first.value - 0x30
        for _ in 0..<2 {
            guard let digit = rest.first, ("0"..."7").contains(digit) else { break }
            value = value * 8 + digit.value - 0x30
            rest.removeFirst()
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
