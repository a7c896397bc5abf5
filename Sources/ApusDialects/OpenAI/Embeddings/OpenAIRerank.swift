package import ApusConversation

/// `POST /v1/rerank`: documents by how well they answer a query, as Jina and Cohere spell it.
package enum OpenAIRerank {
    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// What is looked for.
        package var query: String
        /// The texts to order.
        package var documents: [String]
        /// How many of them are wanted; all by default.
        package var count: Int
        /// Whether the texts come back.
        package var returnsDocuments: Bool
        /// How long the model stays loaded; not one of their fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }
}

extension OpenAIRerank.Request {
    private static let names: Set<String> = [
        "model", "query", "documents", "top_n", "return_documents", "keep_alive",
    ]

    /// Reads the body of a request; documents are strings or objects with a `text`.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        query = try fields.require("query", fields.string("query"))
        documents = []
        let list = try fields.require("documents", fields.array("documents", maximum: 2048))
        for (position, document) in list.enumerated() {
            if case .string(let text) = document {
                documents.append(text)
            } else {
                let entry = try OpenAIFields(document, at: "documents[\(position)]")
                documents.append(try entry.require("text", entry.string("text")))
            }
        }
        if documents.isEmpty {
            throw .value("documents", "Invalid 'documents': empty array.", code: "empty_array")
        }
        let count = try fields.integer("top_n", in: 1...Int.max)
        self.count = min(count ?? documents.count, documents.count)
        returnsDocuments = try fields.boolean("return_documents") ?? false
        keepAlive = try OpenAICommon.keepAlive(fields)
        unknown = OpenAICommon.unknown(fields, known: Self.names)
        for name in ["max_tokens_per_doc", "max_chunks_per_doc", "truncation"] {
            try fields.refuse(name, "to cut documents")
        }
        try fields.refuse("rank_fields", "to rank by other fields than 'text'")
    }

    /// The query and the documents for the engine, which says when one is too long.
    ///
    /// Throws: `OpenAIError` when the model does not make vectors that can be compared.
    package func embedding(for model: OllamaModel) throws(OpenAIError) -> EmbeddingRequest {
        guard model.capabilities.contains("embedding") else {
            throw .value(
                "model",
                "The model '\(self.model)' cannot rank documents: it is no embedding model.",
                code: "unsupported_value"
            )
        }
        return EmbeddingRequest(inputs: [query] + documents, truncates: false)
    }

    /// The body of the answer: documents score by the cosine between their vector and the query's,
    /// which is the first of `result`.
    ///
    /// Throws: `OpenAIError` when there is not one finite score a document.
    package func answer(id: String, _ result: EmbeddingResult) throws(OpenAIError) -> JSONValue {
        guard let query = result.vectors.first else {
            throw OpenAIError(.server, "The model made no usable scores.")
        }
        let scores = result.vectors.dropFirst().map { Self.cosine(query, $0) }
        return try answer(id: id, scores: scores, tokens: result.tokens)
    }

    private static func cosine(_ first: [Float], _ second: [Float]) -> Double {
        func product(_ first: [Float], _ second: [Float]) -> Double {
            zip(first, second).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let length = (product(first, first) * product(second, second)).squareRoot()
        return length > 0 ? product(first, second) / length : 0
    }

    /// The body of the answer, best document first; `scores` stand in the documents' order.
    ///
    /// Throws: `OpenAIError` when there is not one finite score a document.
    package func answer(
        id: String,
        scores: [Double],
        tokens: Int
    ) throws(OpenAIError) -> JSONValue {
        guard scores.count == documents.count, scores.allSatisfy(\.isFinite) else {
            throw OpenAIError(.server, "The model made no usable scores.")
        }
        let ranked = scores.indices.sorted {
            scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
        }
        let results = ranked.prefix(count).map { index -> JSONValue in
            var result: JSONObject = [
                "index": .number(index), "relevance_score": .double(scores[index]),
            ]
            if returnsDocuments { result["document"] = ["text": .string(documents[index])] }
            return .object(result)
        }
        return [
            "id": .string(id), "object": "list", "model": .string(model),
            "results": .array(results),
            "usage": ["prompt_tokens": .number(tokens), "total_tokens": .number(tokens)],
        ]
    }
}
