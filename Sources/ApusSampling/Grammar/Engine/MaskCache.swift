/// A set of tokens of a mask, in the smaller form.
enum MaskTokens: Sendable {
    case few([Int32])
    case many([UInt64])

    /// The tokens of a bitset.
    init(_ words: UnsafeBufferPointer<UInt64>) {
        let count = words.reduce(0) { $0 + $1.nonzeroBitCount }
        guard count < words.count * 2 else {
            self = .many(Array(words))
            return
        }
        var tokens: [Int32] = []
        tokens.reserveCapacity(count)
        for (index, word) in words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                tokens.append(Int32(index * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        self = .few(tokens)
    }

    /// Bytes.
    var size: Int {
        switch self {
        case .few(let tokens): tokens.count * 4
        case .many(let words): words.count * 8
        }
    }

    /// Adds the tokens to a bitset, as far as they fit.
    func merge(into words: UnsafeMutableBufferPointer<UInt64>) {
        switch self {
        case .few(let tokens):
            for token in tokens where Int(token) >> 6 < words.count {
                words[Int(token) >> 6] |= 1 &<< UInt64(token & 63)
            }
        case .many(let own):
            for index in 0..<min(own.count, words.count) { words[index] |= own[index] }
        }
    }
}

/// Masks that were found before.
struct MaskCache {
    /// The tokens of a tier that a local state accepts, whatever stack it is on.
    struct Local {
        let tokens: MaskTokens
        /// Where tokens leave the local state before their end; the rest must fit the stack.
        let escapes: [Escape]
        /// False when there are too many such places to look at each.
        let isComplete: Bool
    }

    /// A node of a group's tree, or a token of which `offset` bytes were taken.
    struct Escape {
        let group: Int32
        let node: Int32
        var offset: Int32 = 0
    }

    /// A local state and the tier it was looked at for.
    struct LocalKey: Hashable {
        let state: Int32
        let tier: Int32
    }

    /// The mask of one state: some local ones and tokens of its own.
    struct Mask {
        let locals: [Int32]
        let own: MaskTokens
        let coverage: TokenMaskCoverage
    }

    private(set) var masks: [Int32: Mask] = [:]
    private(set) var locals: [Local] = []
    private var places: [LocalKey: Int32] = [:]
    /// Bytes in use, roughly.
    private(set) var size = 0

    func place(of key: LocalKey) -> Int32? { places[key] }

    mutating func insert(_ local: Local, for key: LocalKey?) -> Int32 {
        let place = Int32(locals.count)
        locals.append(local)
        if let key { places[key] = place }
        size += local.tokens.size + local.escapes.count * 8 + 128
        return place
    }

    mutating func insert(_ mask: Mask, for state: Int32) {
        masks[state] = mask
        size += mask.own.size + mask.locals.count * 4 + 128
    }
}
