/// Numbers.
extension SchemaCompiler {
    /// Remainders that are told apart at most.
    private static let remainderLimit = 1_000

    /// The numbers of a shape.
    mutating func lowerNumbers(_ shape: SchemaShape) throws(GrammarError) -> GrammarExpression {
        let numbers = shape.numbers
        let isPlain =
            numbers.minimum == nil && numbers.maximum == nil && numbers.divisors.isEmpty
        if isPlain, shape.types.isSuperset(of: .number) { return try generic(.number) }
        let automaton = try numberAutomaton(shape)
        guard !automaton.states.isEmpty else { return .nothing }
        return try shared(isPlain ? "integer" : "number", .automaton(automaton))
    }

    /// The numbers of a shape as an automaton, without states if there are none.
    func numberAutomaton(_ shape: SchemaShape) throws(GrammarError) -> ByteAutomaton {
        var range = NumberRange(
            minimum: shape.numbers.minimum,
            maximum: shape.numbers.maximum,
            hasFraction: shape.types.contains(.fraction)
        )
        range.excludesWhole = !shape.types.contains(.integer)
        try divide(&range, by: shape.numbers.divisors)
        return try range.automaton()
    }

    private func divide(
        _ range: inout NumberRange,
        by divisors: [(divisor: Decimal, path: String)]
    ) throws(GrammarError) {
        guard let first = divisors.first else { return }
        let scale = divisors.reduce(0) { max($0, $1.divisor.fraction.count) }
        var units = 1
        for (divisor, path) in divisors {
            guard let other = divisor.units(scale: scale), let both = Self.multiple(units, other)
            else {
                try refuse(path, "its digits are too many.")
                return
            }
            units = both
        }
        guard let divisor = Self.divisor(units, scale) else {
            try refuse(first.path, "\(units) remainders are too many to tell apart.")
            return
        }
        range.divisor = divisor
        if scale == 0 { range.hasFraction = false }
    }

    /// Splits powers of ten off, where remainders would be too many.
    private static func divisor(_ units: Int, _ scale: Int) -> NumberRange.Divisor? {
        if units <= remainderLimit { return .init(odd: units, zeros: 0, scale: scale) }
        var odd = units
        var zeros = 0
        while odd % 10 == 0 {
            odd /= 10
            zeros += 1
        }
        guard scale == 0, odd <= remainderLimit, odd % 2 != 0, odd % 5 != 0 else { return nil }
        return .init(odd: odd, zeros: zeros, scale: scale)
    }

    /// The least common multiple, or nil when it is very large.
    private static func multiple(_ left: Int, _ right: Int) -> Int? {
        var (first, second) = (left, right)
        while second != 0 { (first, second) = (second, first % second) }
        let (product, overflow) = (left / first).multipliedReportingOverflow(by: right)
        return overflow ? nil : product
    }
}

extension Decimal {
    /// The magnitude times 10^`scale`, if `Int` holds it.
    func units(scale: Int) -> Int? {
        guard fraction.count <= scale, whole.count + scale <= 18 else { return nil }
        let digits = whole + fraction + [UInt8](repeating: 0, count: scale - fraction.count)
        return digits.reduce(0) { $0 * 10 + Int($1) }
    }

    /// Whether this divided by `divisor` is whole.
    func isMultiple(of divisor: Decimal) -> Bool {
        let scale = max(fraction.count, divisor.fraction.count)
        guard let divisor = divisor.units(scale: scale), divisor < 1 << 55 else { return isZero }
        let padding = [UInt8](repeating: 0, count: scale - fraction.count)
        return (whole + fraction + padding).reduce(0) { ($0 * 10 + Int($1)) % divisor } == 0
    }
}
