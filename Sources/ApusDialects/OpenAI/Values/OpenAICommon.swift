internal import ApusConversation

/// What the requests of OpenAI's API have in common.
enum OpenAICommon {
    /// Fields that are checked and change nothing here.
    private static let names: Set<String> = [
        "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key",
        "prompt_cache_retention", "prompt_cache_options",
    ]
    private static let tiers = [
        "auto", "default", "flex", "scale", "priority", "fast",
    ]

    /// Checks fields that change nothing here.
    ///
    /// Throws: `OpenAIError` that names the field.
    static func check(_ fields: OpenAIFields) throws(OpenAIError) {
        _ = try fields.string("user")
        _ = try fields.string("safety_identifier")
        _ = try fields.string("prompt_cache_key")
        _ = try fields.string("service_tier", of: tiers)
        _ = try fields.string("prompt_cache_retention", of: ["in_memory", "24h"])
        _ = try fields.fields("prompt_cache_options")
        _ = try metadata(fields)
    }

    /// Up to 16 texts by name.
    static func metadata(_ fields: OpenAIFields) throws(OpenAIError) -> JSONObject? {
        guard let metadata = try fields.fields("metadata") else { return nil }
        let count = metadata.object.count
        guard count <= 16 else {
            throw .value(
                "metadata",
                "Invalid 'metadata': too many properties. Expected an object with at most 16 "
                    + "properties, but got an object with \(count) properties instead.",
                code: "object_above_max_properties"
            )
        }
        for key in metadata.object.keys { _ = try metadata.string(key) }
        return metadata.object
    }

    static func keepAlive(_ fields: OpenAIFields) throws(OpenAIError) -> OllamaKeepAlive? {
        guard let value = fields["keep_alive"] else { return nil }
        do {
            return try JSONValueDecoder().decode(OllamaKeepAlive.self, from: value)
        } catch {
            let message = (error as? DialectError)?.message ?? "Invalid 'keep_alive'."
            throw .value("keep_alive", message)
        }
    }

    /// The members that are neither in `known` nor read by `check`.
    static func unknown(_ fields: OpenAIFields, known: Set<String>) -> [String] {
        fields.object.keys.filter { !known.contains($0) && !names.contains($0) }
    }

    /// Refuses what the model cannot do; `param` asks for it.
    static func require(
        _ capability: String,
        of model: OllamaModel,
        param: String
    ) throws(OpenAIError) {
        do {
            try model.require([capability])
        } catch {
            throw OpenAIError(error, param: param)
        }
    }

    /// Refuses to complete with a model that only makes vectors.
    static func requireCompletion(
        _ model: OllamaModel,
        for task: String
    ) throws(OpenAIError) {
        do {
            try model.requireCompletion(for: task)
        } catch {
            throw OpenAIError(error, param: "model")
        }
    }

    /// The turns of a request after those of its model.
    ///
    /// The model's system message stands first unless the request has one of its own.
    static func conversation(_ messages: [Message], of model: OllamaModel) -> [Message] {
        var turns = model.messages + messages
        if let system = model.system?.nilIfEmpty, messages.first?.role != "system" {
            turns.insert(Message(role: "system", content: system), at: 0)
        }
        return turns
    }
}
