extension GrammarProgram {
    /// An edge seen from its target: who depends on it, through which push (-1 for a plain edge).
    private struct Dependent {
        let source: Int32
        let push: Int32
    }

    /// Finds for every state the least stack on which it can be finished.
    ///
    /// A state on a stack of depth d is kept only if d + need fits the limit of the stack, so a
    /// matcher never goes where no end can be reached, be it for the grammar or for the limit.
    /// The need of a path is the largest of its parts: that of a push is one more than that of what
    /// it calls. States are settled in ascending order of need.
    /// Source: Knuth, "A generalization of Dijkstra's algorithm" (1977). Complexity: O(edges).
    mutating func computeNeeds() {
        need = Array(repeating: Self.unreachable, count: states.count)
        let (offsets, dependents) = dependentsByTarget()
        var level: Int32 = 0
        var current = states.indices.filter { states[$0].isFinal }.map { Int32($0) }
        while !current.isEmpty {
            var later: [Int32] = []
            while let state = current.popLast() {
                guard need[Int(state)] > level else { continue }
                need[Int(state)] = level
                for place in offsets[Int(state)]..<offsets[Int(state) + 1] {
                    let dependent = dependents[Int(place)]
                    guard need[Int(dependent.source)] > level else { continue }
                    let least = pushNeed(dependent.push) ?? level
                    if least <= level {
                        current.append(dependent.source)
                    } else if least == level + 1 {
                        later.append(dependent.source)
                    }
                }
            }
            level += 1
            current = later
        }
    }

    /// The need of a push as far as its parts are settled; nil for a plain edge.
    private func pushNeed(_ index: Int32) -> Int32? {
        guard index >= 0 else { return nil }
        let push = pushes[Int(index)]
        if case .none = push.frame { return need[Int(push.start)] }
        return max(need[Int(push.start)] + 1, need[Int(push.next)])
    }

    private func dependentsByTarget() -> (offsets: [Int32], dependents: [Dependent]) {
        var counts = [Int32](repeating: 0, count: states.count + 1)
        forEachDependent { target, _ in counts[Int(target) + 1] += 1 }
        for index in 1..<counts.count { counts[index] += counts[index - 1] }
        var places = counts
        var dependents = [Dependent](
            repeating: Dependent(source: 0, push: -1),
            count: Int(counts[states.count])
        )
        forEachDependent { target, dependent in
            dependents[Int(places[Int(target)])] = dependent
            places[Int(target)] += 1
        }
        return (counts, dependents)
    }

    private func forEachDependent(_ body: (Int32, Dependent) -> Void) {
        for (index, state) in states.enumerated() {
            let plain = Dependent(source: Int32(index), push: -1)
            for edge in state.bytes { body(byteEdges[Int(edge)].target, plain) }
            for edge in state.tokens { body(tokenEdges[Int(edge)].target, plain) }
            for edge in state.jumps { body(jumps[Int(edge)], plain) }
            for edge in state.pushes {
                let push = pushes[Int(edge)]
                let dependent = Dependent(source: Int32(index), push: edge)
                body(push.start, dependent)
                if push.next >= 0 { body(push.next, dependent) }
            }
        }
    }
}
