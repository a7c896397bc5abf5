package import ApusConversation

/// What a client wants included in items: `include` of a body, or `include[]` of a query.
///
/// All of it but log-probabilities and reasoning belongs to tools that are not served, so there is
/// none.
package enum OpenAIInclusion {
    /// Log-probabilities of a message's tokens.
    static let logProbabilities = "message.output_text.logprobs"

    /// Reasoning in a form that clients only pass back.
    static let sealedReasoning = "reasoning.encrypted_content"

    private static let names = [
        "file_search_call.results", "web_search_call.results", "web_search_call.action.sources",
        "message.input_image.image_url", "computer_call_output.output.image_url",
        "code_interpreter_call.outputs", sealedReasoning, logProbabilities,
    ]

    /// The names in a body.
    ///
    /// Throws: `OpenAIError` for a name that OpenAI does not know.
    static func read(_ fields: OpenAIFields) throws(OpenAIError) -> [String] {
        let included = try fields.strings("include") ?? []
        try check(included)
        return included
    }

    /// Checks the names of a query, which change nothing: items are kept with all they have.
    ///
    /// Throws: `OpenAIError` for a name that OpenAI does not know.
    package static func check(_ included: [String]) throws(OpenAIError) {
        for (position, name) in included.enumerated() where !names.contains(name) {
            throw .choice("include[\(position)]", name, of: names)
        }
    }
}
