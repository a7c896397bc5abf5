/// Builds the states between the bytes of one scalar.
///
/// UTF-8 by length; `x` are bits of the scalar, six in every byte but the first:
///
///     0...7F           0xxxxxxx
///     80...7FF         110xxxxx 10xxxxxx
///     800...FFFF       1110xxxx 10xxxxxx 10xxxxxx
///     10000...10FFFF   11110xxx 10xxxxxx 10xxxxxx 10xxxxxx
///
/// A first byte stands for a block of consecutive scalars, and each byte after it for a 64th of the
/// block. States with the same transitions are made once. Source: RFC 3629.
struct ScalarSpeller {
    typealias Transition = ByteAutomaton.Transition

    /// Scalars that lead to the same state.
    struct Piece {
        let start: UInt32
        var end: UInt32
        let target: Int
    }

    private(set) var states: [ByteAutomaton.State]
    private let stateLimit: Int
    private var known: [[Transition]: Int] = [:]
    /// States from which any rest of a scalar leads to one target.
    private var complete: [[Int]: Int] = [:]

    init(stateCount: Int, stateLimit: Int) {
        self.stateLimit = stateLimit
        states = Array(repeating: ByteAutomaton.State(), count: stateCount)
    }

    /// Gives a state its transitions.
    ///
    /// Throws: `limit`.
    mutating func define(
        _ state: Int,
        isAccepting: Bool,
        pieces: [Piece],
        _ spelling: ScalarSpelling
    ) throws(GrammarError) {
        let escaped = spelling == .jsonString ? ScalarSpelling.escapedInJSON : ScalarSet([])
        var transitions: [Transition] = []
        for range in escaped.complement.ranges where range.lowerBound < 0x80 {
            for piece in Self.clip(pieces[...], range.lowerBound, min(range.upperBound, 0x7F)) {
                let bytes = UInt8(piece.start)...UInt8(piece.end)
                transitions.append(Transition(bytes, to: piece.target))
            }
        }
        if let escape = try escapes(pieces, escaped) {
            transitions.append(Transition(0x5C...0x5C, to: escape))
        }
        for lead in UInt32(0xC2)...0xDF {
            try addBlock(lead, (lead & 0x1F) << 6, pieces, level: 1, to: &transitions)
        }
        for lead in UInt32(0xE0)...0xEF {
            try addBlock(lead, (lead & 0x0F) << 12, pieces, level: 2, to: &transitions)
        }
        for lead in UInt32(0xF0)...0xF4 {
            try addBlock(lead, (lead & 0x07) << 18, pieces, level: 3, to: &transitions)
        }
        transitions.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
        states[state] = ByteAutomaton.State(transitions: transitions, isAccepting: isAccepting)
    }

    // MARK: - UTF-8

    /// The least scalar of each number of bytes after the first.
    private static let least: [UInt32] = [0, 0x80, 0x800, 0x1_0000]

    private mutating func addBlock(
        _ lead: UInt32,
        _ base: UInt32,
        _ pieces: [Piece],
        level: Int,
        to transitions: inout [Transition]
    ) throws(GrammarError) {
        let last = base + (1 << UInt32(6 * level)) - 1
        let inside = Self.clip(pieces[...], max(base, Self.least[level]), last)
        guard !inside.isEmpty else { return }
        let target = try state(inside[...], base, level)
        Self.append(UInt8(lead), target, to: &transitions)
    }

    /// The state that reads the last `level` bytes of the scalars of a block.
    private mutating func state(
        _ pieces: ArraySlice<Piece>,
        _ base: UInt32,
        _ level: Int
    ) throws(GrammarError) -> Int {
        let shift = UInt32(6 * (level - 1))
        let only = pieces.count == 1 ? pieces.first : nil
        let isWhole = only.map { $0.start == base && $0.end == base + (64 << shift) - 1 } ?? false
        if isWhole, let target = only?.target {
            if let state = complete[[level, target]] { return state }
            let next =
                level == 1
                ? target
                : try state([Piece(start: 0, end: (1 << shift) - 1, target: target)], 0, level - 1)
            let made = try make([Transition(0x80...0xBF, to: next)])
            complete[[level, target]] = made
            return made
        }
        var transitions: [Transition] = []
        for part in UInt32(0)..<64 {
            let start = base + part << shift
            let inside = Self.clip(pieces, start, start + (1 << shift) - 1)
            guard let first = inside.first else { continue }
            let next = level == 1 ? first.target : try state(inside[...], start, level - 1)
            Self.append(UInt8(0x80 + part), next, to: &transitions)
        }
        return try make(transitions)
    }

    /// What lies between two scalars.
    private static func clip(
        _ pieces: ArraySlice<Piece>,
        _ start: UInt32,
        _ end: UInt32
    ) -> [Piece] {
        var (low, high) = (pieces.startIndex, pieces.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end < start { low = middle + 1 } else { high = middle }
        }
        var inside: [Piece] = []
        while low < pieces.endIndex, pieces[low].start <= end {
            let piece = pieces[low]
            inside.append(
                Piece(
                    start: max(piece.start, start),
                    end: min(piece.end, end),
                    target: piece.target
                )
            )
            low += 1
        }
        return inside
    }

    private static func append(_ byte: UInt8, _ target: Int, to transitions: inout [Transition]) {
        if let last = transitions.last, last.target == target, last.bytes.upperBound + 1 == byte {
            transitions[transitions.count - 1] = Transition(
                last.bytes.lowerBound...byte,
                to: target
            )
        } else {
            transitions.append(Transition(byte...byte, to: target))
        }
    }

    private mutating func make(_ transitions: [Transition]) throws(GrammarError) -> Int {
        if let state = known[transitions] { return state }
        guard states.count < stateLimit else { throw ScalarAutomaton.tooManyStates(stateLimit) }
        states.append(ByteAutomaton.State(transitions: transitions))
        known[transitions] = states.count - 1
        return states.count - 1
    }

    // MARK: - Escapes

    /// The state after a backslash; nil if no scalar that is to be escaped leads anywhere.
    private mutating func escapes(
        _ pieces: [Piece],
        _ escaped: ScalarSet
    ) throws(GrammarError) -> Int? {
        var paths: [(bytes: ArraySlice<UInt8>, target: Int)] = []
        for range in escaped.ranges {
            for piece in Self.clip(pieces[...], range.lowerBound, range.upperBound) {
                for value in piece.start...piece.end {
                    paths.append((ScalarSpelling.jsonEscape(value).dropFirst(), piece.target))
                }
            }
        }
        return paths.isEmpty ? nil : try branch(paths)
    }

    private mutating func branch(
        _ paths: [(bytes: ArraySlice<UInt8>, target: Int)]
    ) throws(GrammarError) -> Int {
        var transitions: [Transition] = []
        let groups = Dictionary(grouping: paths) { $0.bytes.first ?? 0 }
        for (byte, group) in groups.sorted(by: { $0.key < $1.key }) {
            let rest = group.map { (bytes: $0.bytes.dropFirst(), target: $0.target) }
            let target = rest[0].bytes.isEmpty ? rest[0].target : try branch(rest)
            Self.append(byte, target, to: &transitions)
        }
        return try make(transitions)
    }
}
