internal import ApusSampling

extension CallLayout {
    /// Command R and R+, with a list in a code block behind `Action:`.
    ///
    ///     Action: ```json
    ///     [
    ///         {
    ///             "tool_name": "f",
    ///             "parameters": {…}
    ///         }
    ///     ]```
    ///
    /// Source: the model card of Command R.
    static let command = CallLayout(
        openings: ["Action: ```json", "Action:```json", "Action:\n```json"],
        closings: ["```"],
        keys: commandKeys,
        markers: [],
        writing: Writing(
            opening: [.text("Action: ```json\n[\n")],
            head: { [.objectHead($0, keys: commandKeys, start: "    {")] },
            tail: [.text("}")],
            separator: [.text(",\n")],
            closing: [.text("\n]```")]
        )
    )

    /// Command R7B, Command A and what followed them:
    /// `<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f", "parameters": {…}}]<|END_ACTION|>`.
    ///
    /// Answers stand between markers, too. Source: the chat template of Command R7B.
    static let commandAction = CallLayout(
        openings: ["<|START_ACTION|>"],
        closings: ["<|END_ACTION|>"],
        silent: [
            "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>",
        ],
        answerMarkers: ("<|START_RESPONSE|>", "<|END_RESPONSE|>"),
        keys: commandKeys,
        markers: [
            "<|START_ACTION|>", "<|END_ACTION|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>",
            "<|START_TEXT|>", "<|END_TEXT|>",
        ],
        writing: Writing(
            opening: [.tag("<|START_ACTION|>"), .text("[\n")],
            head: { name in
                [
                    .text(#"    {"tool_call_id": ""#),
                    .repeated(.characters(ScalarSet("0123456789")), minimum: 1, maximum: 3),
                    .objectHead(name, keys: commandKeys, start: #"", "#),
                ]
            },
            tail: [.text("}")],
            separator: [.text(",\n")],
            closing: [.text("\n]"), .tag("<|END_ACTION|>")]
        )
    )

    private static let commandKeys = CallKeys(
        name: ["tool_name", "name"],
        arguments: ["parameters", "arguments"]
    )
}
