/// The quantization that the name of a GGUF file states: `Q4_K_M` of `Llama-3.2-1B-Q4_K_M.gguf`.
///
/// The last word of the name that is one, words being parted by `-`, `.`, blanks, and where nothing
/// else helps `_`: `Q4_0`, `IQ3_XXS`, `TQ1_0`, `Q8_K_XL`, `MXFP4_MOE`, `BF16`, `F16`; with `UD-` where
/// that stands before it, as in unsloth's repositories. Hugging Face's rule (`parseGGUFQuantLabel` of
/// huggingface.js) is much the same.
enum QuantizationLabel {
    /// The label in upper case; nil when the name, which has no ending, states none.
    static func of(_ stem: some StringProtocol) -> String? {
        let words = stem.uppercased().split(omittingEmptySubsequences: false) { character in
            character == "-" || character == "." || character == " "
        }
        for (index, word) in words.enumerated().reversed() {
            guard let label = ending(of: word) else { continue }
            let isDynamic = index > 0 && words[index - 1] == "UD" && label.count == word.count
            return isDynamic ? "UD-\(label)" : label
        }
        return nil
    }

    /// The longest end of a word, after nothing or `_`, that is a label.
    private static func ending(of word: Substring) -> String? {
        var rest = word
        while true {
            if isLabel(rest) { return String(rest) }
            guard let underscore = rest.firstIndex(of: "_") else { return nil }
            rest = rest[rest.index(after: underscore)...]
        }
    }

    private static func isLabel(_ text: Substring) -> Bool {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard let first = parts.first,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 4 || $0 == first })
        else { return false }
        if ["F16", "F32", "BF16", "FP16", "FP32", "MXFP4"].contains(first) { return true }
        let digits = ["IQ", "TQ", "Q"].lazy.first(where: first.hasPrefix)
            .map { first.dropFirst($0.count) }
        guard let digits, digits.utf8.count == 1, let digit = digits.utf8.first,
            (UInt8(ascii: "1")...UInt8(ascii: "8")).contains(digit)
        else { return false }
        return parts.count > 1
    }
}
