package import ApusConversation

/// `POST /detokenize`: the text of tokens, in vLLM's shape.
package enum OpenAIDetokenize {
    /// What a client sends.
    package struct Request: Sendable, Equatable {
        /// The model's name.
        package var model: String
        /// Its tokens.
        package var tokens: [Int32]
        /// How long the model stays loaded; not one of vLLM's fields.
        package var keepAlive: OllamaKeepAlive?
        /// Members that no field has, in the order in which they came; they have no effect.
        package var unknown: [String]
    }

    /// The body of the answer.
    package static func answer(_ text: String) -> JSONValue { ["prompt": .string(text)] }
}

extension OpenAIDetokenize.Request {
    /// Reads the body of a request.
    ///
    /// Throws: `OpenAIError` whose `param` names the field that cannot be honoured.
    package init(_ body: JSONObject) throws(OpenAIError) {
        let fields = OpenAIFields(body)
        model = try fields.require("model", fields.string("model"))
        let list = try fields.require("tokens", fields.array("tokens"))
        tokens = try OpenAIInputs.tokens(list, at: fields.path("tokens"))
        keepAlive = try OpenAICommon.keepAlive(fields)
        unknown = OpenAICommon.unknown(fields, known: ["model", "tokens", "keep_alive"])
    }
}
