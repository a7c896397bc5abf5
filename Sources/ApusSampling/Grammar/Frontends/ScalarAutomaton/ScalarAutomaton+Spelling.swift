/// From scalars to bytes.
extension ScalarAutomaton {
    /// The same texts as a part of a grammar, deterministic over bytes.
    ///
    /// Throws: `limit` beyond `stateLimit` states.
    package func expression(
        spelledAs spelling: ScalarSpelling,
        stateLimit: Int = 200_000
    ) throws(GrammarError) -> GrammarExpression {
        var speller = ScalarSpeller(stateCount: stateCount, stateLimit: stateLimit)
        for state in 0..<stateCount {
            try speller.define(
                state,
                isAccepting: accepting[state],
                pieces: pieces(of: state),
                spelling
            )
        }
        return .automaton(ByteAutomaton(states: speller.states))
    }

    /// Where the scalars lead, in ascending order.
    private func pieces(of state: Int) -> [ScalarSpeller.Piece] {
        var pieces: [ScalarSpeller.Piece] = []
        for (index, segment) in alphabet.segments.enumerated() where segment.classIndex >= 0 {
            let next = target(state, segment.classIndex)
            guard next != Self.dead else { continue }
            let end = alphabet.end(of: index)
            if let last = pieces.last, last.target == Int(next), last.end + 1 == segment.start {
                pieces[pieces.count - 1].end = end
            } else {
                pieces.append(.init(start: segment.start, end: end, target: Int(next)))
            }
        }
        return pieces
    }
}
