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
            toolCallFormat: supportsTools ? text.toolCallFormat(source) : .none
        )
    }
}

/// Finds the literal texts around reasoning and calls of tools.
private struct GoFeatureSearch {
    /// What stands before and after `.Thinking` in a range over the messages.
    private(set) var thinkingTags: ThinkingTags?
    /// Literal text in the block of `.ToolCalls`, in order.
    private var callTexts: [String]?
    /// The first literal text behind that block.
    private var textAfterCalls: String?

    init(_ tree: GoTree) {
        for name in [nil] + tree.definitions.keys.sorted().map(Optional.some) {
            visit(name.flatMap { tree.definitions[$0] } ?? tree.main, inMessages: name != nil)
        }
    }

    private mutating func visit(_ nodes: [GoNode], inMessages: Bool) {
        for (position, node) in nodes.enumerated() {
            switch node {
            case .text(let text):
                if callTexts != nil, textAfterCalls == nil, !Self.trimmed(text).isEmpty {
                    textAfterCalls = text
                }
            case .action(let pipeline):
                if inMessages, GoTreeSearch.reads("Thinking", pipeline) {
                    findTags(around: position, in: nodes)
                }
            case .branch(let branch):
                for arm in branch.arms { visit(arm, inMessages) }
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

    private mutating func visit(_ arm: GoBranch.Arm, _ inMessages: Bool) {
        if callTexts == nil, GoTreeSearch.reads("ToolCalls", arm.condition) {
            let texts = Self.texts(arm.body)
            if !texts.isEmpty {
                callTexts = texts
                // Reasoning may be written in the same block.
                visit(
                    arm.body.filter { if case .text = $0 { false } else { true } },
                    inMessages: inMessages
                )
                return
            }
        }
        visit(arm.body, inMessages: inMessages)
    }

    // MARK: Thinking

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

    // MARK: Calls

    /// The format of calls: what their block begins with, up to the JSON, is the opening tag.
    func toolCallFormat(_ source: String) -> ToolCallFormat {
        guard let texts = callTexts, let first = texts.first(where: { !Self.trimmed($0).isEmpty })
        else { return .none }
        if texts.contains(where: { $0.contains("<function=") || $0.contains("<arg_key>") }) {
            return .none
        }
        var open = Self.trimmed(first.prefix { $0 != "{" })
        if open.count > 1, open.hasSuffix("[") { open = Self.trimmed(open.dropLast()) }
        if open.isEmpty || open == "[" { return .bareJSON }
        if open.hasPrefix("<") {
            let close = "</" + open.dropFirst()
            if TextSearch.first(close, in: source) != nil {
                return .tagged(open: open, close: close)
            }
        }
        return .tagged(open: open, close: close(texts.dropFirst().last))
    }

    /// What stands behind the calls, without the ends of their JSON.
    ///
    /// A model ends its turn there; without such a text, one that none writes.
    private func close(_ last: String?) -> String {
        for text in [last, textAfterCalls] {
            guard let text else { continue }
            let rest = text.drop { "}])".contains($0) || $0.isWhitespace }
            let word = rest.prefix { !$0.isWhitespace && $0 != "{" }
            if word.utf8.count > 1, !word.hasPrefix("\"") { return String(word) }
        }
        return "\0"
    }

    private static func texts(_ nodes: [GoNode]) -> [String] {
        nodes.flatMap { node -> [String] in
            switch node {
            case .text(let text): [text]
            case .branch(let branch):
                branch.arms.flatMap { texts($0.body) } + texts(branch.otherwise)
            case .range(let range): texts(range.body) + texts(range.otherwise)
            default: []
            }
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0.isWhitespace }
        let count = start.reversed().drop { $0.isWhitespace }.count
        return String(start.prefix(count))
    }
}
