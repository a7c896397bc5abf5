extension JinjaInterpreter {
    /// The value of an expression.
    func evaluate(
        _ expression: JinjaExpression,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        line = expression.line
        try charge()
        try enter()
        defer { leave() }
        switch expression.kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .name(let name): return lookUp(name, scope)
        case .list, .tuple, .mapping: return try build(expression.kind, scope)
        case .attribute, .item, .slice: return try access(expression.kind, scope)
        case .call, .filter, .test: return try apply(expression.kind, scope)
        case .binary: return try computeChain(expression.kind, scope)
        default: return try compute(expression.kind, scope)
        }
    }

    // One function a group of expressions, none of them inlined: the stack frame of a function
    // holds what all its cases need, and `evaluate` is on the stack once for every level.

    @inline(never)
    private func build(
        _ kind: JinjaExpression.Kind,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        switch kind {
        case .list(let items): try list(evaluate(items, scope))
        case .tuple(let items): try checked(.tuple(evaluate(items, scope)))
        case .mapping(let pairs): try mapping(pairs, scope)
        default: .none
        }
    }

    @inline(never)
    private func access(
        _ kind: JinjaExpression.Kind,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        switch kind {
        case .attribute(let value, let name): try attribute(name, of: evaluate(value, scope))
        case .item(let value, let key): try item(evaluate(value, scope), evaluate(key, scope))
        case .slice(let value, let slice): try sliced(evaluate(value, scope), slice, scope)
        default: .none
        }
    }

    @inline(never)
    private func apply(
        _ kind: JinjaExpression.Kind,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        switch kind {
        case .call(let function, let arguments):
            try invoke(evaluate(function, scope), evaluate(arguments, scope))
        case .filter(let value, let filter): try apply(filter, to: evaluate(value, scope), scope)
        case .test(let value, let test): try check(test, evaluate(value, scope), scope)
        default: .none
        }
    }

    @inline(never)
    private func compute(
        _ kind: JinjaExpression.Kind,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        switch kind {
        case .unary(let operation, let value):
            return try compute(operation, evaluate(value, scope))
        case .comparison(let left, let chain): return try compare(left, chain, scope)
        case .and(let left, let right):
            let value = try evaluate(left, scope)
            return value.isTrue ? try evaluate(right, scope) : value
        case .or(let left, let right):
            let value = try evaluate(left, scope)
            return value.isTrue ? value : try evaluate(right, scope)
        case .joined(let parts): return try joined(parts, scope)
        case .conditional(let test, let then, let otherwise):
            return try choose(test, then, otherwise, scope)
        default: return .none
        }
    }

    private func lookUp(_ name: String, _ scope: JinjaScope) -> JinjaValue {
        if let value = scope.value(name) { return value }
        if JinjaGlobals.names.contains(name) { return .function(.global(name)) }
        return .undefined("'\(name)' is undefined")
    }

    func evaluate(
        _ expressions: [JinjaExpression],
        _ scope: JinjaScope
    ) throws(ChatError) -> [JinjaValue] {
        var values: [JinjaValue] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, scope)) }
        return values
    }

    @inline(never)
    private func mapping(
        _ pairs: [(key: JinjaExpression, value: JinjaExpression)],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        var mapping = JinjaMapping()
        for (keyExpression, valueExpression) in pairs {
            let key = try evaluate(keyExpression, scope)
            let value = try evaluate(valueExpression, scope)
            mapping.set(try JinjaMapping.Key(key, line: line), key, value)
        }
        return try checked(.mapping(mapping))
    }

    @inline(never)
    private func joined(
        _ parts: [JinjaExpression],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        var result = ""
        for part in parts {
            result += try text(of: evaluate(part, scope))
            try charge(bytes: result.utf8.count)
        }
        return .string(result)
    }

    @inline(never)
    private func choose(
        _ test: JinjaExpression,
        _ then: JinjaExpression,
        _ otherwise: JinjaExpression?,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
        if let otherwise { return try evaluate(otherwise, scope) }
        return .undefined(
            "the inline if-expression evaluated to false and no else section was given"
        )
    }

    private func compare(
        _ first: JinjaExpression,
        _ chain: [(operation: JinjaExpression.Comparison, right: JinjaExpression)],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        var left = try evaluate(first, scope)
        for (operation, expression) in chain {
            let right = try evaluate(expression, scope)
            guard try compare(operation, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    func compare(
        _ operation: JinjaExpression.Comparison,
        _ left: JinjaValue,
        _ right: JinjaValue
    ) throws(ChatError) -> Bool {
        try charge(bytes: min(left.extent.weight, right.extent.weight))
        switch operation {
        case .equal: return JinjaValue.equal(left, right)
        case .notEqual: return !JinjaValue.equal(left, right)
        case .less: return try JinjaValue.precedes(left, right, line: line)
        case .greater: return try JinjaValue.precedes(right, left, operation: ">", line: line)
        case .lessOrEqual:
            return try JinjaValue.precedes(left, right, operation: "<=", line: line)
                || JinjaValue.equal(left, right)
        case .greaterOrEqual:
            return try JinjaValue.precedes(right, left, operation: ">=", line: line)
                || JinjaValue.equal(left, right)
        case .contained: return try contains(right, left)
        case .notContained: return try !contains(right, left)
        }
    }

    /// Python's `item in container`.
    func contains(_ container: JinjaValue, _ item: JinjaValue) throws(ChatError) -> Bool {
        try charge(bytes: container.extent.weight)
        switch container {
        case .string(let text):
            guard case .string(let part) = item else {
                throw problem(
                    "'in <string>' requires string as left operand, not \(item.typeName)."
                )
            }
            return TextSearch.first(part, in: text) != nil
        case .mapping(let mapping): return mapping[try JinjaMapping.Key(item, line: line)] != nil
        default: return try items(of: container).contains { JinjaValue.equal($0, item) }
        }
    }
}
