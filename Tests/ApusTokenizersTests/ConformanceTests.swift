import ApusTokenizers
import FoundationEssentials
import Synchronization
import Testing

/// Real vocabularies, with token ids that llama.cpp printed.
enum ConformanceData {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["APUS_CONFORMANCE"] {
            return URL(filePath: path).appending(path: "vocab")
        }
        let package = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in
            url.deletingLastPathComponent()
        }
        return package.appending(path: "../shared/data/vocab")
    }()

    static let isPresent = FileManager.default.fileExists(
        atPath: folder.appending(path: names[0] + ".gguf").path
    )

    static let names = [
        "ggml-vocab-bert-bge", "ggml-vocab-gpt-2", "ggml-vocab-llama-bpe",
        "ggml-vocab-llama-spm", "ggml-vocab-nomic-bert-moe", "ggml-vocab-phi-3",
        "ggml-vocab-qwen2",
    ]

    private static let loaded = Mutex<[String: Tokenizer]>([:])

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try loaded.withLock { loaded in
            if let tokenizer = loaded[name] { return tokenizer }
            let reader = try MetadataReader(contentsOf: folder.appending(path: name + ".gguf"))
            let tokenizer = try Tokenizer(reader.vocabulary())
            loaded[name] = tokenizer
            return tokenizer
        }
    }

    static func cases(_ name: String) throws -> [(text: String, tokens: [Int32])] {
        func read(_ suffix: String) throws -> String {
            let data = try Data(contentsOf: folder.appending(path: name + suffix))
            return String(decoding: data, as: UTF8.self)
        }
        let texts = try read(".gguf.inp").split(
            separator: "\n__ggml_vocab_test__\n",
            omittingEmptySubsequences: false
        )
        let lines = try read(".gguf.out").split(separator: "\n", omittingEmptySubsequences: false)
        // Both lists have an empty last element.
        try #require(texts.last == "" && lines.last == "" && lines.count >= texts.count)
        return zip(texts.dropLast(), lines).map { text, line in
            (String(text), line.split(separator: " ").compactMap { Int32($0) })
        }
    }
}

@Suite(.enabled(if: ConformanceData.isPresent, "needs ../shared/data or $APUS_CONFORMANCE"))
struct ConformanceTests {
    @Test(arguments: ConformanceData.names)
    func encodesAsLlamaCpp(name: String) throws {
        let tokenizer = try ConformanceData.tokenizer(name)
        let cases = try ConformanceData.cases(name)
        #expect(cases.count > 40)
        for (text, tokens) in cases {
            let encoded = tokenizer.encode(text, addSpecial: false)
            #expect(encoded == tokens, "\(text.debugDescription)")
        }
    }

    @Test(arguments: ConformanceData.names.filter { !$0.contains("bert") })
    func decodingGivesTheTextBack(name: String) throws {
        let tokenizer = try ConformanceData.tokenizer(name)
        for (text, _) in try ConformanceData.cases(name) {
            let decoded = tokenizer.decode(tokenizer.encode(text))
            #expect(decoded.unicodeScalars.elementsEqual(text.unicodeScalars))
        }
    }

    @Test(arguments: [
        ("ggml-vocab-llama-bpe", "<|begin_of_text|>Hi<|eot_id|>", [128_000, 13347, 128_009]),
        ("ggml-vocab-qwen2", "<|im_start|>Hi<|im_end|>", [151_644, 13048, 151_645]),
        ("ggml-vocab-phi-3", "<|user|>\nHi<|end|>", [32010, 6324, 32007]),
        ("ggml-vocab-llama-spm", "<s>Hi</s>", [1, 6324, 2]),
    ])
    func controlTokensParse(name: String, text: String, tokens: [Int32]) throws {
        let tokenizer = try ConformanceData.tokenizer(name)
        #expect(tokenizer.encode(text, addSpecial: false, parseSpecial: true) == tokens)
        #expect(tokenizer.decode(tokens) == "Hi")
        #expect(tokenizer.encode(text, addSpecial: false) != tokens)
    }

    @Test(arguments: [
        ("ggml-vocab-llama-bpe", "<|eot_id|>"), ("ggml-vocab-qwen2", "<|im_end|>"),
        ("ggml-vocab-phi-3", "<|end|>"), ("ggml-vocab-llama-spm", "</s>"),
    ])
    func endOfGenerationIsKnown(name: String, end: String) throws {
        let tokenizer = try ConformanceData.tokenizer(name)
        #expect(tokenizer.isEndOfGeneration(try #require(tokenizer.tokenID(forText: end))))
    }
}
