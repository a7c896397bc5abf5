/// Python's `layout % values`.
struct PercentFormat {
    private let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    /// One conversion, as `%-08.3f`.
    private struct Conversion {
        var name: String?
        var isLeft = false
        var hasZeros = false
        var sign = ""
        var isAlternate = false
        var width = 0
        var precision: Int?
        var letter: Unicode.Scalar = "s"
    }

    /// The layout with its conversions filled in.
    func format(_ layout: String, _ values: JinjaValue) throws(ChatError) -> String {
        var rest = layout.unicodeScalars[...]
        var output = ""
        var arguments = [values]
        if case .sequence(let sequence) = values, sequence.kind == .tuple {
            arguments = sequence.items
        }
        var position = 0
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                output.unicodeScalars.append(scalar)
                continue
            }
            let conversion = try parse(&rest)
            if conversion.letter == "%" {
                output += "%"
                continue
            }
            let value: JinjaValue
            if let name = conversion.name {
                guard case .mapping(let mapping) = values, let member = mapping[name] else {
                    throw interpreter.problem("there is no '\(name)' for the format string.")
                }
                value = member
            } else {
                guard position < arguments.count else {
                    throw interpreter.problem("not enough arguments for format string.")
                }
                value = arguments[position]
                position += 1
            }
            output += try text(of: value, conversion)
            try interpreter.charge(bytes: output.utf8.count)
        }
        guard position == arguments.count || Self.mayHaveLeftovers(values) else {
            throw interpreter.problem("not all arguments converted during string formatting.")
        }
        return output
    }

    /// Whether Python takes the values for a mapping: all that brackets work on, save texts and
    /// tuples.
    private static func mayHaveLeftovers(_ values: JinjaValue) -> Bool {
        switch values {
        case .mapping, .undefined: true
        case .sequence(let sequence): sequence.kind == .list || sequence.kind == .range
        default: false
        }
    }

    private func parse(
        _ rest: inout String.UnicodeScalarView.SubSequence
    ) throws(ChatError) -> Conversion {
        var conversion = Conversion()
        if rest.first == "(" {
            guard let end = rest.firstIndex(of: ")") else {
                throw interpreter.problem("incomplete format key.")
            }
            conversion.name = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        while let flag = rest.first, "-0+ #".unicodeScalars.contains(flag) {
            rest.removeFirst()
            switch flag {
            case "-": conversion.isLeft = true
            case "0": conversion.hasZeros = true
            case "#": conversion.isAlternate = true
            default: conversion.sign = flag == "+" ? "+" : conversion.sign.isEmpty ? " " : "+"
            }
        }
        conversion.width = Self.number(&rest) ?? 0
        if rest.first == "." {
            rest.removeFirst()
            conversion.precision = Self.number(&rest) ?? 0
        }
        while let modifier = rest.first, "hlL".unicodeScalars.contains(modifier) {
            rest.removeFirst()
        }
        guard let letter = rest.popFirst() else { throw interpreter.problem("incomplete format.") }
        conversion.letter = letter
        return conversion
    }

    private static func number(_ rest: inout String.UnicodeScalarView.SubSequence) -> Int? {
        var digits = ""
        while let digit = rest.first, ("0"..."9").contains(digit) {
            digits.unicodeScalars.append(digit)
            rest.removeFirst()
        }
        return digits.isEmpty ? nil : Int(digits) ?? .max
    }

    private func text(
        of value: JinjaValue,
        _ conversion: Conversion
    ) throws(ChatError) -> String {
        try interpreter.charge(bytes: max(conversion.width, value.extent.weight))
        switch conversion.letter {
        case "s", "r", "a":
            let text = conversion.letter == "s" ? value.text : value.representation
            let shown = conversion.precision.map { String(text.unicodeScalars.prefix($0)) } ?? text
            return padded("", shown, conversion, zeros: false)
        case "c":
            if case .string(let text) = value { return padded("", text, conversion, zeros: false) }
            let scalar = value.integerValue.flatMap { UInt32(exactly: $0) }.flatMap(
                Unicode.Scalar.init
            )
            guard let scalar else { throw interpreter.problem("%c requires an int or a char.") }
            return padded("", String(Character(scalar)), conversion, zeros: false)
        case "d", "i", "u": return try number(of: value, radix: 10, prefix: "", conversion)
        case "x", "X": return try number(of: value, radix: 16, prefix: "0x", conversion)
        case "o": return try number(of: value, radix: 8, prefix: "0o", conversion)
        case "e", "E", "f", "F", "g", "G": return try double(of: value, conversion)
        default:
            throw interpreter.problem(
                "unsupported format character '\(Character(conversion.letter))'."
            )
        }
    }

    private func number(
        of value: JinjaValue,
        radix: Int,
        prefix: String,
        _ conversion: Conversion
    ) throws(ChatError) -> String {
        var number = value.integerValue
        if number == nil, radix == 10, let double = value.doubleValue {
            number = Int(exactly: double.rounded(.towardZero))
        }
        guard let number else {
            throw interpreter.problem(
                "%\(Character(conversion.letter)) format: a number is required, not "
                    + "\(value.typeName)."
            )
        }
        var digits = String(
            number.magnitude,
            radix: radix,
            uppercase: conversion.letter == "X"
        )
        let missing = min(conversion.precision ?? 0, 1000) - digits.utf8.count
        digits = String(repeating: "0", count: max(0, missing)) + digits
        let sign = number < 0 ? "-" : conversion.sign
        return padded(
            sign + (conversion.isAlternate ? prefix : ""),
            digits,
            conversion,
            zeros: true
        )
    }

    private func double(of value: JinjaValue, _ conversion: Conversion) throws(ChatError) -> String
    {
        guard let number = value.doubleValue else {
            throw interpreter.problem("must be real number, not \(value.typeName).")
        }
        let isNegative = number.sign == .minus && !number.isNaN
        let digits = CNumbers.text(
            number.magnitude,
            conversion: conversion.letter,
            precision: conversion.precision ?? 6
        )
        return padded(isNegative ? "-" : conversion.sign, digits, conversion, zeros: true)
    }

    private func padded(
        _ sign: String,
        _ text: String,
        _ conversion: Conversion,
        zeros: Bool
    ) -> String {
        let missing = conversion.width - sign.unicodeScalars.count - text.unicodeScalars.count
        guard missing > 0 else { return sign + text }
        if conversion.isLeft { return sign + text + String(repeating: " ", count: missing) }
        if zeros, conversion.hasZeros {
            return sign + String(repeating: "0", count: missing) + text
        }
        return String(repeating: " ", count: missing) + sign + text
    }
}
