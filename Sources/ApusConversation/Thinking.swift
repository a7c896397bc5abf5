/// Whether, and how hard, a model that can reason before it answers should do so.
package enum Thinking: Sendable, Equatable, Codable {
    /// Answer at once.
    case off
    /// Reason first, as long as the model sees fit.
    case on
    /// Reason first, with the effort the client names: `low`, `medium`, `high` or `max`.
    case effort(String)

    /// Whether any reasoning is asked for.
    package var isOn: Bool { self != .off }
}
