extension JinjaInterpreter {
    func compute(
        _ operation: JinjaExpression.Unary,
        _ value: JinjaValue
    ) throws(ChatError) -> JinjaValue {
        if operation == .not { return .bool(!value.isTrue) }
        if let number = value.integerValue {
            return operation == .minus
                ? try integer(0.subtractingReportingOverflow(number)) : .integer(number)
        }
        if let number = value.doubleValue { return .double(operation == .minus ? -number : number) }
        try requireDefined(value)
        throw problem("bad operand type for unary operator: '\(value.typeName)'.")
    }

    /// Evaluates operators whose left operands are operators themselves, without recursion:
    /// templates add up long chains.
    func computeChain(
        _ kind: JinjaExpression.Kind,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        var pending: [(operation: JinjaExpression.Binary, right: JinjaExpression, line: Int)] = []
        var kind = kind
        var left: JinjaExpression?
        while case .binary(let operation, let next, let right) = kind {
            pending.append((operation, right, right.line))
            left = next
            kind = next.kind
        }
        guard let left else { return .none }
        var value = try evaluate(left, scope)
        while let (operation, right, operatorLine) = pending.popLast() {
            let operand = try evaluate(right, scope)
            line = operatorLine
            value = try compute(operation, value, operand)
        }
        return value
    }

    func compute(
        _ operation: JinjaExpression.Binary,
        _ left: JinjaValue,
        _ right: JinjaValue
    ) throws(ChatError) -> JinjaValue {
        try charge()
        if let left = left.integerValue, let right = right.integerValue {
            return try compute(operation, left, right)
        }
        if let left = left.doubleValue, let right = right.doubleValue {
            return try compute(operation, left, right)
        }
        switch (operation, left, right) {
        case (.add, .string(let left), .string(let right)):
            try charge(bytes: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.add, .sequence(let left), .sequence(let right))
        where left.kind == right.kind && (left.kind == .list || left.kind == .tuple):
            return try sequence(left.kind, left.items + right.items)
        case (.multiply, .string(let text), _):
            if let count = right.integerValue { return try repeated(text, count) }
        case (.multiply, _, .string(let text)):
            if let count = left.integerValue { return try repeated(text, count) }
        case (.multiply, .sequence(let items), _) where items.kind != .range:
            if let count = right.integerValue { return try repeated(items, count) }
        case (.multiply, _, .sequence(let items)) where items.kind != .range:
            if let count = left.integerValue { return try repeated(items, count) }
        case (.modulo, .string(let layout), _):
            return try string(PercentFormat(self).format(layout, right))
        default: break
        }
        try requireDefined(left)
        try requireDefined(right)
        throw problem(
            "unsupported operand types for \(operation.rawValue): '\(left.typeName)' and "
                + "'\(right.typeName)'."
        )
    }

    /// Refuses to work with what is not there.
    func requireDefined(_ value: JinjaValue) throws(ChatError) {
        if case .undefined(let reason) = value { throw problem(reason + ".") }
    }

    func sequence(
        _ kind: JinjaSequence.Kind,
        _ items: [JinjaValue]
    ) throws(ChatError) -> JinjaValue {
        try charge(items.count, times: MemoryLayout<JinjaValue>.stride)
        return try checked(.sequence(JinjaSequence(kind, items)))
    }

    private func repeated(_ text: String, _ count: Int) throws(ChatError) -> JinjaValue {
        try charge(count, times: text.utf8.count)
        return .string(String(repeating: text, count: max(0, count)))
    }

    private func repeated(_ items: JinjaSequence, _ count: Int) throws(ChatError) -> JinjaValue {
        let size = items.items.count * MemoryLayout<JinjaValue>.stride
        try charge(count, times: size)
        guard size > 0, count > 0 else { return .sequence(JinjaSequence(items.kind, [])) }
        var result: [JinjaValue] = []
        for _ in 0..<count { result += items.items }
        return try checked(.sequence(JinjaSequence(items.kind, result)))
    }

    // MARK: Numbers

    private func integer(
        _ result: (partialValue: Int, overflow: Bool)
    ) throws(ChatError) -> JinjaValue {
        guard !result.overflow else { throw problem("an integer grows beyond 64 bits.") }
        return .integer(result.partialValue)
    }

    private func compute(
        _ operation: JinjaExpression.Binary,
        _ left: Int,
        _ right: Int
    ) throws(ChatError) -> JinjaValue {
        switch operation {
        case .add: return try integer(left.addingReportingOverflow(right))
        case .subtract: return try integer(left.subtractingReportingOverflow(right))
        case .multiply: return try integer(left.multipliedReportingOverflow(by: right))
        case .divide: return try compute(operation, Double(left), Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw problem("integer division or modulo by zero.") }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
            // Python rounds down, Swift towards zero.
            let adjusts = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .integer(adjusts ? remainder + right : remainder) }
            return try integer((adjusts ? quotient - 1 : quotient, overflow))
        case .power: return try power(left, right)
        }
    }

    private func power(_ base: Int, _ exponent: Int) throws(ChatError) -> JinjaValue {
        guard exponent >= 0 else { return try compute(.power, Double(base), Double(exponent)) }
        var result = 1
        var factor = base
        var remaining = exponent
        while remaining > 0 {
            if remaining & 1 == 1 {
                guard case .integer(let product) = try compute(.multiply, result, factor) else {
                    break
                }
                result = product
            }
            remaining >>= 1
            guard remaining > 0 else { break }
            guard case .integer(let square) = try compute(.multiply, factor, factor) else { break }
            factor = square
        }
        return .integer(result)
    }

    private func compute(
        _ operation: JinjaExpression.Binary,
        _ left: Double,
        _ right: Double
    ) throws(ChatError) -> JinjaValue {
        switch operation {
        case .add: return .double(left + right)
        case .subtract: return .double(left - right)
        case .multiply: return .double(left * right)
        case .power:
            let result = CNumbers.power(left, right)
            guard result.isFinite || !left.isFinite || !right.isFinite else {
                throw problem("a power is no real number.")
            }
            return .double(result)
        case .divide, .floorDivide, .modulo: break
        }
        guard right != 0 else { throw problem("division by zero.") }
        switch operation {
        case .divide: return .double(left / right)
        case .floorDivide: return .double((left / right).rounded(.down))
        default:
            let remainder = left.truncatingRemainder(dividingBy: right)
            let adjusts = remainder != 0 && (remainder < 0) != (right < 0)
            return .double(adjusts ? remainder + right : remainder)
        }
    }
}
