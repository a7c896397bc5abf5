internal import ApusSampling

extension CallLayout {
    /// DeepSeek V3 and R1, with a code block in every call.
    ///
    ///     <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f
    ///     ```json
    ///     {…}
    ///     ```<｜tool▁call▁end｜><｜tool▁calls▁end｜>
    ///
    /// Source: the chat template of DeepSeek R1. Both forms of DeepSeek are read by both layouts.
    static let deepSeek = deepSeek(
        head: { [.text("function"), .tag(separator), .text($0 + "\n```json\n")] },
        tail: [.text("\n```")],
        separator: [.text("\n")]
    )

    /// DeepSeek V3.1: `<｜tool▁call▁begin｜>f<｜tool▁sep｜>{…}<｜tool▁call▁end｜>` for every call.
    static let deepSeekPlain = deepSeek(
        head: { [.text($0), .tag(separator)] },
        tail: [],
        separator: []
    )

    private static let separator = "<｜tool▁sep｜>"
    private static let begin = "<｜tool▁call▁begin｜>"
    private static let end = "<｜tool▁call▁end｜>"

    private static func deepSeek(
        head: @escaping @Sendable (String) -> [GrammarExpression],
        tail: [GrammarExpression],
        separator: [GrammarExpression]
    ) -> CallLayout {
        CallLayout(
            openings: ["<｜tool▁calls▁begin｜>"],
            closings: ["<｜tool▁calls▁end｜>"],
            announcements: [begin],
            fences: ["```", end],
            keys: nil,
            nameInHeader: name,
            markers: [
                "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", begin, end, Self.separator,
            ],
            writing: Writing(
                opening: [.tag("<｜tool▁calls▁begin｜>")],
                head: { [.tag(begin)] + head($0) },
                tail: tail + [.tag(end)],
                separator: separator,
                closing: [.tag("<｜tool▁calls▁end｜>")],
                hasHeaders: true
            )
        )
    }

    @Sendable private static func name(_ header: String) -> String? {
        guard let (before, after) = header.cut(at: separator) else { return nil }
        let behind = (after.cut(at: "```")?.before ?? after)
        return behind.functionName
            ?? (behind.allSatisfy(\.isWhitespace) ? before.functionName : nil)
    }
}
