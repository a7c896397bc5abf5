/// Builds the automaton of all byte texts in which none of some texts occurs.
///
/// Source: Aho and Corasick, "Efficient string matching" (1975). States in which a text has just
/// been completed are left out, so every state accepts.
enum ForbiddenTexts {
    /// Bytes the texts may have together.
    static let sizeLimit = 4096

    /// The automaton; nil when one of the texts is empty, as nothing avoids the empty text.
    ///
    /// Throws: `limit` for texts that are too long.
    static func automaton(_ texts: [String]) throws(GrammarError) -> ByteAutomaton? {
        guard texts.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= sizeLimit else {
            throw GrammarError(
                .limit,
                "The texts that free text must not contain are longer than \(sizeLimit) bytes."
            )
        }
        var next: [[Int32]] = [Array(repeating: -1, count: 256)]
        var forbidden = [false]
        for text in texts {
            var node = 0
            for byte in text.utf8 {
                if next[node][Int(byte)] < 0 {
                    next[node][Int(byte)] = Int32(next.count)
                    next.append(Array(repeating: -1, count: 256))
                    forbidden.append(false)
                }
                node = Int(next[node][Int(byte)])
            }
            forbidden[node] = true
        }
        complete(&next, &forbidden)
        return ByteAutomaton(states: next.indices.map { state(next[$0], forbidden) })
    }

    /// Adds where the longest suffix that is a prefix of a text leads, breadth first.
    private static func complete(_ next: inout [[Int32]], _ forbidden: inout [Bool]) {
        var suffix = [Int](repeating: 0, count: next.count)
        var queue: [Int] = []
        for byte in 0..<256 {
            if next[0][byte] < 0 { next[0][byte] = 0 } else { queue.append(Int(next[0][byte])) }
        }
        var head = 0
        while head < queue.count {
            let node = queue[head]
            head += 1
            if forbidden[suffix[node]] { forbidden[node] = true }
            for byte in 0..<256 {
                let fallback = next[suffix[node]][byte]
                let child = Int(next[node][byte])
                if child < 0 {
                    next[node][byte] = fallback
                } else {
                    suffix[child] = Int(fallback)
                    queue.append(child)
                }
            }
        }
    }

    private static func state(_ next: [Int32], _ forbidden: [Bool]) -> ByteAutomaton.State {
        var state = ByteAutomaton.State(isAccepting: true)
        var first = 0
        while first < 256 {
            var last = first
            while last < 255, next[last + 1] == next[first] { last += 1 }
            if !forbidden[Int(next[first])] {
                let bytes = UInt8(first)...UInt8(last)
                state.transitions.append(ByteAutomaton.Transition(bytes, to: Int(next[first])))
            }
            first = last + 1
        }
        return state
    }
}

extension ByteAutomaton {
    /// Where a text leads in a deterministic automaton; nil when it is refused on the way.
    func state(after text: String, from start: State) -> Int? {
        var state = start
        var place: Int?
        for byte in text.utf8 {
            guard let step = state.transitions.first(where: { $0.bytes.contains(byte) }) else {
                return nil
            }
            place = step.target
            state = states[step.target]
        }
        return place
    }
}
