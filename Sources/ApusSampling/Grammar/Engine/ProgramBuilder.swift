/// Collects states and edges and puts them in order.
struct ProgramBuilder {
    private struct Edge {
        let source: Int32
        let target: Int32
        /// Bytes, or a token set in `lowest`.
        var lowest: Int32 = 0
        var highest: Int32 = 0
    }

    private var stateCount: Int32 = 0
    private var finals: [Int32] = []
    private var free: [Int32] = []
    private var byteEdges: [Edge] = []
    private var tokenEdges: [Edge] = []
    private var jumps: [Edge] = []
    private var calls: [Edge] = []  // target: start, lowest: next
    private var enters: [Edge] = []  // target: place in counters
    private var counters: [GrammarProgram.Counter] = []
    private var tokenSets: [[Int32]] = []

    /// States and edges a program may have.
    static let sizeLimit = 400_000

    /// Throws: `limit` when the program has become too large.
    func checkSize() throws(GrammarError) {
        let edges = byteEdges.count + tokenEdges.count + jumps.count + calls.count + enters.count
        guard Int(stateCount) + edges <= Self.sizeLimit else {
            throw GrammarError(
                .limit,
                "The grammar is too large: it has more than \(Self.sizeLimit) states and edges."
            )
        }
    }

    mutating func state() -> Int32 {
        stateCount += 1
        return stateCount - 1
    }

    mutating func markFinal(_ state: Int32) { finals.append(state) }

    mutating func markFree(_ state: Int32) { free.append(state) }

    mutating func bytes(_ range: ClosedRange<UInt8>, from source: Int32, to target: Int32) {
        let (lowest, highest) = (Int32(range.lowerBound), Int32(range.upperBound))
        byteEdges.append(Edge(source: source, target: target, lowest: lowest, highest: highest))
    }

    mutating func tokens(_ set: Int32, from source: Int32, to target: Int32) {
        tokenEdges.append(Edge(source: source, target: target, lowest: set))
    }

    mutating func jump(from source: Int32, to target: Int32) {
        if source != target { jumps.append(Edge(source: source, target: target)) }
    }

    mutating func call(_ start: Int32, from source: Int32, to next: Int32) {
        calls.append(Edge(source: source, target: start, lowest: next))
    }

    mutating func enter(_ counter: GrammarProgram.Counter, from source: Int32) {
        enters.append(Edge(source: source, target: Int32(counters.count)))
        counters.append(counter)
    }

    /// Adds a set of tokens, which must be sorted.
    mutating func tokenSet(_ tokens: [Int32]) -> Int32 {
        if let known = tokenSets.firstIndex(of: tokens) { return Int32(known) }
        tokenSets.append(tokens)
        return Int32(tokenSets.count - 1)
    }

    // MARK: - Order

    func program(start: Int32) -> GrammarProgram {
        var program = GrammarProgram()
        program.states = Array(repeating: GrammarProgram.State(), count: Int(stateCount))
        for state in finals { program.states[Int(state)].isFinal = true }
        for state in free { program.states[Int(state)].isFree = true }
        assignClasses(&program)
        sortEdges(&program)
        let names = shortcuts(program)
        rename(&program, names)
        program.start = names[Int(start)]
        program.tokenSets = tokenSets
        program.computeNeeds()
        return program
    }

    private func assignClasses(_ program: inout GrammarProgram) {
        var begins = [Bool](repeating: false, count: 257)
        for edge in byteEdges {
            begins[Int(edge.lowest)] = true
            begins[Int(edge.highest) + 1] = true
        }
        program.classOfByte = [0]
        for byte in 1..<256 {
            let previous = program.classOfByte[byte - 1]
            program.classOfByte.append(begins[byte] ? previous + 1 : previous)
        }
        program.classCount = Int(program.classOfByte[255]) + 1
    }

    private func sortEdges(_ program: inout GrammarProgram) {
        let classes = program.classOfByte
        place(byteEdges, &program.states, \.bytes) { edge in
            program.byteEdges.append(
                GrammarProgram.ByteEdge(
                    lowest: classes[Int(edge.lowest)],
                    highest: classes[Int(edge.highest)],
                    target: edge.target
                )
            )
        }
        place(tokenEdges, &program.states, \.tokens) { edge in
            program.tokenEdges.append(
                GrammarProgram.TokenEdge(set: edge.lowest, target: edge.target)
            )
        }
        place(jumps, &program.states, \.jumps) { program.jumps.append($0.target) }
        // Calls and entries share one array, so they are put in order together.
        let entries = enters.map {
            Edge(source: $0.source, target: $0.target, lowest: -1)
        }
        place(calls + entries, &program.states, \.pushes) { edge in
            if edge.lowest >= 0 {
                program.pushes.append(
                    GrammarProgram.Push(
                        frame: .call(returnTo: edge.lowest),
                        start: edge.target,
                        next: edge.lowest
                    )
                )
            } else {
                let counter = counters[Int(edge.target)]
                program.pushes.append(
                    GrammarProgram.Push(
                        frame: .counter(edge.target),
                        start: counter.start,
                        next: counter.next
                    )
                )
            }
        }
        program.counters = counters
    }

    /// Groups edges by source, keeping their order, and notes each state's range.
    private func place(
        _ edges: [Edge],
        _ states: inout [GrammarProgram.State],
        _ field: WritableKeyPath<GrammarProgram.State, Range<Int32>>,
        append: (Edge) -> Void
    ) {
        var places = [Int32](repeating: 0, count: Int(stateCount) + 1)
        for edge in edges { places[Int(edge.source) + 1] += 1 }
        for index in 0..<Int(stateCount) {
            places[index + 1] += places[index]
            if places[index + 1] > places[index] {
                states[index][keyPath: field] = places[index]..<places[index + 1]
            }
        }
        var order = [Int32](repeating: 0, count: edges.count)
        for (index, edge) in edges.enumerated() {
            order[Int(places[Int(edge.source)])] = Int32(index)
            places[Int(edge.source)] += 1
        }
        for index in order { append(edges[Int(index)]) }
    }

    /// For every state the one it stands for: a state that only jumps elsewhere is skipped.
    private func shortcuts(_ program: GrammarProgram) -> [Int32] {
        func follower(_ index: Int32) -> Int32? {
            let state = program.states[Int(index)]
            guard !state.isStable, !state.isFinal, state.pushes.isEmpty, state.jumps.count == 1
            else { return nil }
            return program.jumps[Int(state.jumps.lowerBound)]
        }
        var names = (0..<stateCount).map { $0 }
        for index in 0..<stateCount {
            var end = index
            var steps = 0
            while let next = follower(end), steps < 64 {
                end = next
                steps += 1
            }
            names[Int(index)] = end
        }
        return names
    }

    private func rename(_ program: inout GrammarProgram, _ names: [Int32]) {
        program.byteEdges = program.byteEdges.map {
            GrammarProgram.ByteEdge(
                lowest: $0.lowest,
                highest: $0.highest,
                target: names[Int($0.target)]
            )
        }
        program.tokenEdges = program.tokenEdges.map {
            GrammarProgram.TokenEdge(set: $0.set, target: names[Int($0.target)])
        }
        program.jumps = program.jumps.map { names[Int($0)] }
        program.counters = program.counters.map {
            GrammarProgram.Counter(
                start: names[Int($0.start)],
                next: names[Int($0.next)],
                minimum: $0.minimum,
                maximum: $0.maximum
            )
        }
        let states = program.states
        program.pushes = program.pushes.map { push in
            let (start, next) = (names[Int(push.start)], names[Int(push.next)])
            guard case .call = push.frame else {
                return GrammarProgram.Push(frame: push.frame, start: start, next: next)
            }
            if states[Int(next)].onlyReturns {
                return GrammarProgram.Push(frame: .none, start: start, next: -1)
            }
            return GrammarProgram.Push(frame: .call(returnTo: next), start: start, next: next)
        }
    }
}
