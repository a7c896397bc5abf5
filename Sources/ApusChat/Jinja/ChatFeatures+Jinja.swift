extension ChatFeatures {
    /// What the text of a Jinja template tells, with the variables and members that it reads.
    init(jinja source: String, variables: Set<String>, members: Set<String>) {
        func mentions(_ text: String) -> Bool { TextSearch.first(text, in: source) != nil }
        let tags = ThinkingTags.known.first { mentions($0.close) }
        let marksThinking =
            tags.map { tags in
                mentions(tags.open)
                    || !members.contains("reasoning_content") && !mentions("<SPECIAL_12>")
            } ?? false
        self.init(
            supportsTools: variables.contains("tools") || members.contains("tool_calls"),
            supportsThinking: marksThinking || variables.contains("enable_thinking")
                || variables.contains("reasoning_effort"),
            thinkingTags: tags,
            toolCallFormat: ToolCallFormat(templateText: source)
        )
    }
}
