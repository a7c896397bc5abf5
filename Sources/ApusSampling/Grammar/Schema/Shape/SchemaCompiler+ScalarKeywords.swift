internal import ApusConversation

/// Keywords about types, values, numbers and texts.
extension SchemaCompiler {
    /// Reads a keyword, if it is one of these.
    mutating func scalarKeyword(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ schema: JSONObject,
        _ shape: inout SchemaShape
    ) throws(GrammarError) -> Bool {
        switch key {
        case "type":
            shape.types.formIntersection(try types(value, path))
            if schema["nullable"] == true { shape.types.insert(.null) }
        case "enum": try restrict(&shape, to: values(value, path))
        case "const": try restrict(&shape, to: [value])
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            try bound(key, value, path, &shape.numbers)
        case "multipleOf":
            guard let divisor = Decimal(value), !divisor.isZero, !divisor.isNegative else {
                throw GrammarError(.syntax, "\(path) is not a positive number.")
            }
            shape.numbers.divisors.append((divisor, path))
        case "minLength":
            shape.strings.minimumLength = max(
                shape.strings.minimumLength,
                try Self.count(value, path)
            )
        case "maxLength": shape.strings.maximumLength = try Self.count(value, path)
        case "pattern": try demand(.pattern, value, path, &shape)
        case "format": try format(value, path, schema, &shape)
        case "contentEncoding":
            if value == "base64" { try demand(.encoding, value, path, &shape) }
        default: return false
        }
        return true
    }

    private func types(_ value: JSONValue, _ path: String) throws(GrammarError) -> SchemaTypes {
        var types: SchemaTypes = []
        for name in value.arrayValue ?? [value] {
            guard let name = name.stringValue, let type = SchemaTypes(name: name) else {
                throw GrammarError(.syntax, "\(path): \(name.jsonText()) is not a type.")
            }
            types.formUnion(type)
        }
        return types
    }

    private func values(_ value: JSONValue, _ path: String) throws(GrammarError) -> [JSONValue] {
        guard let values = value.arrayValue else {
            throw GrammarError(.syntax, "\(path) is not an array.")
        }
        guard values.count <= SchemaLimits.values else {
            throw GrammarError(.limit, "\(path) lists more than \(SchemaLimits.values) values.")
        }
        return values
    }

    private func restrict(
        _ shape: inout SchemaShape,
        to values: [JSONValue]
    ) throws(GrammarError) {
        var seen: Set<[UInt8]> = []
        let distinct = values.filter { seen.insert(SchemaValue.key($0)).inserted }
        if let others = shape.values {
            let known = Set(others.map(SchemaValue.key))
            shape.values = distinct.filter { known.contains(SchemaValue.key($0)) }
        } else {
            shape.values = distinct
        }
    }

    private func bound(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ numbers: inout NumberConstraint
    ) throws(GrammarError) {
        if value.boolValue != nil, key.hasPrefix("exclusive") {
            return try refuse(path, "a boolean here is draft 4; draft 2020-12 wants the number.")
        }
        let isMinimum = key.hasSuffix("inimum")
        guard let number = Self.decimal(value, roundedUp: isMinimum) else {
            throw GrammarError(.syntax, "\(path) is not a number.")
        }
        let bound = DecimalBound(value: number, isExclusive: key.hasPrefix("exclusive"))
        if isMinimum {
            numbers.minimum = DecimalBound.tighter(numbers.minimum, bound, isMinimum: true)
        } else {
            numbers.maximum = DecimalBound.tighter(numbers.maximum, bound, isMinimum: false)
        }
    }

    /// A bound; where doubles lie further apart than integers, the next one inside the range.
    private static func decimal(_ value: JSONValue, roundedUp: Bool) -> Decimal? {
        guard case .double(let number) = value, number.magnitude >= 0x1p53 else {
            return Decimal(value)
        }
        let inside = roundedUp ? number.nextUp : number.nextDown
        return Decimal(.double(inside.isFinite ? inside : number))
    }

    private func demand(
        _ kind: StringConstraint.Demand.Kind,
        _ value: JSONValue,
        _ path: String,
        _ shape: inout SchemaShape
    ) throws(GrammarError) {
        guard let text = value.stringValue else {
            throw GrammarError(.syntax, "\(path) is not a string.")
        }
        shape.strings.demands.append(.init(kind: kind, text: text, path: path))
    }

    /// Formats of numbers are ranges; all others are left to texts.
    private func format(
        _ value: JSONValue,
        _ path: String,
        _ schema: JSONObject,
        _ shape: inout SchemaShape
    ) throws(GrammarError) {
        let ranges: [String: (JSONValue, JSONValue)] = [
            "int8": (-128, 127), "uint8": (0, 255),
            "int16": (-32_768, 32_767), "uint16": (0, 65_535),
            "int32": (.integer(Int64(Int32.min)), .integer(Int64(Int32.max))),
            "uint32": (0, .integer(Int64(UInt32.max))),
            "int64": (.integer(.min), .integer(.max)),
        ]
        let name = value.stringValue ?? ""
        guard ranges[name] != nil || name == "float" || name == "double" else {
            return try demand(.format, value, path, &shape)
        }
        if let (minimum, maximum) = ranges[name] {
            try bound("minimum", minimum, path, &shape.numbers)
            try bound("maximum", maximum, path, &shape.numbers)
        }
        let declared = try schema["type"].map { type throws(GrammarError) in
            try types(type, path)
        }
        if declared?.contains(.string) == true { try demand(.format, value, path, &shape) }
    }
}
