package import ApusConversation
internal import FoundationEssentials

/// `POST /v1/embeddings`: vectors for texts.
package enum OpenAIEmbedding {
    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// Texts or tokens, one vector each.
        package var inputs: [OpenAICompletion.Prompt]
        /// How many of a vector's numbers are wanted; nil for all.
        package var dimensions: Int?
        /// Whether vectors are sent as base64 of little-endian floats.
        package var isBase64: Bool
        /// How long the model stays loaded; not one of OpenAI's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Ollama's options; not one of OpenAI's fields.
        package var options: JSONObject?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }
}

extension OpenAIEmbedding.Request {
    private static let names: Set<String> = [
        "model", "input", "dimensions", "encoding_format", "keep_alive", "options",
    ]

    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        inputs = try OpenAIInputs.read(fields, "input", maximum: 2048)
        dimensions = try fields.integer("dimensions", in: 1...Int.max)
        isBase64 = try fields.string("encoding_format", of: ["float", "base64"]) == "base64"
        keepAlive = try OpenAICommon.keepAlive(fields)
        options = try fields.fields("options")?.object
        try OpenAICommon.check(fields)
        unknown = OpenAICommon.unknown(fields, known: Self.names)
    }

    /// The same for the engine, whose answer says when a text is too long.
    ///
    /// - `text`: the text of tokens, by the model's tokenizer.
    ///
    /// Throws: `OpenAIError` for an input without any text.
    package func embedding(
        text: ([Int32]) throws(OpenAIError) -> String
    ) throws(OpenAIError) -> EmbeddingRequest {
        var texts: [String] = []
        for (position, input) in inputs.enumerated() {
            let found: String
            switch input {
            case .text(let string): found = string
            case .tokens(let tokens): found = try text(tokens)
            }
            guard !found.isEmpty else {
                let path = inputs.count > 1 ? "input[\(position)]" : "input"
                throw .value(path, "Invalid '\(path)': empty string.", code: "empty_string")
            }
            texts.append(found)
        }
        return EmbeddingRequest(inputs: texts, truncates: false)
    }

    /// The body of the answer: vectors of length 1, cut to `dimensions` numbers before that.
    ///
    /// Throws: `OpenAIError` when a vector has a number that is none, or fewer than asked for.
    package func answer(_ result: EmbeddingResult) throws(OpenAIError) -> JSONValue {
        var data: [JSONValue] = []
        for (index, vector) in result.vectors.enumerated() {
            if let dimensions, dimensions > vector.count {
                throw .value(
                    "dimensions",
                    "Invalid 'dimensions': this model makes vectors of \(vector.count) numbers, "
                        + "but \(dimensions) are asked for."
                )
            }
            guard vector.allSatisfy(\.isFinite) else {
                throw OpenAIError(.server, "The embedding contains NaN or infinite values.")
            }
            data.append([
                "object": "embedding", "index": .number(index),
                "embedding": json(Self.normalised(vector.prefix(dimensions ?? vector.count))),
            ])
        }
        return [
            "object": "list", "data": .array(data), "model": .string(model),
            "usage": [
                "prompt_tokens": .number(result.tokens), "total_tokens": .number(result.tokens),
            ],
        ]
    }

    private static func normalised(_ vector: ArraySlice<Float>) -> [Float] {
        let sum = vector.reduce(into: 0.0) { $0 += Double($1) * Double($1) }
        let scale = 1 / max(sum.squareRoot(), 1e-12)
        return vector.map { Float(Double($0) * scale) }
    }

    private func json(_ vector: [Float]) -> JSONValue {
        guard isBase64 else {
            // The double of the same shortest decimal, so that 0.1 is written as 0.1.
            return .array(vector.map { .double(Double($0.description) ?? Double($0)) })
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.count * 4)
        for number in vector {
            withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
        }
        return .string(Data(bytes).base64EncodedString())
    }
}
