/// The prompt of one answer: what is piped in, then the words of the command line.
enum PromptInput {
    /// The prompt; standard input is read to its end unless it is a terminal.
    ///
    /// Throws: `CommandFailure` when it is too long or cannot be read.
    static func text(of words: [String]) async throws -> String {
        let prompt = words.joined(separator: " ")
        if Terminal.isTerminal(0) { return prompt }
        let input = try await Blocking.run { try InputBytes.ofStandardInput() }
        return joined(String(decoding: input, as: UTF8.self), prompt)
    }

    /// Both, as Ollama joins them.
    static func joined(_ input: String, _ prompt: String) -> String {
        if input.isEmpty { return prompt }
        return prompt.isEmpty ? input : "\(input) \(prompt)"
    }
}
