internal import ApusConversation

/// `not`: what is invalid under a schema, as alternatives.
///
/// A schema fails when one of its keywords does, so its negation is the union of the negations of
/// its keywords; each is limited to the types that the keyword is about.
extension SchemaCompiler {
    /// The alternatives of what is not valid under a schema.
    mutating func negation(
        of schema: JSONObject,
        at place: Int
    ) throws(GrammarError) -> [SchemaShape] {
        var results: [SchemaShape] = []
        for (key, value) in schema where !key.hasPrefix("x-") {
            let path = SchemaPointer.appending(key, to: document.places[place].path)
            guard let shapes = try negation(ofKeyword: key, value, path, place) else {
                throw GrammarError(.unsupported, "\(path) cannot be negated.")
            }
            results += shapes
        }
        return results
    }

    /// Alternatives that fail a keyword, nil where that cannot be said.
    private mutating func negation(
        ofKeyword key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int
    ) throws(GrammarError) -> [SchemaShape]? {
        switch key {
        case "title", "description", "$comment", "default", "examples", "$schema", "$id": return []
        case "type", "minLength", "maxLength", "pattern", "minimum", "maximum",
            "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "minProperties",
            "maxProperties":
            return try simpleNegation(key, value, path, place)
        case "const": return excluding([value])
        case "enum": return value.arrayValue.flatMap(excluding)
        case "required":
            return try Self.names(value, path).map { name in
                var shape = SchemaShape()
                shape.types = .object
                shape.objects.forbiddenKeys.insert(.init(name))
                return shape
            }
        case "properties":
            return try negatedProperties(value, place)
        case "not": return try shapes(of: child(place, key))
        case "allOf", "anyOf":
            var results = key == "anyOf" ? [SchemaShape()] : []
            for position in (value.arrayValue ?? []).indices {
                var term = try child(place, key, String(position))
                term.isNegated = true
                let shapes = try shapes(of: term)
                results = key == "anyOf" ? try product(results, shapes) : results + shapes
            }
            return results
        case "$ref":
            let resource = document.places[place].resource
            guard let reference = value.stringValue,
                let target = document.place(ofReference: reference, from: resource)
            else { return nil }
            return try shapes(of: SchemaTerm(place: target, isNegated: true))
        default: return nil
        }
    }

    private mutating func negatedProperties(
        _ value: JSONValue,
        _ place: Int
    ) throws(GrammarError) -> [SchemaShape] {
        var results: [SchemaShape] = []
        for key in value.objectValue?.keys ?? [] {
            var term = try child(place, "properties", key)
            term.isNegated = true
            var facet = ObjectConstraint.Facet()
            facet.isCondition = true
            facet.add(key, [term])
            var shape = SchemaShape()
            shape.types = .object
            shape.objects.facets = [facet]
            shape.objects.require(key)
            results.append(shape)
        }
        return results
    }

    /// Keywords whose negation is a keyword.
    private mutating func simpleNegation(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int
    ) throws(GrammarError) -> [SchemaShape] {
        var shape = SchemaShape()
        _ = try scalarKeyword(key, value, path, [:], &shape)
        var facet = ArrayConstraint.Facet()
        _ = try arrayKeyword(key, value, path, place, &shape, &facet)
        _ = try objectKeyword(key, value, path, place, &shape)
        var result = SchemaShape()
        switch key {
        case "type": result.types = SchemaTypes.all.subtracting(shape.types)
        case "minLength", "maxLength", "pattern":
            result.types = .string
            result.strings.maximumLength = Self.below(shape.strings.minimumLength)
            result.strings.minimumLength = shape.strings.maximumLength.map { $0 + 1 } ?? 0
            result.strings.demands = shape.strings.demands.map { demand in
                var negated = demand
                negated.isNegated.toggle()
                return negated
            }
        case "minItems", "maxItems":
            result.types = .array
            result.arrays.maximumCount = Self.below(shape.arrays.minimumCount)
            result.arrays.minimumCount = shape.arrays.maximumCount.map { $0 + 1 } ?? 0
        case "minProperties", "maxProperties":
            result.types = .object
            result.objects.maximumCount = Self.below(shape.objects.minimumCount)
            result.objects.minimumCount = shape.objects.maximumCount.map { $0 + 1 } ?? 0
        default:
            result.types = .number
            result.numbers.maximum = shape.numbers.minimum.map(Self.outside)
            result.numbers.minimum = shape.numbers.maximum.map(Self.outside)
        }
        let isTrivial = ["minLength", "minItems", "minProperties"].contains(key) && value == 0
        return result.types.isEmpty || isTrivial ? [] : [result]
    }

    private static func below(_ count: Int) -> Int? { count == 0 ? nil : count - 1 }

    private static func outside(_ bound: DecimalBound) -> DecimalBound {
        DecimalBound(value: bound.value, isExclusive: !bound.isExclusive)
    }

    /// Everything but some values, nil where an array or object with content is among them.
    private func excluding(_ values: [JSONValue]) -> [SchemaShape]? {
        var results: [SchemaShape] = []
        var plain = SchemaShape()
        plain.types.subtract(.number)
        var booleans: [JSONValue] = [true, false]
        for value in values {
            switch value {
            case .null: plain.types.remove(.null)
            case .bool: booleans.removeAll { $0 == value }
            case .string(let text):
                plain.strings.demands.append(
                    .init(kind: .excludedText, text: text, isNegated: true, path: "")
                )
            case .integer, .double: break
            case .array(let elements):
                guard elements.isEmpty else { return nil }
                plain.arrays.minimumCount = 1
            case .object(let members):
                guard members.isEmpty else { return nil }
                plain.objects.minimumCount = 1
            }
        }
        if booleans.count < 2 {
            plain.types.remove(.boolean)
            var rest = SchemaShape()
            rest.types = .boolean
            rest.values = booleans
            if !booleans.isEmpty { results.append(rest) }
        }
        results.append(plain)
        return results + gaps(between: Set(values.compactMap(Decimal.init)).sorted())
    }

    /// The numbers before, between and after some numbers.
    private func gaps(between numbers: [Decimal]) -> [SchemaShape] {
        let ends = numbers.map { DecimalBound(value: $0, isExclusive: true) }
        return (0...ends.count).map { position in
            var shape = SchemaShape()
            shape.types = .number
            shape.numbers.minimum = position > 0 ? ends[position - 1] : nil
            shape.numbers.maximum = position < ends.count ? ends[position] : nil
            return shape
        }
    }
}
