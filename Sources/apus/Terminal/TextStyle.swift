/// Colours of a terminal, or none.
struct TextStyle: Sendable {
    /// Whether anything is coloured.
    let isEnabled: Bool

    static let grey = "\u{1B}[38;5;245m"
    static let bold = "\u{1B}[1m"
    static let plain = "\u{1B}[0m"

    /// `text` in grey.
    func dimmed(_ text: String) -> String {
        isEnabled && !text.isEmpty ? Self.grey + text + Self.plain : text
    }
}
