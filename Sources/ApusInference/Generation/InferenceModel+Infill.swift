internal import ApusChat
internal import ApusConversation
internal import ApusTokenizers

/// Filling in the middle.
extension InferenceModel {
    /// The tokens of two texts with a gap between them, and the text they came from.
    ///
    /// A template that has a place for a suffix lays them out. Otherwise the vocabulary's own tokens
    /// do: prefix, suffix, then what is to be generated (Bavarian and others, "Efficient Training
    /// of Language Models to Fill in the Middle", 2022, order PSM).
    /// Throws: `ChatError`; `InferenceError` `unsupported` when there is neither.
    func infill(
        prefix: String,
        suffix: String,
        template: any ChatTemplate
    ) throws -> Prompt {
        if template.features.supportsSuffix {
            let text = try template.render(prompt: prefix, suffix: suffix, options: renderOptions)
            return Prompt(tokens: encode(text), text: text)
        }
        let special = tokenizer.special
        guard let before = special.infillPrefix, let after = special.infillSuffix,
            let middle = special.infillMiddle
        else {
            throw InferenceError(
                .unsupported,
                "this model cannot fill in: it has neither a template with a suffix nor tokens for it"
            )
        }
        func plain(_ text: String) -> [Int32] {
            tokenizer.encode(text, addSpecial: false, parseSpecial: false)
        }
        func name(_ token: Int32) -> String { tokenizer.text(of: token) ?? "" }
        let beginning = special.addsBeginning ? special.beginning.map { [$0] } ?? [] : []
        return Prompt(
            tokens: beginning + [before] + plain(prefix) + [after] + plain(suffix) + [middle],
            text: name(before) + prefix + name(after) + suffix + name(middle)
        )
    }

    /// Whether `infill` has a way to lay a gap out.
    var canInfill: Bool {
        let special = tokenizer.special
        return template.features.supportsSuffix
            || special.infillPrefix != nil && special.infillSuffix != nil
                && special.infillMiddle != nil
    }
}
