/// Sets of texts.
extension ScalarAutomaton {
    private enum Combination { case intersection, union, difference }

    /// Texts of both.
    ///
    /// Throws: `limit`.
    package func intersection(
        _ other: ScalarAutomaton,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) -> ScalarAutomaton {
        try combined(.intersection, other, stateLimit)
    }

    /// Texts of either.
    ///
    /// Throws: `limit`.
    package func union(
        _ other: ScalarAutomaton,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) -> ScalarAutomaton {
        try combined(.union, other, stateLimit)
    }

    /// Texts of this one that are not the other's.
    ///
    /// Throws: `limit`.
    package func subtracting(
        _ other: ScalarAutomaton,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) -> ScalarAutomaton {
        try combined(.difference, other, stateLimit)
    }

    /// All other texts.
    ///
    /// Throws: `limit`.
    package func complement(
        stateLimit: Int = stateLimit
    ) throws(GrammarError) -> ScalarAutomaton {
        try ScalarAutomaton.anyText.subtracting(self, stateLimit: stateLimit)
    }

    /// Walks both automata at once; a state is a pair of theirs, either of which may be dead.
    private func combined(
        _ combination: Combination,
        _ other: ScalarAutomaton,
        _ stateLimit: Int
    ) throws(GrammarError) -> ScalarAutomaton {
        let (alphabet, parts) = alphabet.refined(with: other.alphabet)
        var pairs: [(left: Int32, right: Int32)] = [(0, 0)]
        var numbers: [UInt64: Int32] = [0: 0]
        var table: [Int32] = []
        var accepting: [Bool] = []
        while accepting.count < pairs.count {
            let (left, right) = pairs[accepting.count]
            accepting.append(
                Self.holds(combination, isAccepting(left), other.isAccepting(right))
            )
            for part in parts {
                let nextLeft = left == Self.dead ? left : target(Int(left), part.0)
                let nextRight = right == Self.dead ? right : other.target(Int(right), part.1)
                guard Self.isAlive(combination, nextLeft, nextRight) else {
                    table.append(Self.dead)
                    continue
                }
                let key =
                    UInt64(UInt32(bitPattern: nextLeft)) << 32
                    | UInt64(UInt32(bitPattern: nextRight))
                let number = numbers[key] ?? Int32(pairs.count)
                if Int(number) == pairs.count {
                    numbers[key] = number
                    pairs.append((nextLeft, nextRight))
                }
                table.append(number)
            }
            guard pairs.count <= stateLimit, table.count <= Self.tableLimit else {
                throw Self.tooManyStates(stateLimit)
            }
        }
        return ScalarAutomaton(alphabet: alphabet, table: table, accepting: accepting).minimized()
    }

    private func isAccepting(_ state: Int32) -> Bool {
        state != Self.dead && accepting[Int(state)]
    }

    private static func holds(_ combination: Combination, _ left: Bool, _ right: Bool) -> Bool {
        switch combination {
        case .intersection: left && right
        case .union: left || right
        case .difference: left && !right
        }
    }

    /// Whether a pair can still lead to a match.
    private static func isAlive(
        _ combination: Combination,
        _ left: Int32,
        _ right: Int32
    ) -> Bool {
        switch combination {
        case .intersection: left != dead && right != dead
        case .union: left != dead || right != dead
        case .difference: left != dead
        }
    }
}
