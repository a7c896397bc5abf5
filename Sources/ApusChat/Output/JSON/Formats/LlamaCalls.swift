internal import ApusSampling

extension CallLayout {
    /// Llama 3.1 to 3.3: the whole answer is `{"name": "f", "parameters": {…}}`, or several of them
    /// with semicolons between.
    ///
    /// `<|python_tag|>` may come before them. For the built-in tools of Llama 3.1 a program in
    /// Python follows that tag. Source: Meta's prompt formats of Llama 3.1 and 3.2.
    static let llama = CallLayout(
        openings: ["<|python_tag|>"],
        separators: [UInt8(ascii: ";")],
        isBare: true,
        keys: llamaKeys,
        codeOpening: "<|python_tag|>",
        markers: ["<|python_tag|>"],
        writing: Writing(
            head: { [.objectHead($0, keys: llamaKeys)] },
            tail: [.text("}")],
            separator: [.text("; ")]
        )
    )

    private static let llamaKeys = CallKeys(arguments: ["parameters", "arguments"])
}
