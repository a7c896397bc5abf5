internal import ApusConversation
internal import ApusGGUF

/// The tokenizer of a checkpoint, and its chat templates, as GGUF's metadata.
struct CheckpointTokenizer: Sendable {
    /// Everything under `tokenizer`.
    let metadata: [(key: String, value: GGUFValue)]

    /// Most tokens of a vocabulary; the largest known have 262,144.
    private static let maximumTokens = 1 << 22

    /// Reads `tokenizer.json`, or `tokenizer.model` where there is no other, with what
    /// `tokenizer_config.json` and the template files add.
    ///
    /// - `rows`: rows of the embedding; tokens that are missing become padding.
    /// - Throws: `ConversionError` `badTokenizer`, `badCheckpoint`, `io`.
    init(_ files: CheckpointFiles, config: CheckpointConfig, rows: Int) throws {
        guard rows <= Self.maximumTokens else {
            throw ConversionError(
                .badCheckpoint,
                "The embedding has \(rows) rows, expected at most \(Self.maximumTokens)."
            )
        }
        var table: TokenTable
        if let root = try files.json("tokenizer.json") {
            table = try TokenTable(tokenizerFile: root, rows: rows)
        } else if let bytes = try files.bytes("tokenizer.model") {
            table = try TokenTable(sentencePiece: bytes, rows: rows)
            for (text, id) in try files.json("added_tokens.json")?.objectValue ?? JSONObject() {
                try table.set(id.intValue, text, kind: TokenTable.userDefined)
            }
        } else {
            throw ConversionError(
                .badCheckpoint,
                "The checkpoint has neither 'tokenizer.json' nor 'tokenizer.model'."
            )
        }
        let settings = try files.json("tokenizer_config.json")
        metadata =
            Self.entries(table)
            + Self.special(table, settings, config, try files.json("generation_config.json"))
            + (try Self.templates(files, settings))
    }

    private static func entries(_ table: TokenTable) -> [(key: String, value: GGUFValue)] {
        var entries: [(key: String, value: GGUFValue)] = [
            ("tokenizer.ggml.model", .string(table.model)),
            ("tokenizer.ggml.tokens", .array(GGUFArray(strings: table.tokens))),
            ("tokenizer.ggml.token_type", .array(GGUFArray(integers: table.kinds))),
        ]
        if !table.preTokenizer.isEmpty {
            entries.append(("tokenizer.ggml.pre", .string(table.preTokenizer)))
        }
        if !table.scores.isEmpty {
            entries.append(("tokenizer.ggml.scores", .array(GGUFArray(floats: table.scores))))
        }
        if !table.merges.isEmpty {
            entries.append(("tokenizer.ggml.merges", .array(GGUFArray(strings: table.merges))))
        }
        if !table.characterMap.isEmpty {
            let map = GGUFArray(integers: table.characterMap)
            entries.append(("tokenizer.ggml.precompiled_charsmap", .array(map)))
        }
        for (name, flag) in table.flags.sorted(by: { $0.key < $1.key }) {
            entries.append(("tokenizer.ggml.\(name)", .bool(flag)))
        }
        for (name, flag) in table.ownFlags.sorted(by: { $0.key < $1.key }) {
            entries.append(("apus.tokenizer.\(name)", .bool(flag)))
        }
        return entries
    }

    /// The tokens that end a generation, `eos` first, where there are more than that one.
    ///
    /// Under the key that Ollama's conversion has for it.
    private static func ends(
        _ table: TokenTable,
        _ eos: Int?,
        _ config: CheckpointConfig,
        _ generation: JSONValue?
    ) -> [(key: String, value: GGUFValue)] {
        var ids: [Int] = []
        // As transformers does it, what is said of generation goes before what the model says.
        let said = numbers(generation?["eos_token_id"])
        let more = said.isEmpty ? numbers(config.value("eos_token_id")) : said
        for id in [eos].compactMap({ $0 }) + more
        where table.tokens.indices.contains(id) && !ids.contains(id) { ids.append(id) }
        if ids.count < 2 { return [] }
        let values = GGUFArray(integers: ids.map { Int32(clamping: $0) })
        return [("tokenizer.ggml.eos_token_ids", .array(values))]
    }

    /// A number, or all of a list.
    private static func numbers(_ value: JSONValue?) -> [Int] {
        if let number = value?.intValue { return [number] }
        return value?.arrayValue?.compactMap(\.intValue) ?? []
    }

    /// The tokens with a role: by their texts in the tokenizer's settings, or else by their numbers
    /// in the model's.
    private static func special(
        _ table: TokenTable,
        _ settings: JSONValue?,
        _ config: CheckpointConfig,
        _ generation: JSONValue?
    ) -> [(key: String, value: GGUFValue)] {
        func id(_ role: String) -> Int? {
            let token = settings?["\(role)_token"]
            let text = token?.stringValue ?? token?["content"]?.stringValue
            if let id = text.flatMap({ table.id(of: $0) }) { return id }
            let key = "\(role)_token_id"
            return (numbers(config.value(key)) + numbers(generation?[key])).first {
                table.tokens.indices.contains($0)
            }
        }
        let isWordPiece = table.model == "bert"
        let roles: [(key: String, id: Int?)] = [
            ("bos", id(isWordPiece ? "cls" : "bos")), ("eos", id(isWordPiece ? "sep" : "eos")),
            ("unknown", table.unknown ?? id("unk")), ("padding", id("pad")),
            ("seperator", isWordPiece ? id("sep") : nil), ("mask", id("mask")),
        ]
        var entries: [(key: String, value: GGUFValue)] = roles.compactMap { role in
            role.id.map { ("tokenizer.ggml.\(role.key)_token_id", .uint32(UInt32($0))) }
        }
        for (role, fallback) in [("bos", table.addsBeginning), ("eos", table.addsEnd)] {
            let wish = settings?["add_\(role)_token"]?.boolValue ?? fallback ?? false
            let exists = roles.contains { $0.key == role && $0.id != nil }
            entries.append(("tokenizer.ggml.add_\(role)_token", .bool(wish && exists)))
        }
        let eos = roles.first { $0.key == "eos" }?.id
        return entries + ends(table, eos, config, generation)
    }

    /// The chat templates: a file of their own goes before the tokenizer's settings.
    private static func templates(
        _ files: CheckpointFiles,
        _ settings: JSONValue?
    ) throws -> [(key: String, value: GGUFValue)] {
        let key = "tokenizer.chat_template"
        if let text = try files.text("chat_template.jinja") {
            return [(key, .string(text))]
                + (try files.templates.map { ("\(key).\($0.name)", .string($0.text)) })
        }
        let value =
            try files.json("chat_template.json")?["chat_template"] ?? settings?["chat_template"]
        if let text = value?.stringValue { return [(key, .string(text))] }
        var entries: [(key: String, value: GGUFValue)] = []
        for template in value?.arrayValue ?? [] {
            guard let name = template["name"]?.stringValue,
                let text = template["template"]?.stringValue
            else {
                throw ConversionError(.badTokenizer, "A chat template has no name or no text.")
            }
            let full = name == "default" ? key : "\(key).\(name)"
            guard !entries.contains(where: { $0.key == full }) else { continue }
            entries.append((full, .string(text)))
        }
        return entries
    }
}
