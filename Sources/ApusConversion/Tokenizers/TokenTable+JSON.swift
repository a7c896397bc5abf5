internal import ApusConversation
internal import FoundationEssentials

extension TokenTable {
    /// The vocabulary of a `tokenizer.json`, for an embedding of `rows` rows.
    ///
    /// - Throws: `ConversionError` `badTokenizer`, naming what is not known or contradictory.
    init(tokenizerFile root: JSONValue, rows: Int) throws(ConversionError) {
        guard let model = root["model"], model.objectValue != nil else {
            throw Self.wrong("'tokenizer.json' has no model")
        }
        let hasMerges = model["merges"]?.arrayValue != nil
        let kind = model["type"]?.stringValue ?? (hasMerges ? "BPE" : "none")
        let isByteLevel =
            Self.mentions("ByteLevel", root["pre_tokenizer"])
            || Self.mentions("ByteLevel", root["decoder"])
        switch kind {
        case "BPE" where isByteLevel: try self.init(byteLevel: model, root, rows)
        case "BPE": try self.init(characters: model, root, rows)
        case "Unigram": try self.init(unigram: model, root, rows)
        case "WordPiece": try self.init(wordPiece: model, root, rows)
        default: throw Self.wrong("'tokenizer.json' has a model of type '\(kind.prefix(40))'")
        }
        try addTokens(root["added_tokens"]?.arrayValue ?? [])
        takeTemplate(root["post_processor"])
    }

    private init(
        byteLevel model: JSONValue,
        _ root: JSONValue,
        _ rows: Int
    ) throws(ConversionError) {
        self.init(model: "gpt2", rows: rows)
        try Self.checkNormalizer(root, ["NFC"])
        preTokenizer = try PreTokenizerNames.name(
            of: root["pre_tokenizer"],
            ignoringMerges: model["ignore_merges"]?.boolValue ?? false
        )
        try setVocabulary(model) { _ in Self.normal }
        merges = try Self.merges(model).map { "\($0.left) \($0.right)" }
    }

    /// SentencePiece as byte-pair encoding: merges become scores, the earlier the higher.
    private init(
        characters model: JSONValue,
        _ root: JSONValue,
        _ rows: Int
    ) throws(ConversionError) {
        self.init(model: "llama", rows: rows)
        guard model["byte_fallback"]?.boolValue == true else {
            throw Self.wrong("its byte-pair model is neither byte-level nor has byte fallback")
        }
        try Self.checkNormalizer(root, ["Prepend", "Replace"])
        try setVocabulary(model) { Self.isByte($0) ? Self.byte : Self.normal }
        for (rank, merge) in try Self.merges(model).enumerated().reversed() {
            let text = merge.left + merge.right
            try set(id(of: text), text, kind: Self.normal, score: -Float(rank + 1))
        }
        unknown = model["unk_token"]?.stringValue.flatMap { id(of: $0) }
        if let unknown { try set(unknown, tokens[unknown], kind: Self.unknownKind, score: 0) }
        takeSpacePrefix(root)
    }

    private init(
        unigram model: JSONValue,
        _ root: JSONValue,
        _ rows: Int
    ) throws(ConversionError) {
        self.init(model: "t5", rows: rows)
        try Self.checkNormalizer(root, ["Precompiled", "Replace"])
        for (id, piece) in (model["vocab"]?.arrayValue ?? []).enumerated() {
            guard let text = piece[0]?.stringValue, let score = piece[1]?.doubleValue else {
                throw Self.wrong("entry \(id) of its vocabulary is no text with a score")
            }
            let kind = Self.isByte(text) ? Self.byte : Self.normal
            try set(id, text, kind: kind, score: Float(score))
        }
        unknown = model["unk_id"]?.intValue
        if let unknown, tokens.indices.contains(unknown) { try mark(unknown, Self.unknownKind) }
        takeSpacePrefix(root)
        flags["remove_extra_whitespaces"] = Self.mentions("Precompiled", root["normalizer"])
        characterMap = try Self.characterMap(root["normalizer"])
    }

    /// Words begin with U+2581 in GGUF, their continuations with nothing.
    private init(
        wordPiece model: JSONValue,
        _ root: JSONValue,
        _ rows: Int
    ) throws(ConversionError) {
        self.init(model: "bert", rows: rows)
        guard model["continuing_subword_prefix"]?.stringValue ?? "##" == "##" else {
            throw Self.wrong("continuations of words are not marked by ##")
        }
        try Self.checkNormalizer(root, ["BertNormalizer"])
        for (text, value) in model["vocab"]?.objectValue ?? JSONObject() {
            let piece = text.hasPrefix("##") ? String(text.dropFirst(2)) : "\u{2581}" + text
            try set(value.intValue, piece, kind: Self.normal)
        }
        let normalizer = root["normalizer"]
        let lowercases = normalizer?["lowercase"]?.boolValue ?? true
        flags["normalizer.lowercase"] = lowercases
        flags["normalizer.strip_accents"] = normalizer?["strip_accents"]?.boolValue ?? lowercases
    }

    private mutating func setVocabulary(
        _ model: JSONValue,
        kind: (String) -> Int32
    ) throws(ConversionError) {
        for (text, value) in model["vocab"]?.objectValue ?? JSONObject() {
            try set(value.intValue, text, kind: kind(text))
        }
    }

    private mutating func addTokens(_ added: [JSONValue]) throws(ConversionError) {
        for token in added {
            guard let text = token["content"]?.stringValue, let id = token["id"]?.intValue else {
                throw Self.wrong("an added token has no text or no number")
            }
            if id == unknown { continue }
            let isSpecial = token["special"]?.boolValue ?? false
            try set(id, text, kind: isSpecial ? Self.control : Self.userDefined)
        }
    }

    private mutating func mark(_ id: Int, _ kind: Int32) throws(ConversionError) {
        try set(id, tokens[id], kind: kind)
    }

    /// Whether special tokens go around a text, by the processor that puts them there.
    private mutating func takeTemplate(_ processor: JSONValue?) {
        let parts = processor?["processors"]?.arrayValue ?? processor.map { [$0] } ?? []
        for part in parts where part["type"]?.stringValue == "TemplateProcessing" {
            let single = part["single"]?.arrayValue ?? []
            addsBeginning = single.first?["SpecialToken"] != nil
            addsEnd = single.count > 1 && single.last?["SpecialToken"] != nil
        }
    }

    private static func merges(
        _ model: JSONValue
    ) throws(ConversionError) -> [(left: String, right: String)] {
        var merges: [(left: String, right: String)] = []
        for (index, merge) in (model["merges"]?.arrayValue ?? []).enumerated() {
            if let text = merge.stringValue {
                let parts = text.split(separator: " ", omittingEmptySubsequences: false)
                if parts.count == 2 {
                    merges.append((String(parts[0]), String(parts[1])))
                    continue
                }
            } else if let left = merge[0]?.stringValue, let right = merge[1]?.stringValue,
                merge.arrayValue?.count == 2
            {
                merges.append((left, right))
                continue
            }
            throw wrong("merge \(index) is no pair of texts")
        }
        return merges
    }

    /// Refuses normalizers that the kind of tokenizer cannot express in GGUF.
    private static func checkNormalizer(
        _ root: JSONValue,
        _ allowed: Set<String>
    ) throws(ConversionError) {
        guard let normalizer = root["normalizer"], !normalizer.isNull else { return }
        for part in normalizer["normalizers"]?.arrayValue ?? [normalizer] {
            let type = part["type"]?.stringValue ?? "none"
            guard allowed.contains(type) else {
                throw wrong("the normalizer '\(type.prefix(40))' is not known for its kind")
            }
        }
    }

    /// Whether a part of this type is anywhere in a normalizer, pre-tokenizer or decoder.
    private static func mentions(_ type: String, _ value: JSONValue?) -> Bool {
        guard let value else { return false }
        if value["type"]?.stringValue == type { return true }
        return ["normalizers", "pretokenizers", "decoders"].contains { list in
            (value[list]?.arrayValue ?? []).contains { $0["type"]?.stringValue == type }
        }
    }

    /// Where a space is put before a text.
    ///
    /// A normalizer always puts one there; `Metaspace` none before a space, and perhaps only at the
    /// very beginning. Source: `pre_tokenizers/metaspace.rs` of tokenizers.
    private mutating func takeSpacePrefix(_ root: JSONValue) {
        flags["add_space_prefix"] = Self.mentions("Prepend", root["normalizer"])
        let pre = root["pre_tokenizer"]
        let parts = pre?["pretokenizers"]?.arrayValue ?? pre.map { [$0] } ?? []
        for part in parts where part["type"]?.stringValue == "Metaspace" {
            let adds = part["add_prefix_space"]?.boolValue ?? true
            let scheme = part["prepend_scheme"]?.stringValue ?? (adds ? "always" : "never")
            guard scheme != "never" else { continue }
            flags["add_space_prefix"] = true
            ownFlags["add_one_space_at_most"] = true
            if scheme == "first" { ownFlags["add_space_at_start_only"] = true }
        }
    }

    private static func characterMap(_ normalizer: JSONValue?) throws(ConversionError) -> [UInt8] {
        let parts = normalizer?["normalizers"]?.arrayValue ?? normalizer.map { [$0] } ?? []
        let map = parts.first { $0["type"]?.stringValue == "Precompiled" }
        guard let text = map?["precompiled_charsmap"]?.stringValue else { return [] }
        guard let bytes = Data(base64Encoded: text) else {
            throw wrong("its map of characters is not base64")
        }
        return Array(bytes)
    }

    private static func wrong(_ text: String) -> ConversionError {
        ConversionError(.badTokenizer, "The tokenizer cannot be converted: \(text).")
    }
}
