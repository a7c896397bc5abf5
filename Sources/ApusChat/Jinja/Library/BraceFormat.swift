/// Python's `str.format`, with fields by position and name and the common format specifications.
struct BraceFormat {
    private let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    /// The layout with its fields filled in.
    func format(_ layout: String, _ call: JinjaCall) throws(ChatError) -> String {
        var rest = layout.unicodeScalars[...]
        var output = ""
        var position = 0
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                output.unicodeScalars.append(scalar)
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw interpreter.problem("expected '}' before end of string.")
                }
                output += try field(String(rest[..<end]), call, &position)
                rest = rest[rest.index(after: end)...]
                try interpreter.charge(bytes: output.utf8.count)
            case "}": throw interpreter.problem("single '}' encountered in format string.")
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }

    private func field(
        _ field: String,
        _ call: JinjaCall,
        _ position: inout Int
    ) throws(ChatError) -> String {
        let halves = TextSearch.split(field, ":", limit: 1)
        let named = TextSearch.split(halves[0], "!", limit: 1)
        let path = named[0].unicodeScalars
        let first = path.prefix { $0 != "." && $0 != "[" }
        let name = String(first)
        let base: JinjaValue?
        if name.isEmpty || Int(name) != nil {
            let index = Int(name) ?? position
            position += 1
            base = call.positional.indices.contains(index) ? call.positional[index] : nil
        } else {
            base = call.named.first { $0.name == name }?.value
        }
        guard let base else {
            throw interpreter.problem("there is no argument for the field '{\(field)}'.")
        }
        var value = try part(of: base, path[first.endIndex...])
        try interpreter.charge(bytes: value.extent.weight)
        if named.count > 1 { value = try converted(value, named[1]) }
        return try text(of: value, halves.count > 1 ? halves[1] : "")
    }

    /// What `.name` and `[key]` in a field lead to.
    private func part(
        of base: JinjaValue,
        _ path: String.UnicodeScalarView.SubSequence
    ) throws(ChatError) -> JinjaValue {
        var value = base
        var rest = path
        while let mark = rest.popFirst() {
            if mark == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest[name.endIndex...]
                value = try interpreter.attribute(String(name), of: value)
            } else {
                guard mark == "[", let end = rest.firstIndex(of: "]"), end > rest.startIndex else {
                    throw interpreter.problem("a field of a format string is malformed.")
                }
                let key = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                value = try interpreter.item(value, Int(key).map { .integer($0) } ?? .string(key))
            }
        }
        return value
    }

    private func converted(
        _ value: JinjaValue,
        _ conversion: String
    ) throws(ChatError) -> JinjaValue {
        switch conversion {
        case "s": return .string(try interpreter.text(of: value))
        case "r": return .string(value.representation)
        default: throw interpreter.problem("unknown conversion specifier '\(conversion)'.")
        }
    }

    /// A value laid out by `[[fill]align][sign][0][width][,][.precision][type]`.
    private func text(
        of value: JinjaValue,
        _ specification: String
    ) throws(ChatError) -> String {
        var rest = specification.unicodeScalars[...]
        var fill: Unicode.Scalar = " "
        var align: Unicode.Scalar?
        let aligns = "<>^=".unicodeScalars
        if let second = rest.dropFirst().first, aligns.contains(second) {
            fill = rest.removeFirst()
            align = rest.removeFirst()
        } else if let first = rest.first, aligns.contains(first) {
            align = rest.removeFirst()
        }
        var sign = ""
        if let first = rest.first, "+- ".unicodeScalars.contains(first) {
            rest.removeFirst()
            sign = first == "-" ? "" : String(Character(first))
        }
        if rest.first == "0" {
            rest.removeFirst()
            if align == nil { (fill, align) = ("0", "=") }
        }
        let width = Self.number(&rest) ?? 0
        let groups = rest.first == ","
        if groups { rest.removeFirst() }
        var precision: Int?
        if rest.first == "." {
            rest.removeFirst()
            precision = Self.number(&rest) ?? 0
        }
        let type = rest.popFirst()
        guard rest.isEmpty else { throw interpreter.problem("invalid format specifier.") }
        try interpreter.charge(bytes: width)
        let shown = try shown(value, type, precision, sign, groups)
        return placed(shown, width, fill, align ?? (value.doubleValue == nil ? "<" : ">"))
    }

    private static func number(_ rest: inout String.UnicodeScalarView.SubSequence) -> Int? {
        let digits = rest.prefix { ("0"..."9").contains($0) }
        rest = rest[digits.endIndex...]
        return digits.isEmpty ? nil : Int(String(digits)) ?? .max
    }

    private func shown(
        _ value: JinjaValue,
        _ type: Unicode.Scalar?,
        _ precision: Int?,
        _ sign: String,
        _ groups: Bool
    ) throws(ChatError) -> (sign: String, text: String) {
        switch (type, value) {
        case (nil, _) where value.doubleValue == nil, ("s", _):
            let text = value.text
            return ("", precision.map { String(text.unicodeScalars.prefix($0)) } ?? text)
        case (nil, .bool): return ("", value.text)
        case (nil, .double(let number)) where precision == nil:
            return (number.sign == .minus ? "-" : sign, JinjaValue.text(of: number.magnitude))
        default: break
        }
        if let number = value.integerValue,
            type == nil || "dxXob".unicodeScalars.contains(type ?? "d")
        {
            let radix = ["x": 16, "X": 16, "o": 8, "b": 2][type ?? "d"] ?? 10
            let digits = String(number.magnitude, radix: radix, uppercase: type == "X")
            return (number < 0 ? "-" : sign, groups ? Self.grouped(digits) : digits)
        }
        guard let number = value.doubleValue,
            type == nil || "eEfFgG%".unicodeScalars.contains(type ?? "g")
        else { throw interpreter.problem("the format does not fit a '\(value.typeName)'.") }
        let isPercentage = type == "%"
        let digits = CNumbers.text(
            number.magnitude * (isPercentage ? 100 : 1),
            conversion: isPercentage ? "f" : type ?? "g",
            precision: precision ?? 6
        )
        let text = (groups ? Self.grouped(digits) : digits) + (isPercentage ? "%" : "")
        return (number.sign == .minus ? "-" : sign, text)
    }

    /// Digits with a comma before every three of the whole part.
    private static func grouped(_ digits: String) -> String {
        let whole = digits.prefix { $0.isNumber }
        var output = ""
        for (position, digit) in whole.enumerated() {
            if position > 0, (whole.count - position).isMultiple(of: 3) { output += "," }
            output.append(digit)
        }
        return output + digits.dropFirst(whole.count)
    }

    private func placed(
        _ shown: (sign: String, text: String),
        _ width: Int,
        _ fill: Unicode.Scalar,
        _ align: Unicode.Scalar
    ) -> String {
        let whole = shown.sign + shown.text
        let missing = max(0, width - whole.unicodeScalars.count)
        func filling(_ count: Int) -> String { String(repeating: Character(fill), count: count) }
        return switch align {
        case "<": whole + filling(missing)
        case "^": filling(missing / 2) + whole + filling(missing - missing / 2)
        case "=": shown.sign + filling(missing) + shown.text
        default: filling(missing) + whole
        }
    }
}
