package import ApusGGUF
package import ApusTokenizers

extension Vocabulary {
    /// The vocabulary in a file's metadata (`tokenizer.ggml.*`).
    ///
    /// - Throws: `GGUFError` for keys that are missing or of another type, `TokenizerError` for a
    ///   kind of tokenizer that is not known.
    package init(_ metadata: GGUFMetadata) throws {
        let prefix = "tokenizer.ggml"
        func id(_ name: String) throws -> Int? { try metadata.optionalInt("\(prefix).\(name)") }
        func flag(_ name: String) throws -> Bool? {
            try metadata.optionalBool("\(prefix).\(name)")
        }
        self.init(
            model: try Model(metadata: metadata.string("\(prefix).model")),
            tokens: try metadata.strings("\(prefix).tokens")
        )
        preTokenizer = try metadata.optionalString("\(prefix).pre") ?? ""
        scores = try metadata.optionalFloats("\(prefix).scores") ?? []
        kinds =
            try metadata.optionalInts("\(prefix).token_type")?.map {
                Int32(clamping: $0)
            } ?? []
        merges = try metadata.optionalStrings("\(prefix).merges") ?? []
        addsBeginning = try flag("add_bos_token")
        addsEnd = try flag("add_eos_token")
        addsSpacePrefix = try flag("add_space_prefix")
        addsOneSpaceAtMost =
            try metadata.optionalBool("apus.tokenizer.add_one_space_at_most") ?? false
        addsSpaceAtStartOnly =
            try metadata.optionalBool("apus.tokenizer.add_space_at_start_only") ?? false
        removesExtraWhitespace = try flag("remove_extra_whitespaces")
        lowercases = try flag("normalizer.lowercase")
        stripsAccents = try flag("normalizer.strip_accents")
        characterMap =
            try metadata.optionalInts("\(prefix).precompiled_charsmap")?.map {
                UInt8(truncatingIfNeeded: $0)
            } ?? []
        modelName = try metadata.optionalString("general.name") ?? ""
        architecture = try metadata.optionalString("general.architecture") ?? ""
        special.beginning = try id("bos_token_id")
        special.end = try id("eos_token_id")
        special.ends = try metadata.optionalInts("\(prefix).eos_token_ids") ?? []
        special.endOfTurn = try id("eot_token_id")
        special.endOfMessage = try id("eom_token_id")
        special.unknown = try id("unknown_token_id")
        special.separator = try id("seperator_token_id") ?? id("separator_token_id")
        special.padding = try id("padding_token_id")
        special.mask = try id("mask_token_id")
        special.infillPrefix = try id("fim_pre_token_id") ?? id("prefix_token_id")
        special.infillSuffix = try id("fim_suf_token_id") ?? id("suffix_token_id")
        special.infillMiddle = try id("fim_mid_token_id") ?? id("middle_token_id")
        special.infillPadding = try id("fim_pad_token_id")
        special.infillRepository = try id("fim_rep_token_id")
        special.infillFile = try id("fim_sep_token_id")
    }
}
