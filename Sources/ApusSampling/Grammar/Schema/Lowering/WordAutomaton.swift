/// The smallest automaton for a list of byte strings.
///
/// Words come in ascending order; once a word leaves the path of the one before it, the rest of
/// that path cannot change any more and equal states are merged. Source: Daciuk, Mihov, Watson and
/// Watson, "Incremental Construction of Minimal Acyclic Finite-State Automata", 2000.
struct WordAutomaton {
    private struct Edge: Hashable {
        var byte: UInt8
        var target: Int
    }

    private struct Node: Hashable {
        var edges: [Edge] = []
        var isAccepting = false
    }

    private var finished: [Node] = []
    private var numbers: [Node: Int] = [:]
    /// States along the last word, the start first.
    private var path = [Node()]
    private var last: [UInt8] = []

    /// An automaton for exactly these words.
    static func automaton(_ words: [[UInt8]]) -> ByteAutomaton {
        var builder = WordAutomaton()
        for word in words.sorted(by: { $0.lexicographicallyPrecedes($1) }) { builder.add(word) }
        return builder.finish()
    }

    private mutating func add(_ word: [UInt8]) {
        let common = zip(word, last).prefix { $0 == $1 }.count
        close(downTo: common)
        for _ in common..<word.count { path.append(Node()) }
        path[path.count - 1].isAccepting = true
        last = word
    }

    /// Finishes the states of the path that lie deeper than `depth`.
    private mutating func close(downTo depth: Int) {
        while path.count > depth + 1 {
            let node = path.removeLast()
            let number = numbers[node] ?? finished.count
            if number == finished.count {
                numbers[node] = number
                finished.append(node)
            }
            path[path.count - 1].edges.append(Edge(byte: last[path.count - 1], target: number))
        }
    }

    private mutating func finish() -> ByteAutomaton {
        close(downTo: 0)
        let nodes = path + finished
        return ByteAutomaton(
            states: nodes.map { node in
                .init(transitions: Self.transitions(node.edges), isAccepting: node.isAccepting)
            }
        )
    }

    private static func transitions(_ edges: [Edge]) -> [ByteAutomaton.Transition] {
        var transitions: [ByteAutomaton.Transition] = []
        for edge in edges {
            let target = edge.target + 1
            if let last = transitions.last, last.target == target,
                last.bytes.upperBound &+ 1 == edge.byte
            {
                transitions.removeLast()
                transitions.append(.init(last.bytes.lowerBound...edge.byte, to: target))
            } else {
                transitions.append(.init(edge.byte...edge.byte, to: target))
            }
        }
        return transitions
    }
}
