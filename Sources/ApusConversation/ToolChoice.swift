/// Whether the model calls a tool; enforced token by token.
package enum ToolChoice: Sendable, Equatable, Codable {
    /// The model decides.
    case automatic
    /// No call.
    case none
    /// At least one call, of any tool.
    case required
    /// A call of this tool.
    case named(String)
}
