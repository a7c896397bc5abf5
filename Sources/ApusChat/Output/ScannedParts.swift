internal import ApusConversation

/// Collects the parts of an answer, neighbouring texts as one.
struct ScannedParts: Sendable {
    /// Text that has not become a part yet; may be appended to.
    var pendingText: [UInt8] = []
    private var parts: [ScannedPart] = []

    /// Adds a part; texts without bytes are left out.
    mutating func append(_ part: ScannedPart) {
        switch part {
        case .text(let bytes):
            pendingText += bytes
            return
        case .callArguments(let bytes) where bytes.isEmpty: return
        case .brokenCall(let bytes) where bytes.isEmpty: return
        default: break
        }
        flush()
        parts.append(part)
    }

    /// Adds the end of a call, with its beginning when nothing of it has been added yet.
    mutating func append(whole name: String, _ arguments: JSONValue) {
        append(.callStart(name: name))
        append(.callArguments(Array(arguments.jsonText().utf8)))
        append(.callEnd(arguments: arguments))
    }

    /// Hands out all parts.
    mutating func take() -> [ScannedPart] {
        flush()
        defer { parts = [] }
        return parts
    }

    private mutating func flush() {
        guard !pendingText.isEmpty else { return }
        parts.append(.text(pendingText))
        pendingText = []
    }
}
