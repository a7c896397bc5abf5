internal import ApusSampling

extension CallLayout {
    /// Kimi K2: `<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`
    /// for every call, the calls counted, in a section with markers of its own.
    ///
    /// Source: the guide to tool calls in the repository of Kimi K2.
    static let kimi = CallLayout(
        openings: ["<|tool_calls_section_begin|>"],
        closings: ["<|tool_calls_section_end|>"],
        announcements: ["<|tool_call_begin|>"],
        fences: ["<|tool_call_end|>"],
        keys: nil,
        nameInHeader: kimiName,
        markers: [
            "<|tool_calls_section_begin|>", "<|tool_calls_section_end|>", "<|tool_call_begin|>",
            kimiArguments, "<|tool_call_end|>",
        ],
        writing: Writing(
            opening: [.tag("<|tool_calls_section_begin|>")],
            head: { name in
                [
                    .tag("<|tool_call_begin|>"), .text("functions." + name + ":"),
                    .repeated(.characters(ScalarSet("0123456789")), minimum: 1, maximum: 3),
                    .tag(kimiArguments),
                ]
            },
            tail: [.tag("<|tool_call_end|>")],
            closing: [.tag("<|tool_calls_section_end|>")],
            hasHeaders: true
        )
    )

    private static let kimiArguments = "<|tool_call_argument_begin|>"

    @Sendable private static func kimiName(_ header: String) -> String? {
        guard let identifier = header.cut(at: kimiArguments)?.before.functionName else {
            return nil
        }
        let name = identifier.cut(at: "functions.").flatMap { $0.before.isEmpty ? $0.after : nil }
        let numbered = name ?? identifier
        guard let colon = numbered.lastIndex(of: ":"),
            numbered[numbered.index(after: colon)...].allSatisfy(\.isNumber)
        else { return numbered }
        return colon == numbered.startIndex ? nil : String(numbered[..<colon])
    }
}
