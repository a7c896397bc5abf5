internal import ApusConversation

/// What a model says about itself without its weights being opened.
///
/// Members and their order are Ollama's (`model_format` to `os`), so that either program reads what
/// the other wrote.
package struct ModelConfig: Sendable, Hashable {
    /// `gguf` or `safetensors`.
    package var format = ""
    /// The architecture: `llama`.
    package var family = ""
    /// The architectures of all weights.
    package var families: [String] = []
    /// The number of parameters for people: `1.2B`.
    package var parameterSize = ""
    /// The quantization for people: `Q4_K_M`.
    package var quantization = ""
    /// The built-in prompt renderer, if the model names one.
    package var renderer = ""
    /// The built-in output parser, if the model names one.
    package var parser = ""
    /// The lowest version of Ollama that the model asks for.
    package var requires = ""
    /// For models that run elsewhere: where.
    package var remoteHost = ""
    /// For models that run elsewhere: their name there.
    package var remoteModel = ""
    /// Capabilities that are stated, not detected.
    package var capabilities: [String] = []
    /// Context length in tokens if it is stated; 0 if not.
    package var contextLength: Int64 = 0
    /// Embedding width if it is stated; 0 if not.
    package var embeddingLength: Int64 = 0
    /// The name of the model this one was derived from.
    package var baseName = ""
    /// The draft model among the layers, if there is one.
    package var draft: Draft?
    /// `amd64`, always; the image format asks for it.
    package var architecture = "amd64"
    /// `linux`, always; the image format asks for it.
    package var system = "linux"
    /// For models pulled from a URL: the SHA-256 of the URL, in hexadecimal digits.
    ///
    /// Ollama has no such member.
    package var origin = ""

    /// What is said about a draft model.
    package struct Draft: Sendable, Hashable {
        /// `gguf` or `safetensors`.
        package var format = ""
        /// Its architecture.
        package var architecture = ""
        /// What the names of its tensors begin with.
        package var tensorPrefix = ""
        /// The layer that holds its configuration.
        package var config = ""

        /// A draft model of which nothing is said.
        package init() {}
    }

    /// Longest configuration that is read, in bytes.
    package static let maximumBytes = 1 << 20

    /// A configuration that says nothing.
    package init() {}

    /// Reads a configuration; members that are not known are passed over.
    ///
    /// Throws: `corruptConfig`, naming the member.
    package init(_ bytes: [UInt8]) throws(StoreError) {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, maximumDepth: 32)
        } catch {
            throw StoreError(.corruptConfig, "A configuration is no JSON: \(error.message)")
        }
        let fields = try FieldReader(
            document,
            path: "",
            code: .corruptConfig,
            subject: "configuration"
        )
        format = try fields.text("model_format") ?? ""
        family = try fields.text("model_family") ?? ""
        families = try fields.texts("model_families") ?? []
        parameterSize = try fields.text("model_type") ?? ""
        quantization = try fields.text("file_type") ?? ""
        renderer = try fields.text("renderer") ?? ""
        parser = try fields.text("parser") ?? ""
        requires = try fields.text("requires") ?? ""
        remoteHost = try fields.text("remote_host") ?? ""
        remoteModel = try fields.text("remote_model") ?? ""
        capabilities = try fields.texts("capabilities") ?? []
        contextLength = try fields.integer("context_length") ?? 0
        embeddingLength = try fields.integer("embedding_length") ?? 0
        baseName = try fields.text("base_name") ?? ""
        if let draft = try fields.object("draft") { self.draft = try Draft(draft) }
        architecture = try fields.text("architecture") ?? ""
        system = try fields.text("os") ?? ""
        origin = try fields.text("apus_origin") ?? ""
    }

    /// The blob's content as Ollama writes it: compact, empty members left out, a line feed.
    package var bytes: [UInt8] {
        var document: JSONObject = [
            "model_format": .string(format),
            "model_family": .string(family),
            "model_families": families.isEmpty ? .null : .array(families.map { .string($0) }),
            "model_type": .string(parameterSize),
            "file_type": .string(quantization),
        ]
        document.setText("renderer", renderer)
        document.setText("parser", parser)
        document.setText("requires", requires)
        document.setText("remote_host", remoteHost)
        document.setText("remote_model", remoteModel)
        if !capabilities.isEmpty {
            document["capabilities"] = .array(capabilities.map { .string($0) })
        }
        if contextLength != 0 { document["context_length"] = .integer(contextLength) }
        if embeddingLength != 0 { document["embedding_length"] = .integer(embeddingLength) }
        document.setText("base_name", baseName)
        if let draft { document["draft"] = draft.json }
        document["architecture"] = .string(architecture)
        document["os"] = .string(system)
        document.setText("apus_origin", origin)
        return JSONSerializer.go.bytes(.object(document)) + [UInt8(ascii: "\n")]
    }
}

extension ModelConfig.Draft {
    fileprivate init(_ fields: FieldReader) throws(StoreError) {
        format = try fields.text("model_format") ?? ""
        architecture = try fields.text("architecture") ?? ""
        tensorPrefix = try fields.text("tensor_prefix") ?? ""
        config = try fields.text("config") ?? ""
    }

    fileprivate var json: JSONValue {
        var document = JSONObject()
        document.setText("model_format", format)
        document.setText("architecture", architecture)
        document.setText("tensor_prefix", tensorPrefix)
        document.setText("config", config)
        return .object(document)
    }
}

extension JSONObject {
    /// Sets a member unless its text is empty.
    fileprivate mutating func setText(_ key: String, _ text: String) {
        if !text.isEmpty { self[key] = .string(text) }
    }
}
