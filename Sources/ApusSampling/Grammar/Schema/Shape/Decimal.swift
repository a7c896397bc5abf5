internal import ApusConversation

/// A decimal number as digits: exact, and of any size a double can have.
struct Decimal: Hashable {
    var isNegative: Bool
    /// Digits before the point, without leading zeros; empty below one.
    var whole: [UInt8]
    /// Digits after the point, without trailing zeros.
    var fraction: [UInt8]

    var isZero: Bool { whole.isEmpty && fraction.isEmpty }

    /// A number of a schema, or nil for other values.
    ///
    /// Doubles stand for the shortest decimal that reads back as them.
    init?(_ value: JSONValue) {
        switch value {
        case .integer(let number):
            self.init(isNegative: number < 0, digits: String(number.magnitude), exponent: 0)
        case .double(let number) where number.isFinite:
            self.init(number)
        default: return nil
        }
    }

    init(_ number: Double) {
        let parts = "\(number.magnitude)".split(separator: "e", maxSplits: 1)
        let digits = parts[0].split(separator: ".", maxSplits: 1)
        let fraction = digits.count > 1 ? digits[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        self.init(
            isNegative: number < 0,
            digits: digits[0] + fraction,
            exponent: exponent - fraction.count
        )
    }

    init(_ number: Int) {
        self.init(isNegative: number < 0, digits: String(number.magnitude), exponent: 0)
    }

    /// `digits` times ten to the power of `exponent`.
    private init(isNegative: Bool, digits: some StringProtocol, exponent: Int) {
        var whole = digits.utf8.map { $0 - UInt8(ascii: "0") }
        var fraction: [UInt8] = []
        if exponent >= 0 {
            whole += [UInt8](repeating: 0, count: exponent)
        } else {
            let missing = max(-exponent - whole.count, 0)
            whole = [UInt8](repeating: 0, count: missing) + whole
            fraction = Array(whole.suffix(-exponent))
            whole.removeLast(-exponent)
        }
        self.whole = Array(whole.drop { $0 == 0 })
        while fraction.last == 0 { fraction.removeLast() }
        self.fraction = fraction
        self.isNegative = isNegative && !(self.whole.isEmpty && fraction.isEmpty)
    }

    /// The number without its sign.
    var magnitude: Decimal {
        var positive = self
        positive.isNegative = false
        return positive
    }

    /// The number with the other sign.
    var negated: Decimal {
        var other = self
        other.isNegative = !isNegative && !isZero
        return other
    }
}

extension Decimal: Comparable {
    static func < (left: Decimal, right: Decimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        if left.isNegative { return right.negated < left.negated }
        if left.whole.count != right.whole.count { return left.whole.count < right.whole.count }
        if left.whole != right.whole { return left.whole.lexicographicallyPrecedes(right.whole) }
        return left.fraction.lexicographicallyPrecedes(right.fraction)
    }
}

/// An end of a range of numbers.
struct DecimalBound: Hashable {
    var value: Decimal
    var isExclusive: Bool

    /// The end that leaves fewer numbers, where nil is no end.
    static func tighter(
        _ left: DecimalBound?,
        _ right: DecimalBound?,
        isMinimum: Bool
    ) -> DecimalBound? {
        guard let left, let right else { return left ?? right }
        if left.value == right.value { return left.isExclusive ? left : right }
        return (left.value > right.value) == isMinimum ? left : right
    }

    /// Whether a number lies on the right side of it.
    func admits(_ number: Decimal, isMinimum: Bool) -> Bool {
        if number == value { return !isExclusive }
        return (number > value) == isMinimum
    }
}
