internal import ApusSampling

/// Texts that may stand between two markers: well-formed UTF-8 without the closing marker.
struct RawTextGrammar: Hashable {
    /// The closing marker, ASCII only.
    let marker: [UInt8]
    /// Whether `null`, in any case and with a line end on either side, is left out.
    let refusesNull: Bool
    /// Whether texts that begin like a list or an object, or with white space, are left out.
    let refusesNesting: Bool

    /// The automaton of these texts.
    ///
    /// State 0 is the beginning. Then follow the states of the search for the marker, those inside
    /// of a character of several bytes, and those that spell `null`.
    func automaton() -> ByteAutomaton {
        var states = [ByteAutomaton.State(isAccepting: true)]
        let search = 1
        let inner = search + marker.count
        let null = inner + UTF8Step.all.count
        let borders = MarkupText.borders(of: marker)
        for matched in marker.indices {
            states.append(searchState(matched, borders, search: search, inner: inner))
        }
        for step in UTF8Step.all {
            let target = step.next.map { inner + $0 } ?? search
            states.append(ByteAutomaton.State(transitions: [.init(step.bytes, to: target)]))
        }
        states[0] = states[search]
        if refusesNesting {
            states[0].transitions = Self.without(
                [0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "["), UInt8(ascii: "{")],
                states[0].transitions
            )
        }
        if refusesNull { addNull(&states, at: null, search: search) }
        return ByteAutomaton(states: states)
    }

    /// The state after the first `matched` bytes of the marker.
    private func searchState(
        _ matched: Int,
        _ borders: [Int],
        search: Int,
        inner: Int
    ) -> ByteAutomaton.State {
        // Where each byte leads that the marker has; all others lead to the beginning.
        var targets: [UInt8: Int] = [:]
        var length: Int? = matched
        while let place = length {
            if targets[marker[place]] == nil { targets[marker[place]] = place + 1 }
            length = place == 0 ? nil : borders[place - 1]
        }
        var state = ByteAutomaton.State(isAccepting: true)
        var start: UInt8 = 0
        for byte in targets.keys.sorted() {
            if byte > start { state.transitions.append(.init(start...byte - 1, to: search)) }
            if let target = targets[byte], target < marker.count {
                state.transitions.append(.init(byte...byte, to: search + target))
            }
            start = byte + 1
        }
        state.transitions.append(.init(start...0x7F, to: search))
        for (bytes, step) in UTF8Step.leads {
            state.transitions.append(.init(bytes, to: inner + step))
        }
        return state
    }

    /// Adds the states that follow `null` and refuse to end there.
    private func addNull(_ states: inout [ByteAutomaton.State], at first: Int, search: Int) {
        // After a line end, after n, nu, nul, null, and after the line end that follows.
        let letters = Array("null".utf8)
        var added = (0...5).map { _ in ByteAutomaton.State(isAccepting: true) }
        for place in 0..<5 {
            let other = states[search].transitions
            let byte = place < 4 ? letters[place] : 0x0A
            let spellings = place < 4 ? [byte, byte & 0xDF] : [byte]
            let next = first + place + 1
            added[place].transitions =
                Self.without(spellings, other) + spellings.map { .init($0...$0, to: next) }
        }
        added[4].isAccepting = false
        added[5].isAccepting = false
        added[5].transitions = states[search].transitions
        let spellings = [letters[0], letters[0] & 0xDF]
        var start = Self.without(spellings + [0x0A], states[0].transitions)
        start += spellings.map { .init($0...$0, to: first + 1) }
        if !refusesNesting { start.append(.init(0x0A...0x0A, to: first)) }
        states[0].transitions = start
        states += added
    }

    /// The transitions but for some bytes.
    private static func without(
        _ bytes: [UInt8],
        _ transitions: [ByteAutomaton.Transition]
    ) -> [ByteAutomaton.Transition] {
        bytes.reduce(transitions) { transitions, byte in
            transitions.flatMap { transition -> [ByteAutomaton.Transition] in
                let range = transition.bytes
                guard range.contains(byte) else { return [transition] }
                var parts: [ByteAutomaton.Transition] = []
                if range.lowerBound < byte {
                    parts.append(.init(range.lowerBound...byte - 1, to: transition.target))
                }
                if byte < range.upperBound {
                    parts.append(.init(byte + 1...range.upperBound, to: transition.target))
                }
                return parts
            }
        }
    }
}

/// What may come inside of a character of several bytes (RFC 3629, section 4).
private struct UTF8Step {
    let bytes: ClosedRange<UInt8>
    /// The step that follows; nil at the end of the character.
    let next: Int?

    static let all = [
        UTF8Step(bytes: 0x80...0xBF, next: nil),
        UTF8Step(bytes: 0x80...0xBF, next: 0),
        UTF8Step(bytes: 0x80...0xBF, next: 1),
        UTF8Step(bytes: 0xA0...0xBF, next: 0),
        UTF8Step(bytes: 0x80...0x9F, next: 0),
        UTF8Step(bytes: 0x90...0xBF, next: 1),
        UTF8Step(bytes: 0x80...0x8F, next: 1),
    ]

    /// First bytes and the step that follows each.
    static let leads: [(ClosedRange<UInt8>, Int)] = [
        (0xC2...0xDF, 0), (0xE0...0xE0, 3), (0xE1...0xEC, 1), (0xED...0xED, 4), (0xEE...0xEF, 1),
        (0xF0...0xF0, 5), (0xF1...0xF3, 2), (0xF4...0xF4, 6),
    ]
}
