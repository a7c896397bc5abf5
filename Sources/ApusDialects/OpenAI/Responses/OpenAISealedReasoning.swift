internal import FoundationEssentials

/// Reasoning as `encrypted_content`, which clients that keep nothing else of it pass back.
///
/// It is encoded, not encrypted: nothing of it is secret from whoever has asked for it.
enum OpenAISealedReasoning {
    /// The form of a text.
    static func text(of reasoning: String) -> String { Data(reasoning.utf8).base64EncodedString() }

    /// The text of a form; nil when it comes from somewhere else.
    static func reasoning(of text: String) -> String? {
        // The library also reads spellings that `text(of:)` never writes.
        guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
            return nil
        }
        return String(validating: data, as: UTF8.self)
    }
}
