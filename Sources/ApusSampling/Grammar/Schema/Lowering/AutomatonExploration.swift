/// Deterministic automata over bytes from a rule that says where a byte leads.
enum AutomatonExploration {
    /// The automaton of all states that are reachable and lead to an end.
    ///
    /// It has no states when there is no way to an end.
    /// Throws: `limit` beyond `SchemaLimits.automatonStates` states.
    static func automaton<State: Hashable>(
        from start: State,
        alphabet: [UInt8],
        accepts: (State) -> Bool,
        next: (State, UInt8) -> State?
    ) throws(GrammarError) -> ByteAutomaton {
        var states = [start]
        var numbers = [start: 0]
        var edges: [[(byte: UInt8, target: Int)]] = []
        while edges.count < states.count {
            let state = states[edges.count]
            var outgoing: [(byte: UInt8, target: Int)] = []
            for byte in alphabet {
                guard let target = next(state, byte) else { continue }
                let number = numbers[target] ?? states.count
                if number == states.count {
                    numbers[target] = number
                    states.append(target)
                }
                outgoing.append((byte, number))
            }
            edges.append(outgoing)
            guard states.count <= SchemaLimits.automatonStates else {
                throw GrammarError(
                    .limit,
                    "A range of numbers needs more than \(SchemaLimits.automatonStates) states."
                )
            }
        }
        return pruned(edges, states.map(accepts))
    }

    /// Drops states from which there is no way to an end, and merges neighbouring bytes.
    private static func pruned(
        _ edges: [[(byte: UInt8, target: Int)]],
        _ accepting: [Bool]
    ) -> ByteAutomaton {
        var incoming = [[Int]](repeating: [], count: edges.count)
        for (source, outgoing) in edges.enumerated() {
            for edge in outgoing { incoming[edge.target].append(source) }
        }
        var isAlive = accepting
        var pending = accepting.indices.filter { accepting[$0] }
        while let state = pending.popLast() {
            for source in incoming[state] where !isAlive[source] {
                isAlive[source] = true
                pending.append(source)
            }
        }
        guard isAlive.first == true else { return ByteAutomaton(states: []) }
        var numbers = [Int](repeating: 0, count: edges.count)
        var count = 0
        for state in edges.indices where isAlive[state] {
            numbers[state] = count
            count += 1
        }
        let states = edges.indices.filter { isAlive[$0] }.map { state in
            let outgoing = edges[state].filter { isAlive[$0.target] }
            return ByteAutomaton.State(
                transitions: merged(outgoing.map { ($0.byte, numbers[$0.target]) }),
                isAccepting: accepting[state]
            )
        }
        return ByteAutomaton(states: states)
    }

    private static func merged(_ edges: [(UInt8, Int)]) -> [ByteAutomaton.Transition] {
        var transitions: [ByteAutomaton.Transition] = []
        for (byte, target) in edges.sorted(by: { $0.0 < $1.0 }) {
            if let last = transitions.last, last.target == target,
                last.bytes.upperBound &+ 1 == byte
            {
                transitions[transitions.count - 1] = .init(
                    last.bytes.lowerBound...byte,
                    to: target
                )
            } else {
                transitions.append(.init(byte...byte, to: target))
            }
        }
        return transitions
    }
}
