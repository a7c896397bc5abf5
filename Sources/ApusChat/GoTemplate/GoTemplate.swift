package import ApusConversation

/// A chat template in the language of Go's `text/template`: what models of Ollama carry.
///
/// Variables, functions and the joining of messages follow Ollama. A template without `.Messages`
/// writes one exchange of `.System`, `.Prompt` and `.Response` and is run once for each; the last
/// run ends behind `.Response`.
package struct GoTemplate: ChatTemplate {
    package let source: String
    package let features: ChatFeatures
    private let tree: GoTree
    private let limits: GoLimits
    /// Whether the template goes through the messages itself.
    private let readsMessages: Bool
    /// The nodes up to `.Response`.
    private let opening: [GoNode]

    /// A template from its text.
    ///
    /// Without `.Messages` and `.Response`, `{{ .Response }}` is put behind it.
    /// Throws: `ChatError` with code `syntax`, or `limit` when the text nests too deep.
    package init(_ source: String, limits: GoLimits = GoLimits()) throws(ChatError) {
        var tree = try GoParser.parse(source)
        let names = GoTreeSearch.names(in: tree)
        readsMessages = names.contains("messages")
        if !readsMessages, !names.contains("response") { tree.main.append(Self.response) }
        self.source = source
        self.tree = tree
        self.limits = limits
        opening = GoTreeSearch.upToResponse(tree.main)
        features = ChatFeatures(go: tree, source: source, names: names)
    }

    private static let response = GoNode.action(
        GoPipeline(
            commands: [GoCommand(first: .field(["Response"]), arguments: [])],
            line: 1
        )
    )

    /// See `ChatTemplate`.
    package func render(
        _ conversation: Conversation,
        options: RenderOptions
    ) throws(ChatError) -> String {
        let data = OllamaData(conversation)
        guard readsMessages else { return try renderExchanges(data, options) }
        guard let last = data.messages.last, last.role == "assistant", last.toolCalls.isEmpty else {
            return try run(data.whole(data.messages), options)
        }
        return try renderContinuing(last, data, options)
    }

    /// See `ChatTemplate`.
    ///
    /// An empty suffix asks for an answer to `prompt`.
    package func render(
        prompt: String,
        suffix: String,
        options: RenderOptions
    ) throws(ChatError) -> String {
        if suffix.isEmpty {
            let message = Message(role: "user", content: prompt)
            return try render(Conversation(messages: [message]), options: options)
        }
        guard features.supportsSuffix else {
            throw ChatError(.unsupported, "this template has no place for a suffix.")
        }
        return try run(OllamaData.infill(prompt: prompt, suffix: suffix), options)
    }

    /// The text for variables of the caller's choice, for tests.
    func run(
        _ data: GoValue,
        _ options: RenderOptions,
        nodes: [GoNode]? = nil
    ) throws(ChatError) -> String {
        let interpreter = GoInterpreter(tree: tree, date: options.date, limits: limits)
        return try interpreter.render(nodes ?? tree.main, data)
    }

    // MARK: One exchange at a time

    private func renderExchanges(
        _ data: OllamaData,
        _ options: RenderOptions
    ) throws(ChatError) -> String {
        var output = ""
        var (system, prompt, response) = ("", "", "")
        func flush() throws(ChatError) {
            output += try run(
                data.exchange(system: system, prompt: prompt, response: response),
                options
            )
            guard output.utf8.count <= limits.bytes else {
                throw ChatError(.limit, "the template writes too much.")
            }
            (system, prompt, response) = ("", "", "")
        }
        for message in data.messages {
            switch message.role {
            case "system":
                if !prompt.isEmpty || !response.isEmpty { try flush() }
                system = message.content
            case "user":
                if !response.isEmpty { try flush() }
                prompt = message.content
            case "assistant": response = message.content
            default: break
            }
        }
        return output
            + (try run(
                data.exchange(system: system, prompt: prompt, response: response),
                options,
                nodes: opening
            ))
    }

    // MARK: Continuing a turn

    /// The prompt up to where the text of the last message ends, found with a mark behind it.
    private func renderContinuing(
        _ last: Message,
        _ data: OllamaData,
        _ options: RenderOptions
    ) throws(ChatError) -> String {
        let mark = Self.mark(absentFrom: data.messages)
        let continuesThinking = last.content.isEmpty && last.thinking?.isEmpty == false
        for marksThinking in continuesThinking ? [true, false] : [false] {
            var message = last
            if marksThinking {
                message.thinking = (last.thinking ?? "") + mark
            } else {
                message.content += mark
            }
            let text = try run(data.whole(data.messages.dropLast() + [message]), options)
            if let offset = TextSearch.last(mark, in: text) {
                let kept = String(decoding: Array(text.utf8)[..<offset], as: UTF8.self)
                // A template may write the text more than once.
                return TextSearch.replace(kept, mark, "")
            }
        }
        // The template leaves the message out: open a turn and put its text there.
        return try run(data.whole(data.messages.dropLast()), options) + last.content
    }

    /// Letters that stand nowhere in the conversation.
    private static func mark(absentFrom messages: [Message]) -> String {
        var mark = "CONTINUE_HERE"
        while messages.contains(where: { message in
            TextSearch.first(mark, in: message.content + (message.thinking ?? "")) != nil
        }) {
            mark += "_X"
        }
        return mark
    }
}
