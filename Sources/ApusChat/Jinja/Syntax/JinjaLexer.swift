/// Cuts a template into tokens, as `jinja2.lexer` does with `trim_blocks` and `lstrip_blocks`.
///
/// Source: Jinja documentation, "Template Designer", section "Whitespace Control".
struct JinjaLexer {
    /// The template's UTF-8, line ends unified to `\n`.
    let bytes: [UInt8]
    var position = 0
    var line = 1
    var tokens: [JinjaToken] = []
    /// Brackets that are open inside the current tag.
    var openBrackets: [JinjaToken.Symbol] = []
    /// Whether the last thing read ended a line, or nothing has been read.
    private var isLineStart = true

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The tokens of `source`, ending with `end`.
    ///
    /// Throws: `ChatError` with code `syntax`.
    static func tokens(of source: String) throws(ChatError) -> [JinjaToken] {
        var lexer = JinjaLexer(unifiedLines(source))
        while lexer.position < lexer.bytes.count { try lexer.readTextAndTag() }
        lexer.append(.end)
        return lexer.tokens
    }

    /// The bytes of `source` with `\n` for every line end, and without the last line end.
    private static func unifiedLines(_ source: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(source.utf8.count)
        var afterReturn = false
        for byte in source.utf8 {
            if byte == 0x0A, afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = byte == 0x0D
            result.append(afterReturn ? 0x0A : byte)
        }
        if result.last == 0x0A { result.removeLast() }
        return result
    }

    mutating func append(_ kind: JinjaToken.Kind) {
        tokens.append(JinjaToken(kind: kind, line: line))
    }

    /// Whether the bytes at `offset` are those of `text`.
    func matches(_ text: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, bytes.count - offset >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where bytes[offset + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// Steps over `count` bytes, counting lines.
    mutating func advance(_ count: Int) {
        for byte in bytes[position..<(position + count)] where byte == 0x0A { line += 1 }
        position += count
        if count > 0 { isLineStart = bytes[position - 1] == 0x0A }
    }

    /// Reads text up to the next tag, then the tag.
    private mutating func readTextAndTag() throws(ChatError) {
        let begin = nextTag()
        guard begin < bytes.count else {
            let text = bytes[position...]
            append(.data(String(decoding: text, as: UTF8.self)))
            advance(text.count)
            return
        }
        if let opening = rawOpening(at: begin) {
            takeText(to: begin, isPrint: false)
            advance(opening)
            try readRaw()
            return
        }
        let isPrint = bytes[begin + 1] == UInt8(ascii: "{")
        takeText(to: begin, isPrint: isPrint)
        let sign = strippingSign(at: begin + 2)
        advance(sign == nil ? 2 : 3)
        switch bytes[begin + 1] {
        case UInt8(ascii: "#"): try skipComment()
        case UInt8(ascii: "%"):
            append(.blockBegin)
            try readTag(isPrint: false)
        default:
            append(.printBegin)
            try readTag(isPrint: true)
        }
    }

    /// Position of the next `{{`, `{%` or `{#`; the end when there is none.
    private func nextTag() -> Int {
        var offset = position
        while offset + 1 < bytes.count {
            if bytes[offset] == UInt8(ascii: "{") {
                switch bytes[offset + 1] {
                case UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "#"): return offset
                default: break
                }
            }
            offset += 1
        }
        return bytes.count
    }

    private func strippingSign(at offset: Int) -> UInt8? {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        return byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") ? byte : nil
    }

    /// Emits the text before the tag at `end`, stripped as the tag demands.
    private mutating func takeText(to end: Int, isPrint: Bool) {
        var text = bytes[position..<end]
        let sign = strippingSign(at: end + 2)
        if sign == UInt8(ascii: "-") {
            text = PythonText.strippedEnd(text)
        } else if sign == nil, !isPrint {
            text = withoutIndentation(text)
        }
        if !text.isEmpty { append(.data(String(decoding: text, as: UTF8.self))) }
        advance(end - position)
    }

    /// The text without the white space between its last line end and the tag (`lstrip_blocks`).
    private func withoutIndentation(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let lineStart = text.lastIndex(of: 0x0A).map { $0 + 1 }
        guard let start = lineStart ?? (isLineStart ? text.startIndex : nil) else { return text }
        return PythonText.strippedEnd(text[start...]).isEmpty ? text[..<start] : text
    }

    private mutating func skipComment() throws(ChatError) {
        var end = position
        while !matches("#}", at: end) {
            guard end < bytes.count else {
                throw ChatError(.syntax, line: line, "a comment is not closed.")
            }
            end += 1
        }
        let strips = end > position && bytes[end - 1] == UInt8(ascii: "-")
        let trims = end == position || strippingSign(at: end - 1) == nil
        advance(end + 2 - position)
        skipAfterTag(strips: strips, trimsLine: trims)
    }

    /// Steps over what a closing tag takes with it.
    mutating func skipAfterTag(strips: Bool, trimsLine: Bool) {
        if strips {
            let rest = bytes[position...]
            advance(rest.count - PythonText.strippedStart(rest).count)
        } else if trimsLine, position < bytes.count, bytes[position] == 0x0A {
            advance(1)
        }
    }

    // MARK: Raw blocks

    /// Length of `{% word %}` at `offset` with its signs, nil when something else stands there.
    private func tagLength(_ word: StaticString, at offset: Int) -> Int? {
        guard matches("{%", at: offset) else { return nil }
        var end = offset + 2
        if strippingSign(at: end) != nil { end += 1 }
        end = skippingSpace(end)
        guard matches(word, at: end) else { return nil }
        end = skippingSpace(end + word.utf8CodeUnitCount)
        if strippingSign(at: end) != nil { end += 1 }
        return matches("%}", at: end) ? end + 2 - offset : nil
    }

    private func skippingSpace(_ offset: Int) -> Int {
        let rest = bytes[min(offset, bytes.count)...]
        return bytes.count - PythonText.strippedStart(rest).count
    }

    /// Length of `{% raw %}` at `offset` with the white space it takes along.
    private func rawOpening(at offset: Int) -> Int? {
        guard let length = tagLength("raw", at: offset) else { return nil }
        let sign = bytes[offset + length - 3]
        if sign == UInt8(ascii: "+") { return nil }
        return sign == UInt8(ascii: "-") ? skippingSpace(offset + length) - offset : length
    }

    private mutating func readRaw() throws(ChatError) {
        var end = position
        while true {
            guard end < bytes.count else {
                throw ChatError(.syntax, line: line, "a raw block is not closed.")
            }
            if let length = tagLength("endraw", at: end) {
                takeText(to: end, isPrint: false)
                let sign = strippingSign(at: end + length - 3)
                advance(length)
                skipAfterTag(strips: sign == UInt8(ascii: "-"), trimsLine: sign == nil)
                return
            }
            end += 1
        }
    }
}
