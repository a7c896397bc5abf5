/// Python's notions of text, which templates are written for: code points, not grapheme clusters.
enum PythonText {
    /// Whether `str.isspace` holds for a character.
    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
            0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Whether Python's `repr` shows a character as it is.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }

    /// A text for HTML, as `markupsafe.escape` writes it.
    static func escapedForHTML(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "'": output += "&#39;"
            case "\"": output += "&#34;"
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    /// Whether a character cannot stand in the name of an HTML attribute.
    static func endsName(_ scalar: Unicode.Scalar) -> Bool {
        isSpace(scalar) || scalar == "/" || scalar == ">" || scalar == "="
    }

    /// UTF-8 without white space at its start.
    static func strippedStart(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while let first = rest.first {
            let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard isSpace(rest.prefix(length)) else { break }
            rest = rest.dropFirst(length)
        }
        return rest
    }

    /// UTF-8 without white space at its end.
    static func strippedEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while !rest.isEmpty {
            let start = rest.lastIndex { $0 & 0xC0 != 0x80 } ?? rest.startIndex
            guard isSpace(rest[start...]) else { break }
            rest = rest[..<start]
        }
        return rest
    }

    private static func isSpace(_ character: ArraySlice<UInt8>) -> Bool {
        guard let first = character.first, first < 0x80 else {
            // The white space beyond ASCII has two or three bytes.
            guard character.count <= 3 else { return false }
            let scalars = String(decoding: character, as: UTF8.self).unicodeScalars
            return scalars.count == 1 && scalars.allSatisfy(isSpace)
        }
        return isSpace(Unicode.Scalar(first))
    }

    /// Whether two strings have the same code points; Swift's `==` also equates canonically
    /// equivalent ones.
    static func equal(_ left: String, _ right: String) -> Bool {
        left == right && left.utf8.elementsEqual(right.utf8)
    }

    /// Whether `left` sorts before `right` by code points.
    static func precedes(_ left: String, _ right: String) -> Bool {
        // UTF-8 sorts as code points do.
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
