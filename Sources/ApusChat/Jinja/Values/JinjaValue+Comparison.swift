extension JinjaValue {
    /// Python's `==`.
    static func equal(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)): return PythonText.equal(left, right)
        case (.sequence(let left), .sequence(let right)):
            return left.kind == right.kind && left.items.count == right.items.count
                && zip(left.items, right.items).allSatisfy { equal($0, $1) }
        case (.mapping(let left), .mapping(let right)): return equal(left, right)
        case (.object(let left), .object(let right)): return left === right
        default: break
        }
        if let left = left.integerValue, let right = right.integerValue { return left == right }
        if let left = left.doubleValue, let right = right.doubleValue { return left == right }
        return false
    }

    private static func equal(_ left: JinjaMapping, _ right: JinjaMapping) -> Bool {
        guard left.count == right.count else { return false }
        for (key, value) in zip(left.keys, left.values) {
            guard let key = try? JinjaMapping.Key(key, line: 0), let other = right[key],
                equal(value, other)
            else { return false }
        }
        return true
    }

    /// Python's `<`.
    ///
    /// Throws: `ChatError` when Python does not order the two, naming `operation`.
    static func precedes(
        _ left: JinjaValue,
        _ right: JinjaValue,
        operation: String = "<",
        line: Int
    ) throws(ChatError) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)): return PythonText.precedes(left, right)
        case (.sequence(let one), .sequence(let two)) where one.kind == two.kind:
            for (left, right) in zip(one.items, two.items) where !equal(left, right) {
                return try precedes(left, right, operation: operation, line: line)
            }
            return one.items.count < two.items.count
        default: break
        }
        if let left = left.integerValue, let right = right.integerValue { return left < right }
        if let left = left.doubleValue, let right = right.doubleValue { return left < right }
        for case .undefined(let problem) in [left, right] {
            throw ChatError(.evaluation, line: line, problem + ".")
        }
        throw ChatError(
            .evaluation,
            line: line,
            "'\(operation)' is not supported between instances of '\(left.typeName)' and "
                + "'\(right.typeName)'."
        )
    }
}
