/// A deterministic automaton over scalars, always the smallest one for its language.
///
/// States are numbered in the order in which a breadth-first search meets them, so two automata for
/// the same language are equal values. It begins in state 0.
package struct ScalarAutomaton: Sendable, Hashable {
    /// Which scalars are treated alike.
    let alphabet: ScalarAlphabet
    /// Following state by state and class; `dead` where nothing can match any more.
    let table: [Int32]
    /// Whether a text may end, by state.
    let accepting: [Bool]

    /// No state.
    static let dead: Int32 = -1

    /// Most states, unless the caller says otherwise.
    package static let stateLimit = 20_000
    /// Most entries in a table.
    static let tableLimit = 8_000_000

    /// Automaton for all texts.
    package static let anyText = ScalarAutomaton(alphabet: .single, table: [0], accepting: [true])
    /// Automaton for no text at all.
    package static let nothing = ScalarAutomaton(
        alphabet: .single,
        table: [dead],
        accepting: [false]
    )

    init(alphabet: ScalarAlphabet, table: [Int32], accepting: [Bool]) {
        self.alphabet = alphabet
        self.table = table
        self.accepting = accepting
    }

    /// The texts that a pattern matches.
    ///
    /// Throws: `limit`.
    package init(
        _ expression: RegularExpression,
        _ scope: RegularExpression.Scope,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) {
        try self.init(expression.node(scope), stateLimit: stateLimit)
    }

    /// The texts that a tree matches from end to end.
    ///
    /// Throws: `limit`.
    package init(
        _ node: RegularExpression.Node,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) {
        let nfa = try ScalarNFA(node, stepLimit: 10 * stateLimit)
        var construction = SubsetConstruction(nfa, stateLimit: stateLimit)
        self = try construction.run().minimized()
    }

    /// Exactly these texts.
    ///
    /// Throws: `limit`.
    package init(texts: [String], stateLimit: Int = stateLimit) throws(GrammarError) {
        try self.init(.choice(texts.map { .text($0) }), stateLimit: stateLimit)
    }

    /// All texts of so many scalars; a nil `maximum` has no limit.
    ///
    /// Throws: `limit`.
    package init(
        minimumLength: Int,
        maximumLength: Int?,
        stateLimit: Int = stateLimit
    ) throws(GrammarError) {
        let minimum = max(minimumLength, 0)
        let last = maximumLength ?? minimum
        guard last >= minimum else {
            self = .nothing
            return
        }
        guard last < stateLimit else { throw Self.tooManyStates(stateLimit) }
        var table = (0...last).map { Int32($0 + 1) }
        table[last] = maximumLength == nil ? Int32(last) : Self.dead
        self.init(alphabet: .single, table: table, accepting: (0...last).map { $0 >= minimum })
    }

    /// How many states it has.
    package var stateCount: Int { accepting.count }

    /// Whether no text matches.
    package var isEmpty: Bool { !accepting.contains(true) }

    /// Whether a whole text matches.
    package func matches(_ text: String) -> Bool {
        var state = 0
        for scalar in text.unicodeScalars {
            let next = target(state, alphabet.classIndex(scalar.value))
            guard next != Self.dead else { return false }
            state = Int(next)
        }
        return accepting[state]
    }

    func target(_ state: Int, _ classIndex: Int) -> Int32 {
        table[state * alphabet.classCount + classIndex]
    }

    static func tooManyStates(_ limit: Int) -> GrammarError {
        GrammarError(.limit, "A text pattern needs more than \(limit) states.")
    }
}
