internal import ApusConversation

extension ChatFeatures {
    /// What the tree of a Go template tells; `names` are those it reads, in lower case.
    init(go tree: GoTree, source: String, names: Set<String>) {
        let text = GoFeatureSearch(tree)
        let supportsTools = names.contains("tools")
        self.init(
            supportsTools: supportsTools,
            supportsThinking: text.thinkingTags != nil || names.contains("isthinkset")
                || names.contains("think") || names.contains("thinklevel"),
            supportsSuffix: names.contains("suffix"),
            thinkingTags: text.thinkingTags,
            toolCallFormat: supportsTools ? Self.toolCallFormat(go: tree, source) : nil
        )
    }

    /// The format of calls that the template's text and its rendering of a call show.
    private static func toolCallFormat(go tree: GoTree, _ source: String) -> ToolCallFormat? {
        var limits = GoLimits()
        limits.steps = 1_000_000
        limits.bytes = 1 << 20
        return ToolCallFormat(templateText: source) { [limits] conversation in
            let data = OllamaData(conversation)
            let interpreter = GoInterpreter(
                tree: tree,
                date: ChatDate(unixSeconds: 0),
                limits: limits
            )
            return try? interpreter.render(tree.main, data.whole(data.messages))
        }
    }
}

/// Finds the literal texts around reasoning.
private struct GoFeatureSearch {
    /// What stands before and after `.Thinking` in a range over the messages.
    private(set) var thinkingTags: ThinkingTags?

    init(_ tree: GoTree) {
        for name in [nil] + tree.definitions.keys.sorted().map(Optional.some) {
            visit(name.flatMap { tree.definitions[$0] } ?? tree.main, inMessages: name != nil)
        }
    }

    private mutating func visit(_ nodes: [GoNode], inMessages: Bool) {
        for (position, node) in nodes.enumerated() {
            switch node {
            case .action(let pipeline):
                if inMessages, GoTreeSearch.reads("Thinking", pipeline) {
                    findTags(around: position, in: nodes)
                }
            case .branch(let branch):
                for arm in branch.arms { visit(arm.body, inMessages: inMessages) }
                visit(branch.otherwise, inMessages: inMessages)
            case .range(let range):
                visit(
                    range.body,
                    inMessages: inMessages || GoTreeSearch.reads("Messages", range.sequence)
                )
            default: break
            }
        }
    }

    private mutating func findTags(around position: Int, in nodes: [GoNode]) {
        guard thinkingTags == nil else { return }
        let before = nodes[..<position].last { Self.text($0) != nil }.flatMap(Self.text)
        let after = nodes[(position + 1)...].first { Self.text($0) != nil }.flatMap(Self.text)
        guard let before, let after else { return }
        let (open, close) = (Self.trimmed(before), Self.trimmed(after))
        if let tags = ThinkingTags.known.first(where: {
            open.hasSuffix($0.open) && close.hasPrefix($0.close)
        }) {
            thinkingTags = tags
            return
        }
        guard let open = open.split(separator: "\n").last,
            let close = close.split(separator: "\n").first
        else { return }
        thinkingTags = ThinkingTags(open: Self.trimmed(open), close: Self.trimmed(close))
    }

    private static func text(_ node: GoNode) -> String? {
        guard case .text(let text) = node, !trimmed(text).isEmpty else { return nil }
        return text
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0.isWhitespace }
        let count = start.reversed().drop { $0.isWhitespace }.count
        return String(start.prefix(count))
    }
}
