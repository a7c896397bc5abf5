/// What a value of `tokenizer.ggml.pre` stands for.
struct PreTokenizerEntry: Sendable {
    var rule: PreTokenizerRule
    /// A piece that is a token is taken whole, whatever the merges would make of it.
    var ignoresMerges = false
    /// Whether texts begin with BOS when the file does not say.
    var addsBeginning = false
    /// Merges work on characters with spaces written U+2581, not on bytes.
    var mergesCharacters = false
}

/// All values of `tokenizer.ggml.pre`: those of llama.cpp, and names other converters write.
enum PreTokenizerCatalog {
    /// Throws: `unknownPreTokenizer`, listing the known names.
    static func entry(named name: String) throws(TokenizerError) -> PreTokenizerEntry {
        guard let entry = entries[name] else {
            throw TokenizerError(
                .unknownPreTokenizer,
                "tokenizer.ggml.pre is '\(name)'; known are "
                    + names.map { $0.isEmpty ? "(empty)" : $0 }.joined(separator: ", ") + "."
            )
        }
        return entry
    }

    static var names: [String] { entries.keys.sorted() }

    private static let entries: [String: PreTokenizerEntry] = {
        var entries: [String: PreTokenizerEntry] = [:]
        for (names, entry) in table {
            for name in names.split(separator: " ") { entries[String(name)] = entry }
        }
        entries[""] = PreTokenizerEntry(rule: .unnamed)
        return entries
    }()

    private static let table: [(names: String, entry: PreTokenizerEntry)] = [
        ("default", .init(rule: .unnamed)),
        (
            "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
            .init(rule: .llama3, ignoresMerges: true, addsBeginning: true)
        ),
        ("dbrx smaug-bpe glm4 chatglm-bpe", .init(rule: .llama3)),
        ("jais-2", .init(rule: .jais2)),
        ("minicpm5", .init(rule: .miniCPM5, ignoresMerges: true)),
        (
            "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2",
            .init(rule: .qwen2)
        ),
        ("qwen35", .init(rule: .qwen35)),
        ("ufakzeka", .init(rule: .ufakzeka)),
        ("laguna", .init(rule: .laguna)),
        ("bailingmoe bailingmoe2 llada-moe", .init(rule: .bailingMoE)),
        ("seed-coder seed-oss", .init(rule: .seed)),
        ("exaone-moe", .init(rule: .exaoneMoE)),
        ("gpt-4o llama4 kanana2 talkie", .init(rule: .gpt4o)),
        ("granite-embed-multi-97m", .init(rule: .gpt4o, ignoresMerges: true)),
        ("minimax-m2", .init(rule: .miniMaxM2)),
        ("tekken", .init(rule: .tekken, ignoresMerges: true, addsBeginning: true)),
        ("tiny_aya cohere2moe", .init(rule: .tinyAya)),
        ("kimi-k2", .init(rule: .kimiK2)),
        ("youtu", .init(rule: .youtu, ignoresMerges: true)),
        ("deepseek-llm", .init(rule: .deepSeekLLM)),
        ("deepseek-coder", .init(rule: .deepSeekCoder)),
        ("deepseek-v3 hunyuan-dense joyai-llm hy_v4", .init(rule: .deepSeekV3)),
        ("spark2_5", .init(rule: .spark)),
        ("afmoe", .init(rule: .afmoe)),
        ("falcon", .init(rule: .falcon)),
        (
            "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2",
            .init(rule: .gpt2SingleDigits)
        ),
        (
            """
            gpt-2 gpt2 phi-2 jina-es jina-de gigachat jina-v2-es jina-v2-de a.x-4.0 mellum \
            modern-bert jina-v1-en jina-v2-code roberta-bpe mpt olmo jais trillion \
            granite-docling exaone4
            """,
            .init(rule: .gpt2)
        ),
        ("chameleon", .init(rule: .chameleon, addsBeginning: true)),
        ("bloom gpt3-finnish poro-chat", .init(rule: .bloom)),
        ("viking", .init(rule: .viking)),
        ("superbpe", .init(rule: .superBPE)),
        ("whitespace", .init(rule: .whitespace)),
        (
            "gemma4 granite-embed-multi-311m",
            .init(rule: .lines, addsBeginning: true, mergesCharacters: true)
        ),
        ("sarvam-moe", .init(rule: .lines, mergesCharacters: true)),
    ]
}
