/// The states of the lazy automaton: sets of configurations, each with a row of next states.
///
/// Unsafe memory is confined to the rows, which the walks through the vocabulary read.
final class StateTable {
    /// What a state is besides its configurations.
    struct Flags: OptionSet, Hashable {
        let rawValue: UInt8
        /// The text so far is a match.
        static let accepting = Flags(rawValue: 1)
        /// The text so far ends what a local state began in.
        static let escaping = Flags(rawValue: 2)
    }

    /// The state without configurations and flags; its row leads to itself.
    static let dead: Int32 = 0
    /// Stands in rows for a state that was not looked for yet.
    static let unknown: Int32 = -1
    /// Set in rows on top of the number of an escaping state.
    static let escapeBit: Int32 = 1 << 30
    /// Clears the bit.
    static let stateMask: Int32 = escapeBit - 1

    /// Next states by state and class of byte: [states, width].
    private(set) var rows: UnsafeMutablePointer<Int32>
    let width: Int
    private var capacity = 64
    private(set) var count = 0
    private var starts: [Int] = [0]
    private var pool: [Configuration] = []
    private(set) var flags: [Flags] = []
    /// Open addressing, a power of two; -1 for a free place.
    private var slots = [Int32](repeating: -1, count: 256)
    private var hashes: [UInt64] = []

    init(width: Int) {
        self.width = width
        rows = .allocate(capacity: capacity * width)
        _ = intern([], [])
        for place in 0..<width { rows[place] = Self.dead }
    }

    deinit { rows.deallocate() }

    /// Bytes in use, roughly.
    var size: Int { count * (width * 4 + 48) + pool.count * 8 }

    func configurations(of state: Int32) -> ArraySlice<Configuration> {
        pool[starts[Int(state)]..<starts[Int(state) + 1]]
    }

    /// The number of a state; its configurations must be sorted and differ.
    func intern(_ configurations: [Configuration], _ flags: Flags) -> Int32 {
        let hash = Self.hash(configurations, flags)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let state = slots[slot]
            if hashes[Int(state)] == hash, self.flags[Int(state)] == flags,
                self.configurations(of: state).elementsEqual(configurations)
            {
                return state
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let state = Int32(count)
        slots[slot] = state
        hashes.append(hash)
        self.flags.append(flags)
        pool += configurations
        starts.append(pool.count)
        addRow()
        if count * 2 > slots.count { rehash() }
        return state
    }

    /// Notes where some classes of bytes lead.
    func connect(_ state: Int32, _ classes: ClosedRange<Int>, to target: Int32) {
        precondition(state < count && classes.upperBound < width, "state \(state), \(classes)")
        let bit = flags[Int(target)].contains(.escaping) ? Self.escapeBit : 0
        let row = rows + Int(state) * width
        for byteClass in classes { row[byteClass] = target | bit }
    }

    private func addRow() {
        if count == capacity {
            let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2 * width)
            larger.update(from: rows, count: capacity * width)
            rows.deallocate()
            rows = larger
            capacity *= 2
        }
        (rows + count * width).update(repeating: Self.unknown, count: width)
        count += 1
    }

    private func rehash() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (state, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(state)
        }
    }

    /// Secret of the process, so that nobody can choose colliding states.
    private static let seed = UInt64.random(in: .min ... .max)

    private static func hash(_ configurations: [Configuration], _ flags: Flags) -> UInt64 {
        var hash = seed ^ UInt64(flags.rawValue)
        for configuration in configurations {
            let product = (hash ^ configuration.key).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        return hash ^ (hash >> 32)
    }
}
