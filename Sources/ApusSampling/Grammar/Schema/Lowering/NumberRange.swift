/// The numbers between two bounds that are multiples of another, as JSON spells them plainly.
///
///     number = "-"? whole ( "." digits )?       whole = "0" | [1-9] digits?
///
/// Digits are compared with those of a bound from left to right. Before the point it is not known
/// yet which digit of the bound a digit faces, so the comparison is as if both had equally many
/// and is settled by the count at the point. Negative numbers are the positive ones of the
/// mirrored range behind a minus; zero is never negative.
///
/// Multiples of `units` / 10^`scale` (`units` = `odd` · 10^`zeros`): the remainder of the digits
/// by `odd` must be 0 once there are `scale` digits after the point, and before that zeros must
/// end the number as often as `zeros` says.
struct NumberRange {
    var minimum: DecimalBound?
    var maximum: DecimalBound?
    /// Whether there may be a point.
    var hasFraction: Bool
    /// Whether the value must not be whole.
    var excludesWhole = false
    /// What every number must be a multiple of.
    var divisor: Divisor?

    /// `units` / 10^`scale`.
    struct Divisor {
        var odd: Int
        var zeros: Int
        var scale: Int
    }

    /// Most digits of an integer without a bound, and of a number with a fraction.
    static let integerDigits = 18
    static let numberDigits = 15

    /// How digits so far compare with those of a bound.
    private enum Order: Hashable { case below, equal, above }

    private struct State: Hashable {
        enum Phase: Hashable { case start, minus, zero, whole, point, fraction }
        var phase = Phase.start
        var isNegative = false
        var wholeCount = 0
        var fractionCount = 0
        var low = Order.equal
        var high = Order.equal
        var remainder = 0
        var trailingZeros = 0
        var isWhole = true
    }

    /// The bounds of magnitudes on one side of zero.
    private struct Side {
        var low: DecimalBound
        var high: DecimalBound?
        var wholeLimit: Int
    }

    /// The texts; no states when there are none.
    ///
    /// Throws: `limit`.
    func automaton() throws(GrammarError) -> ByteAutomaton {
        let sides = [side(isNegative: false), side(isNegative: true)]
        return try AutomatonExploration.automaton(
            from: State(),
            alphabet: Array("-.0123456789".utf8),
            accepts: { state in
                guard let side = sides[state.isNegative ? 1 : 0] else { return false }
                return accepts(state, side)
            },
            next: { state, byte in
                if byte == UInt8(ascii: "-") {
                    guard state.phase == .start, sides[1] != nil else { return nil }
                    return State(phase: .minus, isNegative: true)
                }
                guard let side = sides[state.isNegative ? 1 : 0] else { return nil }
                return next(state, byte, side).map { merged($0, side) }
            }
        )
    }

    private func side(isNegative: Bool) -> Side? {
        let zero = Decimal(0)
        let (near, far) = isNegative ? (maximum, minimum) : (minimum, maximum)
        let mirrored = { (bound: DecimalBound) in
            isNegative
                ? DecimalBound(value: bound.value.negated, isExclusive: bound.isExclusive) : bound
        }
        let start = DecimalBound(value: zero, isExclusive: isNegative)
        let low = DecimalBound.tighter(start, near.map(mirrored), isMinimum: true) ?? start
        let high = far.map(mirrored)
        if let high, high.value < low.value { return nil }
        let free = hasFraction ? Self.numberDigits : Self.integerDigits
        let limit = high?.value.whole.count ?? max(free, low.value.whole.count + 1)
        return Side(low: low, high: high, wholeLimit: max(limit, 1))
    }

    /// Forgets what cannot matter any more, so that fewer states are told apart.
    private func merged(_ state: State, _ side: Side) -> State {
        var state = state
        if !excludesWhole { state.isWhole = true }
        if side.low.value.isZero, !side.low.isExclusive { state.low = .above }
        let isSettled = state.low != .equal && state.high != .equal
        if state.phase == .fraction, isSettled, divisor == nil {
            state.wholeCount = max(state.wholeCount, 1) + state.fractionCount
            state.fractionCount = 0
        }
        return state
    }

    // MARK: Steps

    private func next(_ state: State, _ byte: UInt8, _ side: Side) -> State? {
        if byte == UInt8(ascii: ".") {
            guard hasFraction, state.phase == .zero || state.phase == .whole else { return nil }
            return afterPoint(state, side)
        }
        let digit = byte - UInt8(ascii: "0")
        switch state.phase {
        case .start, .minus: return firstDigit(state, digit, side)
        case .zero: return nil
        case .whole: return wholeDigit(state, digit, side)
        case .point, .fraction: return fractionDigit(state, digit, side)
        }
    }

    private func firstDigit(_ state: State, _ digit: UInt8, _ side: Side) -> State? {
        guard digit > 0 else {
            var next = state
            next.phase = .zero
            // Enough to be a multiple of any power of ten.
            next.trailingZeros = divisor?.zeros ?? 0
            return next
        }
        return wholeDigit(state, digit, side)
    }

    private func wholeDigit(_ state: State, _ digit: UInt8, _ side: Side) -> State? {
        var next = state
        next.phase = .whole
        next.wholeCount += 1
        guard next.wholeCount <= side.wholeLimit else { return nil }
        next.low = compare(state.low, digit, side.low.value.whole, state.wholeCount)
        if let high = side.high {
            next.high = compare(state.high, digit, high.value.whole, state.wholeCount)
            if next.wholeCount == high.value.whole.count, next.high == .above { return nil }
        }
        take(digit, &next)
        return next
    }

    private func afterPoint(_ state: State, _ side: Side) -> State? {
        var next = state
        next.phase = .point
        next.low = settled(state.low, state.wholeCount, side.low.value)
        if let high = side.high {
            next.high = settled(state.high, state.wholeCount, high.value)
            if next.high == .above { return nil }
        } else {
            next.high = .below
        }
        return next
    }

    private func fractionDigit(_ state: State, _ digit: UInt8, _ side: Side) -> State? {
        var next = state
        next.phase = .fraction
        next.fractionCount += 1
        let limit = Self.numberDigits - max(state.wholeCount, 1)
        guard next.fractionCount <= min(limit, divisor?.scale ?? limit) else { return nil }
        next.low = compare(state.low, digit, side.low.value.fraction, state.fractionCount)
        if let high = side.high {
            next.high = compare(state.high, digit, high.value.fraction, state.fractionCount)
            if next.high == .above { return nil }
        }
        if digit > 0 { next.isWhole = false }
        take(digit, &next)
        return next
    }

    private func take(_ digit: UInt8, _ state: inout State) {
        guard let divisor else { return }
        state.remainder = (state.remainder * 10 + Int(digit)) % divisor.odd
        state.trailingZeros = digit == 0 ? min(state.trailingZeros + 1, divisor.zeros) : 0
    }

    /// The comparison after one more digit, against zeros where the bound has no more.
    private func compare(
        _ order: Order,
        _ digit: UInt8,
        _ bound: [UInt8],
        _ position: Int
    ) -> Order {
        guard order == .equal else { return order }
        let other = position < bound.count ? bound[position] : 0
        return digit == other ? .equal : digit < other ? .below : .above
    }

    /// The comparison of the whole parts once their lengths are known.
    private func settled(_ order: Order, _ count: Int, _ bound: Decimal) -> Order {
        if count == bound.whole.count { return order }
        return count < bound.whole.count ? .below : .above
    }

    // MARK: Ends

    private func accepts(_ state: State, _ side: Side) -> Bool {
        switch state.phase {
        case .start, .minus, .point: return false
        case .zero, .whole, .fraction: break
        }
        if excludesWhole, state.isWhole { return false }
        guard isMultiple(state) else { return false }
        let isSettled = state.phase == .fraction
        let low = isSettled ? state.low : settled(state.low, state.wholeCount, side.low.value)
        guard isInside(low, state, side.low, inside: .above) else { return false }
        guard let bound = side.high else { return true }
        let high = isSettled ? state.high : settled(state.high, state.wholeCount, bound.value)
        return isInside(high, state, bound, inside: .below)
    }

    private func isInside(
        _ order: Order,
        _ state: State,
        _ bound: DecimalBound,
        inside: Order
    ) -> Bool {
        guard order == .equal else { return order == inside }
        // Digits of the bound that are left make it the greater one; its last is never a zero.
        guard bound.value.fraction.count <= state.fractionCount else { return inside == .below }
        return !bound.isExclusive
    }

    private func isMultiple(_ state: State) -> Bool {
        guard let divisor else { return true }
        var remainder = state.remainder
        for _ in 0..<(divisor.scale - state.fractionCount) {
            remainder = remainder * 10 % divisor.odd
        }
        return remainder == 0 && state.trailingZeros >= divisor.zeros
    }
}
