internal import ApusDialects
internal import Synchronization

/// Shows an answer while it comes, and remembers it.
///
/// Until the first piece a spinner turns, when there is a terminal to show it on.
final class AnswerPrinter: Sendable {
    private struct State {
        var text: AnswerText
        var content = ""
        var thinking = ""
        var calls: [OllamaToolCall] = []
        var metrics: OllamaMetrics?
    }

    private let console: Console
    private let spinner: ProgressDisplay
    private let state: Mutex<State>

    init(_ appearance: AnswerText.Appearance, on console: Console, spinner: ProgressDisplay) {
        self.console = console
        self.spinner = spinner
        state = Mutex(State(text: AnswerText(appearance)))
    }

    /// The text of the answer so far.
    var content: String { state.withLock { $0.content } }
    /// The reasoning so far.
    var thinking: String { state.withLock { $0.thinking } }
    /// The calls so far.
    var calls: [OllamaToolCall] { state.withLock { $0.calls } }
    /// Counts and times, once the answer is complete.
    var metrics: OllamaMetrics? { state.withLock { $0.metrics } }

    /// Shows a piece.
    func show(
        thinking: String?,
        content: String,
        calls: [OllamaToolCall] = [],
        metrics: OllamaMetrics?
    ) throws {
        let shown = state.withLock { state in
            state.content += content
            state.thinking += thinking ?? ""
            state.calls += calls
            if let metrics { state.metrics = metrics }
            return state.text.thinking(thinking ?? "") + state.text.content(content)
                + calls.map { state.text.call(ToolCallText.line($0)) }.joined()
        }
        try write(shown)
    }

    /// Says what did not fit the context and, if wanted, counts and times; on standard error.
    func showFigures(verbose: Bool) throws {
        guard let metrics else { return }
        if let truncated = metrics.truncated {
            try Console.errors.writeLine(
                "Warning: the conversation did not fit the context; left out: "
                    + "\(truncated.messages) messages, \(truncated.tokens) tokens of the prompt, "
                    + "\(truncated.shifted) tokens on the way"
            )
        }
        if verbose { try Console.errors.write(Timings.text(metrics)) }
    }

    /// Ends the answer, complete or not, with a blank line under it.
    func finish() throws {
        let (rest, hasContent) = state.withLock {
            ($0.text.finish(), !$0.content.isEmpty || !$0.calls.isEmpty)
        }
        spinner.clear()
        // The mark after reasoning alone ends with a blank line of its own.
        try console.write(rest.isEmpty || hasContent ? rest + "\n\n" : rest)
    }

    private func write(_ text: String) throws {
        guard !text.isEmpty else { return }
        spinner.clear()
        try console.write(text)
    }
}
