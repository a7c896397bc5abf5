/// Reasoning as `encrypted_content`, which clients that keep nothing else of it pass back.
///
/// It is encoded, not encrypted: nothing of it is secret from whoever has asked for it.
enum OpenAISealedReasoning {
    /// The form of a text.
    static func text(of reasoning: String) -> String { Base64.text(Array(reasoning.utf8)) }

    /// The text of a form; nil when it comes from somewhere else.
    static func reasoning(of text: String) -> String? {
        Base64.bytes(text).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
