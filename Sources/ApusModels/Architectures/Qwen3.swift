internal import ApusTensors

/// Qwen3, dense and mixture-of-experts.
///
/// As Qwen2, with an RMS norm on every query and key head before the rotation. The router takes
/// the softmax over all experts and divides the chosen weights by their sum; experts are
/// `expert_feed_forward_length` wide.
/// GGUF architectures: `qwen3`, `qwen3moe`. Source: Qwen3 technical report (2025), section 2.
enum Qwen3: Architecture {
    static let names = ["qwen3", "qwen3moe"]

    static func bind(_ binder: WeightBinder, name: String) throws -> any LanguageModel {
        let config = try DecoderConfig(binder.file, architecture: name)
        return try Decoder(
            binder,
            config,
            rotary: config.rotary(.halves),
            normsHeads: true,
            expertHidden: config.expertFeedForward
        )
    }
}
