extension Grammar {
    /// Most bytes in all choices together.
    static let choiceByteLimit = 1 << 20

    /// Exactly these texts.
    ///
    /// Throws: `unsatisfiable` without any, `limit`.
    package init(choices: [String]) throws(GrammarError) {
        guard !choices.isEmpty else {
            throw GrammarError(.unsatisfiable, "There is nothing to choose from.")
        }
        var size = 0
        for choice in choices { size += choice.utf8.count }
        guard size <= Self.choiceByteLimit else {
            throw GrammarError(
                .limit,
                "The choices have more than \(Self.choiceByteLimit) bytes together."
            )
        }
        self.init()
        root = .automaton(Self.prefixTree(choices))
    }

    /// One state for every beginning of a text.
    private static func prefixTree(_ texts: [String]) -> ByteAutomaton {
        var children: [[UInt8: Int]] = [[:]]
        var accepting: Set<Int> = []
        for text in texts {
            var state = 0
            for byte in text.utf8 {
                if let next = children[state][byte] {
                    state = next
                } else {
                    children.append([:])
                    children[state][byte] = children.count - 1
                    state = children.count - 1
                }
            }
            accepting.insert(state)
        }
        let states = children.enumerated().map { state, children in
            ByteAutomaton.State(
                transitions: children.sorted { $0.key < $1.key }.map {
                    ByteAutomaton.Transition($0.key...$0.key, to: $0.value)
                },
                isAccepting: accepting.contains(state)
            )
        }
        return ByteAutomaton(states: states)
    }
}
