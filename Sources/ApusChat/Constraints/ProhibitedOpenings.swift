internal import ApusSampling

/// Texts that do not begin with certain openings, white space before them included.
enum ProhibitedOpenings {
    /// Free text whose first letters are no opening.
    ///
    /// An automaton walks along the openings as a trie. Text may end on the way; the first byte that
    /// leaves the trie makes the rest free.
    static func text(without openings: [String]) -> GrammarExpression {
        var trie: [[UInt8: Int]] = [[:]]
        var ends: Set<Int> = []
        for opening in openings {
            var node = 0
            for byte in opening.utf8 {
                if let next = trie[node][byte] {
                    node = next
                } else {
                    trie.append([:])
                    trie[node][byte] = trie.count - 1
                    node = trie.count - 1
                }
            }
            ends.insert(node)
        }
        return .choice([
            .automaton(walk(trie, ends, leaves: false)),
            .sequence([.automaton(walk(trie, ends, leaves: true)), .freeText(excluding: [])]),
        ])
    }

    /// The texts that stay in the trie, or those that have just left it.
    private static func walk(
        _ trie: [[UInt8: Int]],
        _ ends: Set<Int>,
        leaves: Bool
    ) -> ByteAutomaton {
        let outside = trie.count
        var states: [ByteAutomaton.State] = []
        for (node, children) in trie.enumerated() {
            var state = ByteAutomaton.State(isAccepting: !leaves && !ends.contains(node))
            if !ends.contains(node) {
                for byte in UInt8.min...UInt8.max {
                    let isSpace = node == 0 && TagSearch.isSpace(byte)
                    if let child = children[byte] ?? (isSpace ? 0 : nil) {
                        state.transitions.append(.init(byte...byte, to: child))
                    } else if leaves {
                        state.transitions.append(.init(byte...byte, to: outside))
                    }
                }
            }
            states.append(state)
        }
        states.append(ByteAutomaton.State(isAccepting: leaves))
        return ByteAutomaton(states: states)
    }
}
