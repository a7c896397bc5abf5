internal import ApusTensors

/// Qwen2 and Qwen2.5, dense.
///
/// Llama-shaped, with biases on queries, keys and values (bound wherever the file has them), and
/// rotation of pairs half a head apart.
/// GGUF architecture: `qwen2`. Source: Yang and others 2024 (Qwen2 technical report).
enum Qwen2: Architecture {
    static let names = ["qwen2"]

    static func bind(_ binder: WeightBinder, name: String) throws -> any LanguageModel {
        let config = try DecoderConfig(binder.file, architecture: name)
        return try Decoder(binder, config, rotary: config.rotary(.halves))
    }
}
