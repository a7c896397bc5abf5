/// Tokens that swallow the whitespace before or after them in a text.
///
/// GGUF has no field for it; as llama.cpp does, it is inferred from the names of the few model
/// families whose tokenizers say so (`lstrip`, `rstrip` of an added token).
struct WhitespaceQuirks: Sendable {
    private(set) var before: Set<Int32> = []
    private(set) var after: Set<Int32> = []

    init(_ vocabulary: Vocabulary, _ texts: TextIndex, _ kinds: [TokenKind]) {
        let name = vocabulary.modelName.lowercased()
        let jina = ["jina-v2-de", "jina-v2-es", "jina-v2-code"]
        if jina.contains(vocabulary.preTokenizer)
            || ["nomic-bert-moe", "jina-bert-v3"].contains(vocabulary.architecture)
        {
            before.formUnion([texts.id(of: "<mask>")].compactMap { $0 })
        } else if name.contains("phi-3") || name.contains("phi3") {
            for (id, kind) in kinds.enumerated() where kind.isSpecial || kind == .userDefined {
                after.insert(Int32(id))
            }
            after.formUnion([texts.id(of: "</s>")].compactMap { $0 })
            after.subtract(["<unk>", "<s>", "<|endoftext|>"].compactMap { texts.id(of: $0) })
        } else if name.contains("modern-bert") {
            before.formUnion([texts.id(of: "[MASK]")].compactMap { $0 })
        }
    }
}
