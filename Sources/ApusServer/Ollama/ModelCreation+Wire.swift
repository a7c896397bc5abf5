internal import ApusConversation
internal import ApusDialects
internal import ApusRegistry
internal import ApusStore

extension ModelCreation {
    /// What a create request asks for.
    ///
    /// Throws: `ServerError` and `StoreError` in Ollama's words, all before anything is done.
    init(_ body: OllamaCreate) throws {
        guard let name = try? ModelName(body.modelName ?? "") else {
            throw ServerError(.invalidRequest, "invalid model name")
        }
        guard (body.remoteHost ?? "").isEmpty else {
            throw StoreError(
                .unsupported,
                "Field 'remote_host': models that run elsewhere are not supported."
            )
        }
        self.init(name: name, source: try Self.source(of: body))
        adapters = try Self.files(body.adapters)
        template = body.template.flatMap { $0.isEmpty ? nil : $0 }
        system = body.system.flatMap { $0.isEmpty ? nil : $0 }
        licenses = try body.licenses()
        for (key, value) in body.parameters ?? [:] where !value.isNull {
            guard let parameter = ParameterValue(json: value) else {
                throw StoreError(.invalidParameter, "option \"\(key)\" cannot be \(value.kind)")
            }
            parameters[key] = try ParameterTable.checked(key, parameter)
        }
        messages = try (body.messages ?? []).map { json in
            guard json["images"]?.arrayValue?.isEmpty ?? true else {
                throw StoreError(.unsupported, "messages: images are not supported yet.")
            }
            return try StoredMessage(json: json)
        }
        renderer = body.renderer ?? ""
        parser = body.parser ?? ""
        if let version = body.requires, !version.isEmpty {
            requires = try Modelfile.version(version)
        }
        quantization = body.quantize ?? body.quantization ?? ""
        drafts = try Self.files(body.draftFiles)
        if drafts.isEmpty, !(body.draftQuantize ?? "").isEmpty {
            throw StoreError(.invalidRequest, "--draft-quantize requires a DRAFT model")
        }
        info = try Info(body.info ?? [:])
    }

    private static func source(of body: OllamaCreate) throws -> Source {
        if let from = body.from, !from.isEmpty {
            guard body.files?.isEmpty ?? true else {
                throw StoreError(
                    .invalidRequest,
                    "a model is made either 'from' another model or of 'files', not of both"
                )
            }
            // The file at a URL is pulled before, under the name that it gets.
            return .model(try ModelURL(from)?.name ?? ModelReference(from).name)
        }
        guard let files = body.files else {
            throw StoreError(.invalidRequest, "neither 'from' or 'files' was specified")
        }
        return .files(try Self.files(files))
    }

    /// Files by name, so that the parts of a split model come in order.
    private static func files(_ digests: [String: String]?) throws -> [File] {
        try (digests ?? [:]).sorted { $0.key < $1.key }.map { name, digest in
            guard let digest = try? Digest(digest) else {
                throw StoreError(.invalidDigest, "invalid digest format")
            }
            return File(name: name, digest: digest)
        }
    }
}

extension ModelCreation.Info {
    fileprivate init(_ fields: JSONObject) throws {
        self.init()
        for (key, value) in fields where !value.isNull {
            switch key {
            case "capabilities":
                let texts = (value.arrayValue ?? []).compactMap(\.stringValue)
                guard let list = value.arrayValue, list.count == texts.count else {
                    throw Self.wrong(key, "list of strings")
                }
                capabilities = texts
            case "model_family": family = try Self.text(key, value)
            case "base_name": baseName = try Self.text(key, value)
            case "quantization_level": quantization = try Self.text(key, value)
            case "parameter_size": parameterSize = try Self.text(key, value)
            case "context_length": contextLength = try Self.count(key, value)
            case "embedding_length": embeddingLength = try Self.count(key, value)
            default: break
            }
        }
    }

    private static func text(_ key: String, _ value: JSONValue) throws -> String {
        guard let text = value.stringValue else { throw wrong(key, "string") }
        return text
    }

    private static func count(_ key: String, _ value: JSONValue) throws -> Int64 {
        guard let number = value.doubleValue else { throw wrong(key, "number") }
        guard let count = value.intValue, count >= 0, number >= 0 else {
            throw wrong(key, "non-negative integer")
        }
        return Int64(count)
    }

    private static func wrong(_ key: String, _ kind: String) -> StoreError {
        StoreError(.invalidRequest, "info field \"\(key)\" must be a \(kind)")
    }
}
