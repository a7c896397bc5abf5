/// Builds the automaton over bytes for the UTF-8 of one scalar of a set.
///
/// Scalars of one encoded length are strings of that many bytes. A block of 64^k scalars that share
/// all but their last k bytes becomes one state, and blocks with the same content share it.
struct UTF8Automaton {
    /// What of a block is in the set, relative to its beginning.
    private struct Block: Hashable {
        let trailing: Int
        let ranges: [ClosedRange<UInt32>]
    }

    private var automaton = ByteAutomaton(states: [
        ByteAutomaton.State(), ByteAutomaton.State(isAccepting: true),
    ])
    private var known: [Block: Int] = [:]

    /// The automaton of a set; its state 1 is the only accepting one.
    static func make(_ set: ScalarSet) -> ByteAutomaton {
        var builder = UTF8Automaton()
        // (first scalar, last scalar, lead byte of scalar 0, trailing bytes)
        let lengths: [(UInt32, UInt32, UInt32, Int)] = [
            (0, 0x7F, 0, 0), (0x80, 0x7FF, 0xC0, 1), (0x800, 0xFFFF, 0xE0, 2),
            (0x10000, 0x10FFFF, 0xF0, 3),
        ]
        for (first, last, lead, trailing) in lengths {
            builder.add(clip(set.ranges, first...last), to: 0, lead: lead, trailing: trailing)
        }
        return builder.automaton
    }

    /// Adds transitions on the first of `trailing` + 1 bytes; ranges count from the value that a
    /// byte of `lead` would begin with.
    private mutating func add(
        _ ranges: [ClosedRange<UInt32>],
        to state: Int,
        lead: UInt32,
        trailing: Int
    ) {
        let shift = UInt32(6 * trailing)
        let size = UInt32(1) << shift
        var cuts: [(byte: UInt32, count: UInt32, ranges: [ClosedRange<UInt32>])] = []
        for range in ranges {
            var low = range.lowerBound
            while low <= range.upperBound {
                let byte = low >> shift
                let base = byte << shift
                if low == base, range.upperBound - low >= size - 1 {
                    let count = (range.upperBound - low + 1) >> shift
                    cuts.append((byte, count, [0...size - 1]))
                    low += count << shift
                } else {
                    let high = min(range.upperBound, base + size - 1)
                    let part = low - base...high - base
                    if let last = cuts.last, last.byte == byte, last.count == 1 {
                        cuts[cuts.count - 1].ranges.append(part)
                    } else {
                        cuts.append((byte, 1, [part]))
                    }
                    low = high + 1
                }
            }
        }
        for cut in cuts {
            let bytes = UInt8(lead + cut.byte)...UInt8(lead + cut.byte + cut.count - 1)
            let target = trailing == 0 ? 1 : block(Block(trailing: trailing, ranges: cut.ranges))
            append(ByteAutomaton.Transition(bytes, to: target), to: state)
        }
    }

    private mutating func block(_ block: Block) -> Int {
        if let state = known[block] { return state }
        let state = automaton.states.count
        automaton.states.append(ByteAutomaton.State())
        known[block] = state
        add(block.ranges, to: state, lead: 0x80, trailing: block.trailing - 1)
        return state
    }

    /// Adds a transition, or widens the last one where both touch and lead to the same state.
    private mutating func append(_ transition: ByteAutomaton.Transition, to state: Int) {
        if let last = automaton.states[state].transitions.last, last.target == transition.target,
            last.bytes.upperBound < .max,
            last.bytes.upperBound + 1 == transition.bytes.lowerBound
        {
            let bytes = last.bytes.lowerBound...transition.bytes.upperBound
            automaton.states[state].transitions.removeLast()
            automaton.states[state].transitions.append(
                ByteAutomaton.Transition(bytes, to: transition.target)
            )
        } else {
            automaton.states[state].transitions.append(transition)
        }
    }

    private static func clip(
        _ ranges: [ClosedRange<UInt32>],
        _ limits: ClosedRange<UInt32>
    ) -> [ClosedRange<UInt32>] {
        ranges.filter { $0.overlaps(limits) }.map { $0.clamped(to: limits) }
    }
}
