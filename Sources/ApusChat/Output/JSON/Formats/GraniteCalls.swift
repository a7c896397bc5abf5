internal import ApusSampling

extension CallLayout {
    /// Granite 3: `<|tool_call|>[{"name": "f", "arguments": {…}}, …]`.
    ///
    /// Some of these models write `<tool_call>` in its place. Source: the chat templates of
    /// Granite 3.0 to 3.3.
    static let granite = CallLayout(
        openings: ["<|tool_call|>", "<tool_call>"],
        markers: ["<|tool_call|>", "<tool_call>"],
        writing: Writing(
            opening: [.tag("<|tool_call|>"), .text("[")],
            head: { [.objectHead($0, keys: CallKeys())] },
            tail: [.text("}")],
            separator: [.text(", ")],
            closing: [.text("]")]
        )
    )
}
