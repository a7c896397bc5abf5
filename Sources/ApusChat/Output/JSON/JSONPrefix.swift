/// Follows a JSON text (RFC 8259) byte by byte and tells at once when it can be none any more.
///
/// More tolerant than the RFC in one point: control characters may stand in strings as they are,
/// because models that write whole files into an argument forget to escape them. What it hands on
/// has them escaped, so that it is JSON to everybody else.
struct JSONPrefix: Sendable {
    /// What may come next.
    enum State: Equatable, Sendable {
        case value
        /// After `[`: a value or the end.
        case firstElement
        /// After `{`: a key or the end.
        case firstKey
        /// After a comma in an object.
        case key
        case colon
        /// After a value inside of an array or an object.
        case afterValue
        case string(isKey: Bool)
        case escape(isKey: Bool)
        /// So many hexadecimal digits.
        case digits(Int, isKey: Bool)
        case number(Number)
        /// The rest of `true`, `false` or `null`.
        case word(ArraySlice<UInt8>)
        /// The value is complete.
        case done
    }

    /// Where in a number.
    enum Number: Sendable { case minus, zero, whole, point, fraction, exponent, sign, power }

    /// Nesting beyond this is refused, as it is by `JSONParser`.
    private static let maximumDepth = 120

    /// What may come next.
    private(set) var state = State.value
    /// Whether each open bracket is an object's, the innermost last.
    private var isObject: [Bool] = []
    /// How many brackets are open.
    var depth: Int { isObject.count }

    /// Takes one byte and appends what is handed on; false when no JSON text begins like this.
    ///
    /// After false, and after `done` for anything but white space, nothing more may be taken.
    mutating func take(_ byte: UInt8, into text: inout [UInt8]) -> Bool {
        switch state {
        case .string(let isKey) where byte < 0x20:
            text += Self.escaped(byte)
            state = .string(isKey: isKey)
            return true
        default:
            guard accept(byte) else { return false }
            text.append(byte)
            return true
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x0A: return Array(#"\n"#.utf8)
        case 0x0D: return Array(#"\r"#.utf8)
        case 0x09: return Array(#"\t"#.utf8)
        default:
            let hex = Array("0123456789abcdef".utf8)
            return Array(#"\u00"#.utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
        }
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        switch state {
        case .string(let isKey): return string(byte, isKey)
        case .escape(let isKey): return escape(byte, isKey)
        case .digits(let count, let isKey):
            guard Self.isHexadecimal(byte) else { return false }
            state = count == 1 ? .string(isKey: isKey) : .digits(count - 1, isKey: isKey)
            return true
        case .word(let rest):
            guard rest.first == byte else { return false }
            if rest.count == 1 { endValue() } else { state = .word(rest.dropFirst()) }
            return true
        case .number(let place): return number(byte, place)
        default: return byte.isJSONSpace || structure(byte)
        }
    }

    private mutating func structure(_ byte: UInt8) -> Bool {
        switch (state, byte) {
        case (.firstElement, UInt8(ascii: "]")), (.firstKey, UInt8(ascii: "}")): close()
        case (.value, _), (.firstElement, _): return beginValue(byte)
        case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
            state = .string(isKey: true)
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.afterValue, UInt8(ascii: ",")): state = isObject.last == true ? .key : .value
        case (.afterValue, UInt8(ascii: "}")) where isObject.last == true: close()
        case (.afterValue, UInt8(ascii: "]")) where isObject.last == false: close()
        default: return false
        }
        return true
    }

    private mutating func beginValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < Self.maximumDepth else { return false }
            isObject.append(byte == UInt8(ascii: "{"))
            state = byte == UInt8(ascii: "{") ? .firstKey : .firstElement
        case UInt8(ascii: "\""): state = .string(isKey: false)
        case UInt8(ascii: "-"): state = .number(.minus)
        case UInt8(ascii: "0"): state = .number(.zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): state = .number(.whole)
        case UInt8(ascii: "t"): state = .word(Array("rue".utf8)[...])
        case UInt8(ascii: "f"): state = .word(Array("alse".utf8)[...])
        case UInt8(ascii: "n"): state = .word(Array("ull".utf8)[...])
        default: return false
        }
        return true
    }

    private mutating func close() {
        isObject.removeLast()
        endValue()
    }

    private mutating func endValue() { state = isObject.isEmpty ? .done : .afterValue }

    private mutating func string(_ byte: UInt8, _ isKey: Bool) -> Bool {
        if byte == UInt8(ascii: "\\") {
            state = .escape(isKey: isKey)
        } else if byte == UInt8(ascii: "\"") {
            if isKey { state = .colon } else { endValue() }
        }
        return true
    }

    private mutating func escape(_ byte: UInt8, _ isKey: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "u"): state = .digits(4, isKey: isKey)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            state = .string(isKey: isKey)
        default: return false
        }
        return true
    }

    private mutating func number(_ byte: UInt8, _ place: Number) -> Bool {
        if let next = Self.next(place, byte) {
            state = .number(next)
            return true
        }
        switch place {
        case .zero, .whole, .fraction, .power:
            // A number ends where something else begins.
            endValue()
            return byte.isJSONSpace || structure(byte)
        case .minus, .point, .exponent, .sign: return false
        }
    }

    private static func next(_ place: Number, _ byte: UInt8) -> Number? {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let isExponent = byte | 0x20 == UInt8(ascii: "e")
        switch place {
        case .minus: return byte == UInt8(ascii: "0") ? .zero : isDigit ? .whole : nil
        case .zero, .whole:
            if isDigit { return place == .whole ? .whole : nil }
            return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
        case .point, .fraction:
            return isDigit ? .fraction : isExponent && place == .fraction ? .exponent : nil
        case .exponent:
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { return .sign }
            return isDigit ? .power : nil
        case .sign, .power: return isDigit ? .power : nil
        }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
