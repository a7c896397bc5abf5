internal import ApusSampling

extension ToolCallFormat {
    /// Calls as objects behind a text, or as the whole answer when there is none.
    static func generic(
        open: String,
        close: String,
        keys: CallKeys,
        isArray: Bool
    ) -> ToolCallFormat {
        ToolCallFormat(
            "generic",
            parameters: [open, close, isArray ? "array" : "object"] + keys.name + keys.arguments,
            .generic(open: open, close: close, keys: keys, isArray: isArray)
        )
    }

    /// Calls as a text, the name, another text and the arguments.
    static func generic(open: String, separator: String, close: String) -> ToolCallFormat {
        ToolCallFormat(
            "generic-header",
            parameters: [open, separator, close],
            .generic(open: open, separator: separator, close: close)
        )
    }
}

extension CallLayout {
    /// A layout from the texts that a template writes around calls that are objects.
    fileprivate static func generic(
        open: String,
        close: String,
        keys: CallKeys,
        isArray: Bool
    ) -> CallLayout {
        let opening: [GrammarExpression] =
            (open.isEmpty ? [] : [.tag(open)]) + (isArray ? [.text("[")] : [])
        let closing: [GrammarExpression] =
            (isArray ? [.text("]")] : []) + (open.isEmpty || close.isEmpty ? [] : [.tag(close)])
        return CallLayout(
            openings: open.isEmpty ? [] : [open],
            closings: open.isEmpty || close.isEmpty ? [] : [close],
            isBare: open.isEmpty,
            keys: keys,
            markers: [open, close].filter { !$0.isEmpty },
            writing: Writing(
                opening: isArray ? opening : [],
                head: { (isArray ? [] : opening) + [.objectHead($0, keys: keys)] },
                tail: [.text("}")] + (isArray ? [] : closing),
                separator: [.text(isArray ? ", " : "\n")],
                closing: isArray ? closing : []
            )
        )
    }

    /// A layout from the texts that a template writes around the name and the arguments.
    fileprivate static func generic(
        open: String,
        separator: String,
        close: String
    ) -> CallLayout {
        CallLayout(
            openings: [open],
            closings: close.isEmpty ? [] : [close],
            keys: nil,
            nameInHeader: { header in
                let mark = separator.stripped
                if mark.isEmpty { return header.functionName }
                return header.cut(at: mark).flatMap { $0.before.functionName }
            },
            markers: [open, close].filter { !$0.isEmpty },
            writing: Writing(
                head: { [.tag(open), .text($0 + separator)] },
                tail: close.isEmpty ? [] : [.tag(close)],
                separator: close.isEmpty ? [] : [.text("\n")],
                hasHeaders: true
            )
        )
    }
}
