/// What the methods of Python's `str` do, as far as they need no template.
extension PythonText {
    /// `text` without the given characters (white space when nil) at its ends.
    static func stripped(
        _ text: String,
        _ characters: String? = nil,
        start: Bool = true,
        end: Bool = true
    ) -> String {
        let unwanted = characters.map { Set($0.unicodeScalars) }
        func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
            unwanted.map { $0.contains(scalar) } ?? isSpace(scalar)
        }
        var rest = text.unicodeScalars[...]
        if start { rest = rest.drop(while: isUnwanted) }
        if end { while let last = rest.last, isUnwanted(last) { rest.removeLast() } }
        return String(rest)
    }

    /// The part of a text between two positions counted in code points, and where it begins.
    static func part(_ text: String, _ start: Int?, _ end: Int?) -> (text: String, offset: Int) {
        guard start != nil || end != nil else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        func position(_ bound: Int) -> Int {
            min(max(bound < 0 ? bound + scalars.count : bound, 0), scalars.count)
        }
        let first = position(start ?? 0)
        let last = max(first, position(end ?? scalars.count))
        var part = String.UnicodeScalarView()
        part.append(contentsOf: scalars[first..<last])
        return (String(part), first)
    }

    /// Parts between runs of white space, cut at most `limit` times from one end.
    static func words(_ text: String, limit: Int, fromEnd: Bool) -> [String] {
        var rest = text.unicodeScalars[...]
        var words: [String] = []
        while true {
            rest = fromEnd ? strippedEnd(rest) : rest.drop(while: isSpace)
            guard !rest.isEmpty else { break }
            if words.count == limit {
                words.append(String(rest))
                break
            }
            if fromEnd {
                let start = rest.lastIndex(where: isSpace).map { rest.index(after: $0) }
                words.append(String(rest[(start ?? rest.startIndex)...]))
                rest = rest[..<(start ?? rest.startIndex)]
            } else {
                let word = rest.prefix { !isSpace($0) }
                words.append(String(word))
                rest = rest[word.endIndex...]
            }
        }
        return fromEnd ? words.reversed() : words
    }

    private static func strippedEnd(
        _ text: String.UnicodeScalarView.SubSequence
    ) -> String.UnicodeScalarView.SubSequence {
        var rest = text
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }

    /// Lines, ended by any of the characters that Python takes for line ends.
    static func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar.value {
            case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
                if keepingEnds { current.append(scalar) }
                if scalar == "\r", rest.first == "\n" {
                    rest.removeFirst()
                    if keepingEnds { current.append("\n") }
                }
                lines.append(String(current))
                current.removeAll()
            default: current.append(scalar)
            }
        }
        if !current.isEmpty { lines.append(String(current)) }
        return lines
    }

    /// The first character in upper case, the others in lower case.
    static func capitalized(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping
            + String(text.unicodeScalars.dropFirst()).lowercased()
    }

    /// Every letter that follows no letter in upper case, the others in lower case.
    static func titled(_ text: String) -> String {
        var output = ""
        var isInWord = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            output += isInWord ? properties.lowercaseMapping : properties.titlecaseMapping
            isInWord = properties.isCased
        }
        return output
    }

    static func swappingCase(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            scalar.properties.isUppercase
                ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
        }.joined()
    }

    /// One of the methods `is…`.
    static func test(_ name: String, _ text: String) -> Bool {
        let scalars = text.unicodeScalars
        switch name {
        case "isidentifier":
            return scalars.first.map { $0 == "_" || $0.properties.isXIDStart } ?? false
                && scalars.allSatisfy { $0.properties.isXIDContinue }
        case "isprintable": return scalars.allSatisfy(isPrintable)
        case "isascii": return scalars.allSatisfy(\.isASCII)
        case "islower":
            return scalars.contains { $0.properties.isLowercase }
                && !scalars.contains { $0.properties.isUppercase || isTitle($0) }
        case "isupper":
            return scalars.contains { $0.properties.isUppercase }
                && !scalars.contains { $0.properties.isLowercase || isTitle($0) }
        case "istitle": return isTitled(text)
        default: return !scalars.isEmpty && scalars.allSatisfy { test(name, $0) }
        }
    }

    private static func isTitle(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .titlecaseLetter
    }

    private static func test(_ name: String, _ scalar: Unicode.Scalar) -> Bool {
        let isLetter: Bool
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            isLetter = true
        default: isLetter = false
        }
        let numericType = scalar.properties.numericType
        return switch name {
        case "isspace": isSpace(scalar)
        case "isalpha": isLetter
        case "isalnum": isLetter || numericType != nil
        case "isdecimal": numericType == .decimal
        case "isdigit": numericType == .decimal || numericType == .digit
        default: numericType != nil
        }
    }

    private static func isTitled(_ text: String) -> Bool {
        var followsLetter = false
        var hasLetter = false
        for scalar in text.unicodeScalars {
            let isUpper = scalar.properties.isUppercase || isTitle(scalar)
            if isUpper || scalar.properties.isLowercase {
                guard isUpper != followsLetter else { return false }
                (followsLetter, hasLetter) = (true, true)
            } else {
                followsLetter = false
            }
        }
        return hasLetter
    }

    /// `text` with spaces for its tabs, up to the next multiple of `width` columns.
    static func expandingTabs(_ text: String, _ width: Int) -> String {
        var output = String.UnicodeScalarView()
        var column = 0
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t":
                let count = width > 0 ? width - column % width : 0
                output.append(contentsOf: repeatElement(" ", count: count))
                column += count
            case "\n", "\r":
                output.append(scalar)
                column = 0
            default:
                output.append(scalar)
                column += 1
            }
        }
        return String(output)
    }

    /// `text` filled up to `width` characters; `before` 1 puts the filling at the start.
    static func padded(_ text: String, _ width: Int, _ filler: String, before: Int) -> String {
        let missing = max(0, width - text.unicodeScalars.count)
        let filling = String(repeating: filler, count: missing)
        return before == 1 ? filling + text : text + filling
    }

    /// `text` in the middle of `width` characters, as CPython places it.
    static func centered(_ text: String, _ width: Int, _ filler: String = " ") -> String {
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let left = missing / 2 + (missing & width & 1)
        return String(repeating: filler, count: left) + text
            + String(repeating: filler, count: missing - left)
    }
}
