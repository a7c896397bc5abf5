/// A grammar as a nondeterministic automaton over bytes, with calls.
///
/// Edges of a state lie in flat arrays. Bytes that no edge tells apart share a class, and byte edges
/// go by class. A state is kept in configurations only if it has byte or token edges; all others are
/// walked through when a configuration is closed.
struct GrammarProgram: Sendable {
    /// One state: where its edges lie in the arrays below.
    struct State: Sendable {
        var bytes: Range<Int32> = 0..<0
        var tokens: Range<Int32> = 0..<0
        var jumps: Range<Int32> = 0..<0
        var pushes: Range<Int32> = 0..<0
        /// Whether what was called or repeated ends here.
        var isFinal = false
        /// Whether it is part of free text.
        var isFree = false

        /// Whether configurations can rest here.
        var isStable: Bool { !bytes.isEmpty || !tokens.isEmpty }
        /// Whether all it does is to end what was called.
        var onlyReturns: Bool { isFinal && !isStable && jumps.isEmpty && pushes.isEmpty }
    }

    /// Classes of bytes that lead to a state.
    struct ByteEdge: Sendable {
        let lowest: UInt8
        let highest: UInt8
        let target: Int32
    }

    /// Special tokens that lead to a state.
    struct TokenEdge: Sendable {
        /// Place in `tokenSets`.
        let set: Int32
        let target: Int32
    }

    /// A step into a rule or into the body of a counted repetition.
    struct Push: Sendable {
        /// The frame to push: a state to return to, `~` the place in `counters`, or nothing.
        enum Frame: Sendable {
            case none
            case call(returnTo: Int32)
            case counter(Int32)
        }

        let frame: Frame
        /// First state of what is called.
        let start: Int32
        /// The state that follows; -1 for a call that is the last thing its caller does.
        let next: Int32
    }

    /// A counted repetition.
    struct Counter: Sendable {
        let start: Int32
        let next: Int32
        let minimum: Int32
        /// `Int32.max` for no limit.
        let maximum: Int32
    }

    var states: [State] = []
    var byteEdges: [ByteEdge] = []
    var tokenEdges: [TokenEdge] = []
    var jumps: [Int32] = []
    var pushes: [Push] = []
    var counters: [Counter] = []
    /// Sorted tokens.
    var tokenSets: [[Int32]] = []
    /// The class of every byte; classes are intervals of bytes, in ascending order.
    var classOfByte: [UInt8] = []
    var classCount = 1
    var start: Int32 = 0
    /// How many frames a state needs above its own to reach its end; `unreachable` for never.
    var need: [Int32] = []

    /// Frames a stack can hold; what would need more is not allowed.
    static let stackLimit: Int32 = 512
    static let unreachable = Int32.max / 2
}
