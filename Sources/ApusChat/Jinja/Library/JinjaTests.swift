/// The tests of `jinja2.tests`, that is what can stand after `is`.
struct JinjaTests {
    private let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    /// Whether a test holds for a value.
    ///
    /// Throws: `ChatError` when there is no such test, or it cannot be made with these values.
    func check(
        _ name: String,
        _ value: JinjaValue,
        _ arguments: [JinjaValue]
    ) throws(ChatError) -> Bool {
        if let operation = Self.comparisons[name] {
            return try interpreter.compare(operation, value, argument(name, arguments))
        }
        guard arguments.isEmpty || ["divisibleby", "sameas"].contains(name) else {
            throw interpreter.problem("the test '\(name)' takes no value to compare with.")
        }
        if let test = Self.plain[name] { return test(value) }
        switch name {
        case "odd", "even", "divisibleby": return try divides(name, value, arguments)
        case "lower", "upper":
            let text = try interpreter.text(of: value)
            return PythonText.test(name == "lower" ? "islower" : "isupper", text)
        case "sameas": return Self.isSame(value, try argument(name, arguments))
        case "filter":
            _ = try JinjaMapping.Key(value, line: interpreter.line)
            return JinjaFilters.exists(try interpreter.text(of: value))
        case "test":
            _ = try JinjaMapping.Key(value, line: interpreter.line)
            let name = try interpreter.text(of: value)
            return Self.comparisons[name] != nil || Self.plain[name] != nil
                || Self.others.contains(name)
        default:
            throw ChatError(.syntax, line: interpreter.line, "there is no test named '\(name)'.")
        }
    }

    private static let others: Set<String> = [
        "odd", "even", "divisibleby", "lower", "upper", "sameas", "filter", "test",
    ]

    private static let comparisons: [String: JinjaExpression.Comparison] = [
        "eq": .equal, "equalto": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual,
        "lt": .less, "lessthan": .less, "<": .less, "le": .lessOrEqual, "<=": .lessOrEqual,
        "gt": .greater, "greaterthan": .greater, ">": .greater, "ge": .greaterOrEqual,
        ">=": .greaterOrEqual, "in": .contained,
    ]

    private static let plain: [String: @Sendable (JinjaValue) -> Bool] = [
        "defined": { !$0.isUndefined },
        "undefined": { $0.isUndefined },
        "none": { if case .none = $0 { true } else { false } },
        "boolean": { if case .bool = $0 { true } else { false } },
        "true": { if case .bool(true) = $0 { true } else { false } },
        "false": { if case .bool(false) = $0 { true } else { false } },
        "integer": { if case .integer = $0 { true } else { false } },
        "float": { if case .double = $0 { true } else { false } },
        "number": { $0.doubleValue != nil },
        "string": { if case .string = $0 { true } else { false } },
        "mapping": { if case .mapping = $0 { true } else { false } },
        "escaped": { _ in false },
        "callable": isCallable,
        "iterable": isIterable,
        "sequence": isSequence,
    ]

    private func argument(_ name: String, _ values: [JinjaValue]) throws(ChatError) -> JinjaValue {
        guard let value = values.first, values.count == 1 else {
            throw interpreter.problem("the test '\(name)' needs one value to compare with.")
        }
        return value
    }

    private func divides(
        _ name: String,
        _ value: JinjaValue,
        _ arguments: [JinjaValue]
    ) throws(ChatError) -> Bool {
        let divisor = name == "divisibleby" ? try argument(name, arguments) : .integer(2)
        let remainder = try interpreter.compute(.modulo, value, divisor)
        return remainder.doubleValue == (name == "odd" ? 1 : 0)
    }

    private static func isCallable(_ value: JinjaValue) -> Bool {
        switch value {
        case .function: true
        case .object(let object): object is JinjaJoiner || object is JinjaLoopState
        // An Undefined has `__call__`, if only to complain.
        case .undefined: true
        default: false
        }
    }

    private static func isIterable(_ value: JinjaValue) -> Bool {
        switch value {
        case .undefined, .string, .sequence, .mapping: true
        case .object(let object): object is JinjaIterator
        default: false
        }
    }

    private static func isSequence(_ value: JinjaValue) -> Bool {
        switch value {
        case .undefined, .string, .mapping: true
        case .sequence(let sequence): sequence.kind.isIndexed
        default: false
        }
    }

    /// Python's `is`, as far as values have an identity here.
    private static func isSame(_ left: JinjaValue, _ right: JinjaValue) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.string(let left), .string(let right)): PythonText.equal(left, right)
        case (.object(let left), .object(let right)): left === right
        default: false
        }
    }
}
