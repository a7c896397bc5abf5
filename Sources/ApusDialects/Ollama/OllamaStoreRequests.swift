package import ApusConversation

/// A request that names its model in either of two members.
///
/// Ollama's own command line sends an empty `model` with the name in `name`.
package protocol OllamaNaming {
    /// The model's name.
    var model: String? { get }
    /// The same, from early clients.
    var name: String? { get }
}

extension OllamaNaming {
    /// The name, from the first member that has one.
    package var modelName: String? {
        guard let model, !model.isEmpty else { return name }
        return model
    }
}

/// `POST /api/create`: a new model from another one or from uploaded files.
package struct OllamaCreate: OllamaNaming, Sendable, Equatable, Codable {
    /// The new model's name.
    package var model: String?
    /// The same, from early clients.
    package var name: String?
    /// Whether progress comes line by line; absent means yes.
    package var stream: Bool?
    /// The quantization to convert the weights to.
    package var quantize: String?
    /// The same, from early clients.
    package var quantization: String?
    /// The model to start from.
    package var from: String?
    /// Uploaded files: name and digest.
    package var files: [String: String]?
    /// Uploaded adapters: name and digest.
    package var adapters: [String: String]?
    /// The template.
    package var template: String?
    /// One license or several.
    package var license: JSONValue?
    /// The system message.
    package var system: String?
    /// Options.
    package var parameters: JSONObject?
    /// Messages that begin every conversation.
    package var messages: [JSONObject]?
    /// The prompt renderer.
    package var renderer: String?
    /// The output parser.
    package var parser: String?
    /// The lowest version of Ollama that the model asks for.
    package var requires: String?
    /// Where the model runs, if it runs elsewhere.
    package var remoteHost: String?
    /// Uploaded draft models: name and digest.
    package var draftFiles: [String: String]?
    /// The quantization of the draft model.
    package var draftQuantize: String?
    /// What the configuration is to say.
    package var info: JSONObject?

    private enum CodingKeys: String, CodingKey {
        case model, name, stream, quantize, quantization, from, files, adapters, template, license
        case system, parameters, messages, renderer, parser, requires
        case remoteHost = "remote_host"
        case draftFiles = "draft_files"
        case draftQuantize = "draft_quantize"
        case info
    }

    /// A request for a model of that name.
    package init(model: String) { self.model = model }

    /// The licenses, whichever way they are given.
    ///
    /// Throws: `malformedBody` when they are neither a text nor texts.
    package func licenses() throws(DialectError) -> [String] {
        switch license {
        case nil, .null:
            return []
        case .string(let text):
            return text.isEmpty ? [] : [text]
        case .array(let elements):
            let texts = elements.compactMap(\.stringValue)
            if texts.count == elements.count { return texts }
        default:
            break
        }
        throw DialectError(
            .malformedBody,
            "license: A string or a list of strings is expected."
        )
    }
}

/// `POST /api/copy`: a second name for a model.
package struct OllamaCopy: Sendable, Equatable, Codable {
    /// The model.
    package var source: String?
    /// Its second name.
    package var destination: String?

    /// A copy of `source`.
    package init(source: String, destination: String) {
        self.source = source
        self.destination = destination
    }
}

/// `DELETE /api/delete`: a model goes.
package struct OllamaDelete: OllamaNaming, Sendable, Equatable, Codable {
    /// The model.
    package var model: String?
    /// The same, from early clients.
    package var name: String?

    /// A request to remove `model`.
    package init(model: String) { self.model = model }
}

/// A line of progress: what is being done, and how far it has come.
package struct OllamaProgress: Sendable, Equatable, Codable {
    /// What is being done; `success` at the end.
    package var status: String?
    /// The blob it is done to.
    package var digest: String?
    /// Bytes there are.
    package var total: Int64?
    /// Bytes done.
    package var completed: Int64?

    /// Progress of a step.
    package init(
        status: String,
        digest: String? = nil,
        total: Int64? = nil,
        completed: Int64? = nil
    ) {
        self.status = status
        self.digest = digest
        self.total = total
        self.completed = completed
    }
}

/// `GET /api/version`.
package struct OllamaVersion: Sendable, Equatable, Codable {
    /// The version that clients compare with what they need.
    package var version: String

    /// That version.
    package init(version: String) { self.version = version }
}

/// What any route answers with when it cannot do what it was asked.
package struct OllamaFailure: Sendable, Equatable, Codable {
    /// The reason.
    package var error: String

    /// A failure for that reason.
    package init(error: String) { self.error = error }
}
