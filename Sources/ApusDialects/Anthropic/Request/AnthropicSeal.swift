/// How reasoning is made recognisable when a client sends it back.
///
/// A thinking block leaves with a signature; only text with its own signature comes in again.
/// The functions are those of whoever holds the key; they must be pure.
package struct AnthropicSeal: Sendable {
    /// The signature of reasoning that the client is shown.
    package var sign: @Sendable (_ thinking: String) -> String
    /// Whether a signature belongs to a text.
    package var verify: @Sendable (_ thinking: String, _ signature: String) -> Bool
    /// A signature that also carries the reasoning, for clients that are not shown it.
    package var conceal: @Sendable (_ thinking: String) -> String
    /// The reasoning that `conceal` put into a signature, or nil when it did not make it.
    package var reveal: @Sendable (_ signature: String) -> String?

    /// A seal made of four functions.
    package init(
        sign: @escaping @Sendable (_ thinking: String) -> String,
        verify: @escaping @Sendable (_ thinking: String, _ signature: String) -> Bool,
        conceal: @escaping @Sendable (_ thinking: String) -> String,
        reveal: @escaping @Sendable (_ signature: String) -> String?
    ) {
        self.sign = sign
        self.verify = verify
        self.conceal = conceal
        self.reveal = reveal
    }
}
