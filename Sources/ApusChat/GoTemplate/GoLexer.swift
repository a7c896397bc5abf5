/// Cuts a template into tokens, as `text/template/parse` of Go does.
///
/// White space next to `{{- ` and ` -}}` is dropped here, and comments are.
struct GoLexer {
    private static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template",
        "with",
    ]

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var tokens: [GoToken] = []
    private var openParentheses = 0

    private init(_ source: String) { bytes = Array(source.utf8) }

    /// The tokens of a template, with one of kind `end` behind them.
    ///
    /// Throws: `ChatError` with code `syntax`.
    static func tokens(of source: String) throws(ChatError) -> [GoToken] {
        var lexer = GoLexer(source)
        while lexer.readText() {
            if try lexer.skipComment() { continue }
            try lexer.readAction()
        }
        lexer.tokens.append(GoToken(kind: .end, text: "", line: lexer.line))
        return lexer.tokens
    }

    // MARK: Text and delimiters

    /// Reads up to the next `{{`; false at the end of the template.
    private mutating func readText() -> Bool {
        let start = position
        while position < bytes.count, !starts("{{", at: position) { position += 1 }
        let isAction = position < bytes.count
        var end = position
        if isAction, hasLeftTrim(at: position + 2) {
            while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        }
        if end > start { emit(.text, start..<end) }
        line += newlines(start..<position)
        return isAction
    }

    /// Skips `{{/* … */}}`, with or without trim markers; false when none stands here.
    private mutating func skipComment() throws(ChatError) -> Bool {
        let inside = position + 2 + (hasLeftTrim(at: position + 2) ? 2 : 0)
        guard starts("/*", at: inside) else { return false }
        var end = inside + 2
        while end < bytes.count, !starts("*/", at: end) { end += 1 }
        guard end < bytes.count else { throw problem("a comment is not closed.") }
        end += 2
        let trims = hasRightTrim(at: end)
        guard starts("}}", at: end + (trims ? 2 : 0)) else {
            throw problem("a comment must be the whole action.")
        }
        line += newlines(position..<end)
        position = end
        skipRightDelimiter(trims: trims)
        return true
    }

    private mutating func skipRightDelimiter(trims: Bool) {
        let start = position
        position += trims ? 4 : 2
        if trims { while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 } }
        line += newlines(start..<position)
    }

    private func hasLeftTrim(at offset: Int) -> Bool {
        offset + 1 < bytes.count && bytes[offset] == UInt8(ascii: "-")
            && Self.isSpace(bytes[offset + 1])
    }

    private func hasRightTrim(at offset: Int) -> Bool {
        offset + 1 < bytes.count && Self.isSpace(bytes[offset])
            && bytes[offset + 1] == UInt8(ascii: "-")
    }

    // MARK: Actions

    private mutating func readAction() throws(ChatError) {
        emit(.leftDelimiter, position..<(position + 2))
        let trims = hasLeftTrim(at: position + 2)
        if trims { line += newlines((position + 2)..<(position + 4)) }
        position += trims ? 4 : 2
        openParentheses = 0
        while true {
            let trims = hasRightTrim(at: position)
            if starts("}}", at: position + (trims ? 2 : 0)) {
                guard openParentheses == 0 else { throw problem("a parenthesis is not closed.") }
                emit(.rightDelimiter, position..<position)
                skipRightDelimiter(trims: trims)
                return
            }
            guard position < bytes.count else { throw problem("an action is not closed.") }
            try readElement(bytes[position])
        }
    }

    private mutating func readElement(_ byte: UInt8) throws(ChatError) {
        switch byte {
        case UInt8(ascii: "="): take(.assign, 1)
        case UInt8(ascii: ":"):
            guard starts(":=", at: position) else { throw problem("\":=\" expected.") }
            take(.declare, 2)
        case UInt8(ascii: "|"): take(.pipe, 1)
        case UInt8(ascii: ","): take(.comma, 1)
        case UInt8(ascii: "("):
            openParentheses += 1
            take(.leftParenthesis, 1)
        case UInt8(ascii: ")"):
            openParentheses -= 1
            guard openParentheses >= 0 else { throw problem("\")\" without \"(\".") }
            take(.rightParenthesis, 1)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): try readQuoted(byte)
        case UInt8(ascii: "`"): try readRaw()
        case UInt8(ascii: "$"): try readName(.variable, prefix: 1)
        case UInt8(ascii: "."):
            let next = position + 1
            if next < bytes.count, Self.isDigit(bytes[next]) { return try readNumber() }
            try readName(.field, prefix: 1)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            try readNumber()
        default:
            if Self.isSpace(byte) { return readSpace() }
            try readName(.identifier, prefix: 0)
        }
    }

    /// Reads white space, but for the last one when a trim marker follows it.
    private mutating func readSpace() {
        let start = position
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        if hasRightTrim(at: position - 1), starts("}}", at: position + 1) { position -= 1 }
        if position > start { emit(.space, start..<position) }
        line += newlines(start..<position)
    }

    private mutating func readName(_ kind: GoToken.Kind, prefix: Int) throws(ChatError) {
        let start = position
        position += prefix
        while let (scalar, length) = scalar(at: position), Self.isNamePart(scalar) {
            position += length
        }
        guard position > start, isTerminated else { throw unexpectedCharacter() }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        switch kind {
        case .field where word == ".": emit(.dot, start..<position)
        case .identifier where word == "true" || word == "false": emit(.bool, start..<position)
        case .identifier where Self.keywords.contains(word): emit(.keyword, start..<position)
        default: emit(kind, start..<position)
        }
    }

    /// Whether what comes next may follow a name.
    private var isTerminated: Bool {
        guard position < bytes.count else { return true }
        let byte = bytes[position]
        return Self.isSpace(byte) || ".,|:)(".utf8.contains(byte) || starts("}}", at: position)
    }

    /// Reads what looks like a number; the parser finds out whether it is one.
    private mutating func readNumber() throws(ChatError) {
        let start = position
        if "+-".utf8.contains(bytes[position]) { position += 1 }
        let isHexadecimal = starts("0x", at: position) || starts("0X", at: position)
        let mark = isHexadecimal ? UInt8(ascii: "p") : UInt8(ascii: "e")
        while let (scalar, length) = scalar(at: position) {
            let isSign = scalar == "+" || scalar == "-"
            guard
                Self.isNamePart(scalar) || scalar == "."
                    || (isSign && position > start && bytes[position - 1] | 0x20 == mark)
            else { break }
            position += length
        }
        emit(.number, start..<position)
    }

    private mutating func readQuoted(_ quote: UInt8) throws(ChatError) {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != quote,
            bytes[position] != UInt8(ascii: "\n")
        {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count, bytes[position] == quote else {
            throw problem("a string is not closed.")
        }
        position += 1
        let content = bytes[(start + 1)..<(position - 1)]
        guard let text = GoEscapes.resolve(content, quote: quote) else {
            throw problem("a string has an invalid escape.")
        }
        let kind = quote == UInt8(ascii: "'") ? GoToken.Kind.character : .string
        if kind == .character, text.unicodeScalars.count != 1 {
            throw problem("a character constant holds one character.")
        }
        tokens.append(GoToken(kind: kind, text: text, line: line))
    }

    private mutating func readRaw() throws(ChatError) {
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "`")) else {
            throw problem("a raw string is not closed.")
        }
        let content = bytes[start..<end].filter { $0 != UInt8(ascii: "\r") }
        let text = String(decoding: content, as: UTF8.self)
        tokens.append(GoToken(kind: .string, text: text, line: line))
        line += newlines(start..<end)
        position = end + 1
    }

    // MARK: Bytes

    private mutating func emit(_ kind: GoToken.Kind, _ range: Range<Int>) {
        let text = String(decoding: bytes[range], as: UTF8.self)
        tokens.append(GoToken(kind: kind, text: text, line: line))
    }

    private mutating func take(_ kind: GoToken.Kind, _ length: Int) {
        emit(kind, position..<(position + length))
        position += length
    }

    private func starts(_ text: StaticString, at offset: Int) -> Bool {
        guard offset + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[offset..<(offset + $0.count)]) }
    }

    private func newlines(_ range: Range<Int>) -> Int {
        bytes[range.clamped(to: bytes.indices)].count { $0 == UInt8(ascii: "\n") }
    }

    private func scalar(at offset: Int) -> (Unicode.Scalar, length: Int)? {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        if byte < 0x80 { return (Unicode.Scalar(byte), 1) }
        let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
        let end = min(offset + length, bytes.count)
        let text = String(decoding: bytes[offset..<end], as: UTF8.self)
        return text.unicodeScalars.first.map { ($0, length) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Letters, decimal digits and the underscore.
    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            let lower = UInt8(scalar.value) | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) && scalar.value > 0x40
                || isDigit(UInt8(scalar.value)) || scalar == "_"
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber:
            return true
        default: return false
        }
    }

    private func problem(_ text: String) -> ChatError { ChatError(.syntax, line: line, text) }

    private func unexpectedCharacter() -> ChatError {
        let found = scalar(at: position).map { "\"\($0.0)\"" } ?? "the end"
        return problem("unexpected \(found) in an action.")
    }
}
