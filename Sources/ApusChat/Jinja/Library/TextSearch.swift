/// Finds texts in texts, byte by byte: exact for UTF-8, and without regard to equivalence.
enum TextSearch {
    /// Offset of the first `part` in `text`, in bytes from the start.
    static func first(_ part: String, in text: String) -> Int? {
        offsets(of: Array(part.utf8), in: Array(text.utf8), limit: 1).first
    }

    /// Offset of the last `part` in `text`, in bytes from the start.
    static func last(_ part: String, in text: String) -> Int? {
        let reversed = offsets(
            of: Array(part.utf8.reversed()),
            in: Array(text.utf8.reversed()),
            limit: 1
        )
        return reversed.first.map { text.utf8.count - part.utf8.count - $0 }
    }

    /// Offsets of `part` in `text` that do not overlap, at most `limit` of them.
    ///
    /// Knuth, Morris, Pratt (1977). Complexity: O(part + text), whatever they contain.
    static func offsets(of part: [UInt8], in text: [UInt8], limit: Int = .max) -> [Int] {
        guard !part.isEmpty else { return Array((0...text.count).prefix(limit)) }
        guard limit > 0, part.count <= text.count else { return [] }
        let borders = borders(of: part)
        var found: [Int] = []
        var matched = 0
        for (offset, byte) in text.enumerated() {
            while matched > 0, part[matched] != byte { matched = borders[matched - 1] }
            if part[matched] == byte { matched += 1 }
            if matched == part.count {
                found.append(offset + 1 - matched)
                matched = 0
                if found.count == limit { break }
            }
        }
        return found
    }

    /// For each prefix, the length of its longest proper prefix that also ends it.
    private static func borders(of part: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for position in part.indices.dropFirst() {
            while length > 0, part[length] != part[position] { length = borders[length - 1] }
            if part[length] == part[position] { length += 1 }
            borders[position] = length
        }
        return borders
    }

    /// `text` cut at every `separator`, at most `limit` times.
    static func split(_ text: String, _ separator: String, limit: Int = .max) -> [String] {
        let bytes = Array(text.utf8)
        let length = separator.utf8.count
        var parts: [String] = []
        var start = 0
        for offset in offsets(of: Array(separator.utf8), in: bytes, limit: limit) {
            parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
            start = offset + length
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// `text` cut at every `separator`, at most `limit` times, counted from the end.
    static func splitFromEnd(_ text: String, _ separator: String, limit: Int) -> [String] {
        let bytes = Array(text.utf8)
        let length = separator.utf8.count
        var parts: [String] = []
        var end = bytes.count
        let backwards = offsets(
            of: Array(separator.utf8.reversed()),
            in: bytes.reversed(),
            limit: limit
        )
        for offset in backwards {
            let start = bytes.count - offset - length
            parts.append(String(decoding: bytes[(start + length)..<end], as: UTF8.self))
            end = start
        }
        parts.append(String(decoding: bytes[..<end], as: UTF8.self))
        return parts.reversed()
    }

    /// `text` with `part` replaced, at most `limit` times.
    static func replace(
        _ text: String,
        _ part: String,
        _ replacement: String,
        limit: Int = .max
    ) -> String {
        guard part.isEmpty else {
            return split(text, part, limit: limit).joined(separator: replacement)
        }
        // Python puts the replacement before every character and at the end.
        var output = ""
        var remaining = limit
        for scalar in text.unicodeScalars {
            if remaining > 0 { output += replacement }
            remaining -= 1
            output.unicodeScalars.append(scalar)
        }
        return remaining > 0 ? output + replacement : output
    }
}
