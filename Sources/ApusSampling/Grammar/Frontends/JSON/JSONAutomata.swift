/// Deterministic automata for the parts of a JSON text that do not nest.
enum JSONAutomata {
    private typealias State = ByteAutomaton.State
    private typealias Transition = ByteAutomaton.Transition

    private static let digits: ClosedRange<UInt8> = 0x30...0x39
    private static let indentationLimit = 40
    private static let wholeDigitLimit = 18
    private static let fractionDigitLimit = 17

    // MARK: - White space

    /// Nothing, one space, or a line feed and indentation.
    static let space: ByteAutomaton = {
        var states = [
            State(transitions: [.init(0x0A...0x0A, to: 2), .init(0x20...0x20, to: 1)]), State(),
        ]
        for width in 0..<indentationLimit {
            let next = width + 3
            states.append(
                State(transitions: [.init(0x09...0x09, to: next), .init(0x20...0x20, to: next)])
            )
        }
        states.append(State())
        for index in states.indices { states[index].isAccepting = true }
        return ByteAutomaton(states: states)
    }()

    // MARK: - Numbers

    /// `-`, digits without a leading zero.
    static let integer = ByteAutomaton(states: wholePart(then: []))

    /// An integer with or without a fraction and an exponent.
    static let number: ByteAutomaton = {
        let point = wholeDigitLimit + 3
        let exponent = point + 1 + fractionDigitLimit
        let toExponent = [
            Transition(0x45...0x45, to: exponent), Transition(0x65...0x65, to: exponent),
        ]
        var states = wholePart(then: [Transition(0x2E...0x2E, to: point)] + toExponent)
        states.append(State(transitions: [.init(digits, to: point + 1)]))
        for count in 1...fractionDigitLimit {
            let more = count < fractionDigitLimit ? [Transition(digits, to: point + count + 1)] : []
            states.append(State(transitions: more + toExponent, isAccepting: true))
        }
        let toDigit = Transition(digits, to: exponent + 2)
        states.append(
            State(transitions: [
                .init(0x2B...0x2B, to: exponent + 1), .init(0x2D...0x2D, to: exponent + 1), toDigit,
            ])
        )
        states.append(State(transitions: [toDigit]))
        states.append(State(transitions: [.init(digits, to: exponent + 3)], isAccepting: true))
        states.append(State(isAccepting: true))
        return ByteAutomaton(states: states)
    }()

    /// States 0: start, 1: after the sign, 2: after a zero, 2 + n: after n digits.
    private static func wholePart(then rest: [Transition]) -> [State] {
        let first = [Transition(0x30...0x30, to: 2), Transition(0x31...0x39, to: 3)]
        var states = [
            State(transitions: [.init(0x2D...0x2D, to: 1)] + first), State(transitions: first),
            State(transitions: rest, isAccepting: true),
        ]
        for count in 1...wholeDigitLimit {
            let more = count < wholeDigitLimit ? [Transition(digits, to: count + 3)] : []
            let moves = (more + rest).sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
            states.append(State(transitions: moves, isAccepting: true))
        }
        return states
    }

    // MARK: - Strings

    /// A string with its quotes.
    ///
    /// States: 0 before, 1 inside, 2 after it; 3 to 9 within a scalar of several bytes (RFC 3629);
    /// 10 after a backslash; 11 to 15 in `\u` of one scalar; 16 to 21 in a surrogate pair, which
    /// ends as 13 and 14 do.
    static let string = ByteAutomaton(states: [
        state([(0x22, 0x22, 1)]),
        state([
            (0x20, 0x21, 1), (0x22, 0x22, 2), (0x23, 0x5B, 1), (0x5C, 0x5C, 10), (0x5D, 0x7F, 1),
            (0xC2, 0xDF, 3), (0xE0, 0xE0, 6), (0xE1, 0xEC, 4), (0xED, 0xED, 7), (0xEE, 0xEF, 4),
            (0xF0, 0xF0, 8), (0xF1, 0xF3, 5), (0xF4, 0xF4, 9),
        ]),
        State(isAccepting: true),
        state([(0x80, 0xBF, 1)]),  // 3: one more byte
        state([(0x80, 0xBF, 3)]),  // 4: two more
        state([(0x80, 0xBF, 4)]),  // 5: three more
        state([(0xA0, 0xBF, 3)]),  // 6: after E0
        state([(0x80, 0x9F, 3)]),  // 7: after ED
        state([(0x90, 0xBF, 4)]),  // 8: after F0
        state([(0x80, 0x8F, 4)]),  // 9: after F4
        state(Array("\"/\\bfnrt".utf8).sorted().map { ($0, $0, 1) } + [(0x75, 0x75, 11)]),
        state([
            (0x30, 0x39, 12), (0x41, 0x43, 12), (0x44, 0x44, 15), (0x45, 0x46, 12),
            (0x61, 0x63, 12), (0x64, 0x64, 15), (0x65, 0x66, 12),
        ]),
        hexadecimal(to: 13),  // 12: three more digits
        hexadecimal(to: 14),  // 13: two more
        hexadecimal(to: 1),  // 14: one more
        state([(0x30, 0x37, 13), (0x38, 0x39, 16), (0x41, 0x42, 16), (0x61, 0x62, 16)]),
        hexadecimal(to: 17),  // 16: two more digits of a high surrogate
        hexadecimal(to: 18),
        state([(0x5C, 0x5C, 19)]),
        state([(0x75, 0x75, 20)]),
        state([(0x44, 0x44, 21), (0x64, 0x64, 21)]),
        state([(0x43, 0x46, 13), (0x63, 0x66, 13)]),  // 21: a low surrogate is DC00 to DFFF
    ])

    private static func hexadecimal(to target: Int) -> State {
        state([(0x30, 0x39, target), (0x41, 0x46, target), (0x61, 0x66, target)])
    }

    private static func state(_ moves: [(UInt8, UInt8, Int)]) -> State {
        State(transitions: moves.map { Transition($0.0...$0.1, to: $0.2) })
    }
}
