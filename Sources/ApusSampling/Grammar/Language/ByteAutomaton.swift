/// A finite automaton over bytes, deterministic or not; it begins in state 0.
package struct ByteAutomaton: Sendable, Hashable {
    /// What one state does with bytes of a range.
    package struct Transition: Sendable, Hashable {
        /// The bytes that are taken.
        package let bytes: ClosedRange<UInt8>
        /// The state that follows.
        package let target: Int

        /// A transition to `target`.
        package init(_ bytes: ClosedRange<UInt8>, to target: Int) {
            self.bytes = bytes
            self.target = target
        }
    }

    /// One state.
    package struct State: Sendable, Hashable {
        /// Where bytes lead; a byte in none of them is refused.
        package var transitions: [Transition]
        /// Whether a text may end here.
        package var isAccepting: Bool

        /// A state.
        package init(transitions: [Transition] = [], isAccepting: Bool = false) {
            self.transitions = transitions
            self.isAccepting = isAccepting
        }
    }

    /// The states, the first one first.
    package var states: [State]

    /// An automaton.
    ///
    /// Precondition: targets are places in `states`.
    package init(states: [State]) { self.states = states }
}
