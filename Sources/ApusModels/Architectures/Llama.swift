internal import ApusTensors

/// Llama and what has its shape: Mistral, and Mixtral with experts.
///
/// RMS norms before attention and feed-forward, SwiGLU, rotation of neighbouring pairs. Mixtral's
/// router takes the softmax over all experts and divides the chosen weights by their sum; its
/// experts are as wide as `feed_forward_length`.
/// GGUF architecture: `llama`. Sources: Touvron and others 2023; Jiang and others 2024 (Mixtral).
enum Llama: Architecture {
    static let names = ["llama"]

    static func bind(_ binder: WeightBinder, name: String) throws -> any LanguageModel {
        let config = try DecoderConfig(binder.file, architecture: name)
        let factors = try binder.optionalParameter(
            "rope_freqs.weight",
            count: config.rotaryDimensions / 2
        )
        return try Decoder(
            binder,
            config,
            rotary: config.rotary(.interleaved, factors: factors),
            expertHidden: config.feedForward
        )
    }
}
