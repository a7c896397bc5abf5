internal import ApusConversation

/// Whether one given value is valid: for `enum`, `const`, and what tells branches apart.
extension SchemaCompiler {
    /// Whether a value is valid under all terms.
    mutating func isValid(
        _ value: JSONValue,
        _ terms: [SchemaTerm]
    ) throws(GrammarError) -> Bool {
        for shape in try shapes(of: terms) where try isValid(value, shape) { return true }
        return false
    }

    /// Whether a value is valid under an alternative.
    mutating func isValid(
        _ value: JSONValue,
        _ shape: SchemaShape
    ) throws(GrammarError) -> Bool {
        guard shape.types.contains(SchemaTypes(of: value)) else { return false }
        if let values = shape.values {
            let key = SchemaValue.key(value)
            guard values.contains(where: { SchemaValue.key($0) == key }) else { return false }
        }
        switch value {
        case .null, .bool: return true
        case .integer, .double: return try isValid(number: value, shape.numbers)
        case .string(let text):
            guard !shape.strings.isTrivial else { return true }
            return try textAutomaton(shape.strings).matches(text)
        case .array(let elements): return try isValid(elements, shape.arrays)
        case .object(let members): return try isValid(members, shape.objects)
        }
    }

    private func isValid(
        number: JSONValue,
        _ numbers: NumberConstraint
    ) throws(GrammarError) -> Bool {
        guard let decimal = Decimal(number) else { return false }
        guard numbers.minimum?.admits(decimal, isMinimum: true) ?? true,
            numbers.maximum?.admits(decimal, isMinimum: false) ?? true
        else { return false }
        for (divisor, _) in numbers.divisors {
            guard decimal.isMultiple(of: divisor) else { return false }
        }
        return true
    }

    private mutating func isValid(
        _ elements: [JSONValue],
        _ arrays: ArrayConstraint
    ) throws(GrammarError) -> Bool {
        guard elements.count >= arrays.minimumCount,
            elements.count <= arrays.maximumCount ?? .max
        else { return false }
        for (position, element) in elements.enumerated() {
            guard try isValid(element, arrays.terms(at: position)) else { return false }
        }
        for inclusion in arrays.inclusions {
            var count = 0
            for element in elements where try isValid(element, [inclusion.term]) { count += 1 }
            guard count >= inclusion.minimum, count <= inclusion.maximum ?? .max else {
                return false
            }
        }
        return arrays.uniquePath == nil
            || Set(elements.map(SchemaValue.key)).count == elements.count
    }

    private mutating func isValid(
        _ members: JSONObject,
        _ objects: ObjectConstraint
    ) throws(GrammarError) -> Bool {
        guard members.count >= objects.minimumCount,
            members.count <= objects.maximumCount ?? .max
        else { return false }
        for key in objects.required where members[key] == nil { return false }
        for (key, value) in members {
            if objects.forbiddenKeys.contains(.init(key)) { return false }
            guard try isValid(value, terms(ofKey: key, in: objects)),
                try isValid(.string(key), objects.names)
            else { return false }
        }
        return true
    }
}
