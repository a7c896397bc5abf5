/// A nondeterministic automaton for the tree of a regular expression.
///
/// Built from the end to the beginning: every node is given the state that follows it. Anchors stay
/// as edges, to be followed only at the ends of a text. Source: K. Thompson, Regular Expression
/// Search Algorithm (1968).
struct ScalarNFA {
    enum State {
        /// The text may end here.
        case accept
        /// One scalar of `sets[set]`.
        case characters(set: Int, next: Int)
        /// Any of these, without a scalar.
        case fork([Int])
        /// Only at the beginning of the text.
        case atStart(next: Int)
        /// Only at the end of the text.
        case atEnd(next: Int)
    }

    private(set) var states: [State] = [.accept]
    private(set) var sets: [ScalarSet] = []
    private(set) var start = 0
    private var setNumbers: [ScalarSet: Int] = [:]
    private var rangeCount = 0
    private var steps = 0
    private let stepLimit: Int

    /// Most ranges in all sets together.
    private static let rangeLimit = 200_000

    /// Throws: `limit`.
    init(_ node: RegularExpression.Node, stepLimit: Int) throws(GrammarError) {
        self.stepLimit = stepLimit
        start = try build(node, then: 0)
    }

    private mutating func build(
        _ node: RegularExpression.Node,
        then next: Int
    ) throws(GrammarError) -> Int {
        steps += 1
        guard steps <= stepLimit else {
            throw GrammarError(.limit, "The regular expression is too large.")
        }
        switch node {
        case .characters(let set): return add(.characters(set: try number(of: set), next: next))
        case .start: return add(.atStart(next: next))
        case .end: return add(.atEnd(next: next))
        case .sequence(let nodes):
            var entry = next
            for node in nodes.reversed() { entry = try build(node, then: entry) }
            return entry
        case .choice(let nodes):
            var entries: [Int] = []
            for node in nodes { entries.append(try build(node, then: next)) }
            return add(.fork(entries))
        case .repeated(let node, let minimum, let maximum):
            return try buildRepetition(of: node, minimum, maximum, then: next)
        }
    }

    private mutating func buildRepetition(
        of node: RegularExpression.Node,
        _ minimum: Int,
        _ maximum: Int?,
        then next: Int
    ) throws(GrammarError) -> Int {
        var entry = next
        if let maximum {
            for _ in 0..<max(maximum - minimum, 0) {
                entry = add(.fork([try build(node, then: entry), next]))
            }
        } else {
            entry = add(.fork([]))
            states[entry] = .fork([try build(node, then: entry), next])
        }
        for _ in 0..<minimum { entry = try build(node, then: entry) }
        return entry
    }

    private mutating func add(_ state: State) -> Int {
        states.append(state)
        return states.count - 1
    }

    private mutating func number(of set: ScalarSet) throws(GrammarError) -> Int {
        if let number = setNumbers[set] { return number }
        rangeCount += set.ranges.count
        guard rangeCount <= Self.rangeLimit else {
            throw GrammarError(.limit, "The regular expression has too many character ranges.")
        }
        sets.append(set)
        setNumbers[set] = sets.count - 1
        return sets.count - 1
    }
}
