package import ApusConversation

/// `POST /api/embed`: vectors for texts.
package enum OllamaEmbed {
    /// What a client sends.
    package struct Request: Sendable, Equatable, Codable {
        /// The model's name.
        package var model: String?
        /// A text or a list of texts.
        package var input: JSONValue?
        /// Whether a text that does not fit is cut; absent means yes.
        package var truncate: Bool?
        /// How many of a vector's numbers are wanted; 0 or absent for all.
        package var dimensions: Int?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Model options.
        package var options: JSONObject?

        private enum CodingKeys: String, CodingKey {
            case model, input, truncate, dimensions
            case keepAlive = "keep_alive"
            case options
        }

        /// A request for the vectors of `inputs`.
        package init(model: String, inputs: [String]) {
            self.model = model
            input = .array(inputs.map { .string($0) })
        }

        /// The same for the engine; nil when there is no text and the model is only loaded.
        ///
        /// Throws: `invalidValue` with Ollama's words.
        package func embedding() throws(DialectError) -> EmbeddingRequest? {
            var inputs: [String] = []
            switch input {
            case nil, .null, .string(""):
                return nil
            case .string(let text):
                inputs = [text]
            case .array(let elements):
                inputs = elements.compactMap(\.stringValue)
                guard inputs.count == elements.count else { throw Self.invalidInput }
            default:
                throw Self.invalidInput
            }
            if inputs.isEmpty { return nil }
            return EmbeddingRequest(inputs: inputs, truncates: truncate ?? true)
        }

        private static var invalidInput: DialectError {
            DialectError(.invalidValue, "invalid input type")
        }
    }

    /// The vectors.
    package struct Response: Sendable, Equatable, Codable {
        /// The model's name as the client wrote it.
        package var model: String
        /// One vector a text, each of length 1.
        package var embeddings: [[Float]]
        /// Nanoseconds from the arrival of the request.
        package var totalDuration: Int64?
        /// Nanoseconds until a loaded model was at hand.
        package var loadDuration: Int64?
        /// Tokens of all texts.
        package var promptEvalCount: Int?

        private enum CodingKeys: String, CodingKey {
            case model, embeddings
            case totalDuration = "total_duration"
            case loadDuration = "load_duration"
            case promptEvalCount = "prompt_eval_count"
        }

        /// An answer without vectors, for a request that only loads.
        package init(model: String) {
            self.model = model
            embeddings = []
        }

        /// What a model made, brought to length 1 and cut to `dimensions` numbers.
        ///
        /// Throws: `invalidResult` when a vector has a number that is none.
        package init(
            _ result: EmbeddingResult,
            model: String,
            dimensions: Int?,
            totalNanoseconds: Int64,
            loadNanoseconds: Int64
        ) throws(DialectError) {
            self.model = model
            embeddings = []
            for vector in result.vectors {
                embeddings.append(try OllamaEmbed.normalised(vector, dimensions: dimensions ?? 0))
            }
            totalDuration = totalNanoseconds.nilIfZero
            loadDuration = loadNanoseconds.nilIfZero
            promptEvalCount = result.tokens.nilIfZero
        }
    }

    /// A vector of length 1 of the first `dimensions` numbers, or of all when that is not fewer.
    private static func normalised(
        _ vector: [Float],
        dimensions: Int
    ) throws(DialectError) -> [Float] {
        guard vector.allSatisfy(\.isFinite) else {
            throw DialectError(.invalidResult, "embedding contains NaN or Inf values")
        }
        let isCut = dimensions > 0 && dimensions < vector.count
        let kept = isCut ? Array(vector.prefix(dimensions)) : vector
        let sum = kept.reduce(into: 0.0) { $0 += Double($1) * Double($1) }
        let scale = 1 / max(sum.squareRoot(), 1e-12)
        return kept.map { Float(Double($0) * scale) }
    }
}

/// `POST /api/embeddings`: the vector of one text, as early clients ask for it.
package enum OllamaEmbeddings {
    /// What a client sends.
    package struct Request: Sendable, Equatable, Codable {
        /// The model's name.
        package var model: String?
        /// The text; empty to load the model.
        package var prompt: String?
        /// How long the model stays loaded.
        package var keepAlive: OllamaKeepAlive?
        /// Model options.
        package var options: JSONObject?

        private enum CodingKeys: String, CodingKey {
            case model, prompt
            case keepAlive = "keep_alive"
            case options
        }

        /// The same for the engine; nil when there is no text and the model is only loaded.
        package var embedding: EmbeddingRequest? {
            prompt?.nilIfEmpty.map { EmbeddingRequest(inputs: [$0]) }
        }
    }

    /// The vector, as the model made it.
    package struct Response: Sendable, Equatable, Codable {
        /// The numbers; none for a request that only loads.
        package var embedding: [Double]

        /// What a model made of one text; nil for a request that only loads.
        ///
        /// Throws: `invalidResult` when the vector has a number that is none.
        package init(_ result: EmbeddingResult?) throws(DialectError) {
            embedding = (result?.vectors.first ?? []).map { Double($0) }
            guard embedding.allSatisfy(\.isFinite) else {
                throw DialectError(.invalidResult, "embedding contains NaN or Inf values")
            }
        }
    }
}
