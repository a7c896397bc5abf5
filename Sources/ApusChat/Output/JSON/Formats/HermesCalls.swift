internal import ApusSampling

extension CallLayout {
    /// Hermes 2 Pro, Qwen 2.5, Qwen 3 and many others.
    ///
    ///     <tool_call>
    ///     {"name": "f", "arguments": {…}}
    ///     </tool_call>
    ///
    /// Source: the model cards of Hermes 2 Pro and Qwen 2.5. Some models write several objects, or
    /// an array of them, between two tags.
    static let hermes = tagged(open: "<tool_call>", close: "</tool_call>")

    /// Calls as objects between two tags.
    static func tagged(open: String, close: String, keys: CallKeys = CallKeys()) -> CallLayout {
        CallLayout(
            openings: [open],
            closings: [close],
            keys: keys,
            markers: [open, close],
            writing: Writing(
                head: { [.tag(open), .objectHead($0, keys: keys, start: "\n{")] },
                tail: [.text("}\n"), .tag(close)],
                separator: [.text("\n")]
            )
        )
    }
}
