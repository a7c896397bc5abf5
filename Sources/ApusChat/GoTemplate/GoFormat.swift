/// One conversion of Go's `fmt`, such as `%-5.2f`: its flags, and how values of each type print.
struct GoFormat {
    /// Width and precision beyond this are refused, as in Go.
    static let maximumWidth = 1_000_000

    var verb: Unicode.Scalar = "v"
    var plus = false
    var minus = false
    var sharp = false
    var space = false
    var zero = false
    var width: Int?
    var precision: Int?

    /// The text of a value.
    ///
    /// Complexity: O(size of the value).
    func text(_ value: GoValue) -> String {
        switch value {
        case .nothing, .null:
            if verb == "v" { return padded("<nil>") }
            return verb == "T" ? "<nil>" : "%!\(verb)(<nil>)"
        case .bool(let bool):
            return verb == "t" || verb == "v" ? padded(bool ? "true" : "false") : bad(value)
        case .integer(let integer): return text(integer) ?? bad(value)
        case .double(let double): return text(double) ?? bad(value)
        case .text(let string): return text(string) ?? bad(value)
        case .list, .map, .record: return compound(value)
        }
    }

    // MARK: Lists, maps, structs

    private func compound(_ value: GoValue) -> String {
        switch value {
        case .list(let list):
            if list.printsJSON, isTextual { return text(value.jsonText) ?? "" }
            return "[" + list.elements.map { text($0) }.joined(separator: " ") + "]"
        case .map(let map):
            if map.printsJSON, isTextual { return text(value.jsonText) ?? "" }
            let entries = map.entries.map { text(.text($0.key)) + ":" + text($0.value) }
            return "map[" + entries.joined(separator: " ") + "]"
        case .record(let record):
            if record.printsJSON, isTextual { return text(value.jsonText) ?? "" }
            let fields = record.fields.filter { !$0.name.isEmpty }.map { field in
                (verb == "v" && plus ? field.name + ":" : "") + text(field.value)
            }
            return "{" + fields.joined(separator: " ") + "}"
        default: return bad(value)
        }
    }

    /// Whether a `String` method is asked.
    private var isTextual: Bool { "vsqxX".unicodeScalars.contains(verb) }

    private func bad(_ value: GoValue) -> String {
        "%!\(verb)(\(value.typeName)=\(GoFormat().text(value)))"
    }

    // MARK: Strings

    private func text(_ string: String) -> String? {
        switch verb {
        case "v" where sharp: return padded(GoEscapes.quoted(truncated(string)))
        case "v", "s": return padded(truncated(string))
        case "q": return padded(GoEscapes.quoted(truncated(string), onlyASCII: plus))
        case "x", "X": return padded(hexadecimal(string))
        default: return nil
        }
    }

    private func truncated(_ string: String) -> String {
        guard let precision else { return string }
        return String(String.UnicodeScalarView(string.unicodeScalars.prefix(precision)))
    }

    private func hexadecimal(_ string: String) -> String {
        let bytes = Array(string.utf8).prefix(precision ?? .max)
        let pairs = bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: verb == "X")
            return byte < 16 ? "0" + digits : digits
        }
        let mark = sharp ? "0\(verb)" : ""
        if space { return pairs.map { mark + $0 }.joined(separator: " ") }
        return pairs.isEmpty ? "" : mark + pairs.joined()
    }

    // MARK: Numbers

    private func text(_ integer: Int) -> String? {
        switch verb {
        case "v", "d": return number(integer, radix: 10)
        case "b": return number(integer, radix: 2)
        case "o", "O": return number(integer, radix: 8)
        case "x", "X": return number(integer, radix: 16)
        case "c": return padded(String(Character(scalar(integer))))
        case "q": return padded(GoEscapes.quoted(character(integer), quote: "'", onlyASCII: plus))
        case "U":
            let digits = String(UInt(bitPattern: integer), radix: 16, uppercase: true)
            let zeros = String(repeating: "0", count: max(0, (precision ?? 4) - digits.count))
            return padded("U+" + zeros + digits)
        default: return nil
        }
    }

    private func scalar(_ integer: Int) -> Unicode.Scalar {
        UInt32(exactly: integer).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private func character(_ integer: Int) -> String { String(Character(scalar(integer))) }

    private func number(_ integer: Int, radix: Int) -> String {
        let sign = integer < 0 ? "-" : plus && !(verb == "v") ? "+" : space ? " " : ""
        var digits = String(integer.magnitude, radix: radix, uppercase: verb == "X")
        if let precision {
            if precision == 0, integer == 0 { return String(repeating: " ", count: width ?? 0) }
            digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
        } else if zero, let width {
            let missing = width - sign.count - digits.count
            digits = String(repeating: "0", count: max(0, missing)) + digits
        }
        var unpadded = self
        unpadded.zero = false
        return unpadded.padded(sign + prefix(digits, radix) + digits)
    }

    private func prefix(_ digits: String, _ radix: Int) -> String {
        if verb == "O" { return "0o" }
        guard sharp, verb != "v" else { return "" }
        switch radix {
        case 2: return "0b"
        case 8: return digits.hasPrefix("0") ? "" : "0"
        case 16: return verb == "X" ? "0X" : "0x"
        default: return ""
        }
    }

    private func text(_ double: Double) -> String? {
        guard "vgGeEfF".unicodeScalars.contains(verb) else { return nil }
        let sign = plus && verb != "v" ? "+" : space ? " " : ""
        if double.isNaN { return paddedWithSpaces(sign + "NaN") }
        if double.isInfinite { return paddedWithSpaces(double < 0 ? "-Inf" : "+Inf") }
        var digits: String
        switch verb {
        case "v", "g", "G":
            if let precision {
                digits = CNumbers.text(
                    double.magnitude,
                    conversion: verb == "G" ? "G" : "g",
                    precision: precision
                )
            } else {
                digits = GoFloat.shortest(double.magnitude)
                if verb == "G" { digits = digits.uppercased() }
            }
        default:
            digits = CNumbers.text(
                double.magnitude,
                conversion: verb,
                precision: precision ?? 6
            )
        }
        let mark = double.sign == .minus ? "-" : sign
        if zero, let width, width > mark.count + digits.count {
            let zeros = String(repeating: "0", count: width - mark.count - digits.count)
            return mark + zeros + digits
        }
        return padded(mark + digits)
    }

    // MARK: Padding

    private func paddedWithSpaces(_ text: String) -> String {
        var spaced = self
        spaced.zero = false
        return spaced.padded(text)
    }

    /// The text filled up to the width, counted in code points.
    private func padded(_ text: String) -> String {
        guard let width else { return text }
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        let filler = String(repeating: zero ? "0" : " ", count: missing)
        return minus ? text + filler : filler + text
    }
}

/// Doubles as `%v` prints them: the shortest digits that read back, with an exponent when it is
/// below -4 or above 5.
enum GoFloat {
    static func shortest(_ magnitude: Double) -> String {
        let parts = magnitude.description.split(separator: "e")
        let halves = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
        let whole = halves.first ?? "0"
        let all = whole + (halves.count > 1 ? halves[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        guard !digits.isEmpty else { return "0" }
        let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let exponent = whole.count - leading + written - 1
        if exponent < -4 || exponent >= 6 {
            let power = String(exponent.magnitude)
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+")
                + (power.count < 2 ? "0" : "") + power
        }
        if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
        if digits.count <= exponent + 1 {
            return digits + String(repeating: "0", count: exponent + 1 - digits.count)
        }
        return digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
    }
}
