internal import ApusSampling

extension CallLayout {
    /// Mistral, tokenizers up to version 7: `[TOOL_CALLS][{"name": "f", "arguments": {…}}, …]`.
    ///
    /// Source: the documentation of mistral-common. Both forms of Mistral are read by both layouts.
    static let mistral = mistral(
        Writing(
            opening: [.tag("[TOOL_CALLS]"), .text("[")],
            head: { [.objectHead($0, keys: CallKeys())] },
            tail: [.text("}")],
            separator: [.text(", ")],
            closing: [.text("]")]
        )
    )

    /// Mistral, tokenizers from version 11 on: `[TOOL_CALLS]f[ARGS]{…}`, again for each call.
    ///
    /// An identifier may stand before the arguments, as `[CALL_ID]id`; `[ARGS]` may lack.
    static let mistralArguments = mistral(
        Writing(
            head: { [.tag("[TOOL_CALLS]"), .text($0), .tag("[ARGS]")] },
            hasHeaders: true
        )
    )

    private static func mistral(_ writing: Writing) -> CallLayout {
        CallLayout(
            openings: ["[TOOL_CALLS]"],
            nameInHeader: { header in
                let end = header.firstIndex(of: "[") ?? header.endIndex
                let rest = header[end...]
                guard rest.isEmpty || rest.hasPrefix("[ARGS]") || rest.hasPrefix("[CALL_ID]") else {
                    return nil
                }
                return header[..<end].functionName
            },
            markers: ["[TOOL_CALLS]", "[CALL_ID]", "[ARGS]"],
            writing: writing
        )
    }
}

extension StringProtocol {
    /// The text without white space around it, when it is one word.
    var functionName: String? {
        let words = split(whereSeparator: \.isWhitespace)
        return words.count == 1 ? words.first.map { String($0) } : nil
    }

    /// What stands behind the first `marker`, and what stands before it.
    func cut(at marker: String) -> (before: String, after: String)? {
        let text = String(self)
        guard let offset = TextSearch.first(marker, in: text) else { return nil }
        let bytes = Array(text.utf8)
        return (
            String(decoding: bytes[..<offset], as: UTF8.self),
            String(decoding: bytes[(offset + marker.utf8.count)...], as: UTF8.self)
        )
    }
}
