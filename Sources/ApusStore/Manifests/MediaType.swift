/// The kinds of layers, as manifests spell them.
package enum MediaType {
    /// A manifest.
    package static let manifest = "application/vnd.docker.distribution.manifest.v2+json"
    /// A model's configuration.
    package static let config = "application/vnd.docker.container.image.v1+json"
    /// Weights, GGUF.
    package static let model = "application/vnd.ollama.image.model"
    /// A vision or audio projector, GGUF.
    package static let projector = "application/vnd.ollama.image.projector"
    /// A low-rank adapter, GGUF.
    package static let adapter = "application/vnd.ollama.image.adapter"
    /// A draft model for speculation.
    package static let draft = "application/vnd.ollama.image.draft"
    /// A Go template.
    package static let template = "application/vnd.ollama.image.template"
    /// A Go template, as early versions called it.
    package static let prompt = "application/vnd.ollama.image.prompt"
    /// The system message, text.
    package static let system = "application/vnd.ollama.image.system"
    /// A JSON object of options.
    package static let parameters = "application/vnd.ollama.image.params"
    /// A JSON list of messages that begin every conversation.
    package static let messages = "application/vnd.ollama.image.messages"
    /// A license, text; a model may have several.
    package static let license = "application/vnd.ollama.image.license"
    /// One tensor of a safetensors model.
    package static let tensor = "application/vnd.ollama.image.tensor"
    /// A configuration file of a safetensors model.
    package static let json = "application/vnd.ollama.image.json"
}
