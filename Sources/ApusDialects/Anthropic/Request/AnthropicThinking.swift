internal import ApusConversation

/// The `thinking` of a request.
///
/// ```
/// {"type": "enabled", "budget_tokens": 1024}   reason, with at most so many tokens
/// {"type": "adaptive"}                         reason as `output_config.effort` says
/// {"type": "between_tools"}                    reason only after a tool has answered
/// {"type": "disabled"}                         answer at once
/// ```
/// `display: "omitted"` hides the text from the client; the signature then carries it.
package struct AnthropicThinking: Sendable, Equatable {
    /// When the model reasons.
    package enum Mode: String, Sendable, CaseIterable {
        case enabled, disabled, adaptive
        case betweenTools = "between_tools"
    }

    /// The smallest budget that Anthropic's API takes.
    package static let smallestBudget = 1024

    /// When the model reasons.
    package var mode: Mode
    /// At most this many tokens of reasoning.
    package var budget: Int?
    /// Whether the client is shown the reasoning.
    package var isShown = true

    /// Reads the member; `maximumTokens` is nil where the request has none.
    init(_ fields: AnthropicFields, maximumTokens: Int?) throws(DialectError) {
        let modes = Mode.allCases.map(\.rawValue)
        guard let word = try fields.optionalWord("type", of: modes), let mode = Mode(rawValue: word)
        else { throw fields.refusal("type", "Field required") }
        self.mode = mode
        isShown = try fields.optionalWord("display", of: ["summarized", "omitted"]) != "omitted"
        guard mode == .enabled else { return }
        let budget = try fields.integer("budget_tokens")
        guard budget >= Self.smallestBudget else {
            throw fields.refusal(
                "enabled.budget_tokens",
                "Input should be greater than or equal to \(Self.smallestBudget)",
                .invalidValue
            )
        }
        if let maximumTokens, budget >= maximumTokens {
            throw DialectError(
                .invalidValue,
                "`max_tokens` must be greater than `thinking.budget_tokens`"
            )
        }
        self.budget = budget
    }

    /// What the model is asked for, given the effort and whether a tool has just answered.
    func thinking(effort: String?, followsTool: Bool) -> Thinking {
        switch mode {
        case .enabled: .on
        case .disabled: .off
        case .adaptive: effort.map { .effort($0) } ?? .on
        case .betweenTools: followsTool ? .on : .off
        }
    }
}
