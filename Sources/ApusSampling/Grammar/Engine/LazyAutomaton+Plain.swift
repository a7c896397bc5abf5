/// What a state does with plain text as a whole.
extension LazyAutomaton {
    /// How much of a group a state accepts.
    enum Verdict {
        case all
        case none
        /// The tokens must be looked at.
        case some
    }

    /// What is known about the plain texts that go on from a state.
    struct PlainReach {
        /// All of up to this many characters are accepted.
        var accepted: Int
        /// None of more characters is, nor any that ends what was called.
        var isBound: Bool
        /// Whether the search ended before its limit, so that `accepted` is as large as it can be.
        var isFinal: Bool
    }

    /// Decides about a group of plain tokens.
    func plainVerdict(_ state: Int32, _ lengths: ClosedRange<Int>?, in tier: TokenTier) -> Verdict {
        guard let lengths else { return .some }
        let reach = plainReach(state, upTo: tier.longestPlain)
        if reach.accepted >= lengths.upperBound { return .all }
        return reach.isBound && reach.accepted < lengths.lowerBound ? .none : .some
    }

    private func plainReach(_ state: Int32, upTo limit: Int) -> PlainReach {
        if let known = plainReaches[state], known.isFinal || known.accepted >= limit {
            return known
        }
        var path: [(length: Int, state: Int32)] = []
        let reach = explore(state, upTo: limit, &path)
        guard !isExhausted else { return reach }
        plainReaches[state] = reach
        // What follows a state that all texts of one length lead to is known as well, so that a
        // counter is gone through once and not once for every count.
        if reach.isFinal, reach.accepted < .max {
            for step in path {
                var rest = reach
                rest.accepted -= step.length
                plainReaches[step.state] = rest
            }
        }
        return reach
    }

    /// A place in a character together with the state it has led to.
    private struct Place: Hashable {
        let step: Int
        let state: Int32
    }

    /// Reads all plain texts at once, character by character; notes states that all of them are in.
    private func explore(
        _ state: Int32,
        upTo limit: Int,
        _ path: inout [(length: Int, state: Int32)]
    ) -> PlainReach {
        var seen: Set<Place> = [Place(step: 0, state: state)]
        var frontier = [state]
        for length in 0..<limit {
            if frontier.count == 1 { path.append((length, frontier[0])) }
            var next: [Int32] = []
            var (isRefused, isContinued) = (false, false)
            var open = frontier.map { Place(step: 0, state: $0) }
            while let place = open.popLast() {
                for step in PlainText.steps[place.step] {
                    for byteClass in classes(of: step.bytes) {
                        let entry = target(place.state, byteClass)
                        let target = entry & StateTable.stateMask
                        if target == StateTable.dead {
                            isRefused = true
                            continue
                        }
                        if step.target == 0 || entry != target { isContinued = true }
                        let reached = Place(step: step.target, state: target)
                        guard seen.insert(reached).inserted else { continue }
                        if step.target == 0 { next.append(target) } else { open.append(reached) }
                    }
                }
            }
            if isRefused {
                return PlainReach(accepted: length, isBound: !isContinued, isFinal: true)
            }
            if next.isEmpty { return PlainReach(accepted: .max, isBound: false, isFinal: true) }
            frontier = next
        }
        return PlainReach(accepted: limit, isBound: false, isFinal: false)
    }

    private func classes(of bytes: ClosedRange<UInt8>) -> ClosedRange<Int> {
        let classes = program.classOfByte
        return Int(classes[Int(bytes.lowerBound)])...Int(classes[Int(bytes.upperBound)])
    }
}
