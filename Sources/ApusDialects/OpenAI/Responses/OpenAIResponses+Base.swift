internal import ApusConversation

extension OpenAIResponses.Request {
    /// The members of the response, in OpenAI's order, before anything has been written.
    func base(_ envelope: OpenAIEnvelope, generation: GenerationRequest) -> JSONObject {
        var base: JSONObject = [
            "id": .string("resp_" + envelope.id), "object": "response",
            "created_at": .integer(envelope.created), "status": "in_progress",
            "background": .bool(background), "completed_at": .null, "error": .null,
            "incomplete_details": .null, "instructions": .text(instructions),
            "max_output_tokens": .number(maximumTokens), "max_tool_calls": member("max_tool_calls"),
            "model": .string(model), "output": [],
            "parallel_tool_calls": .bool(tools.allowsParallelCalls),
            "previous_response_id": .text(previousResponseID),
        ]
        if let conversationID { base["conversation"] = ["id": .string(conversationID)] }
        let sampling = generation.sampling
        let rest: JSONObject = [
            "prompt_cache_key": member("prompt_cache_key"),
            "reasoning": [
                "effort": echo["reasoning"]?["effort"] ?? .null,
                "summary": echo["reasoning"]?["summary"] ?? .null,
            ],
            "safety_identifier": member("safety_identifier"), "service_tier": "default",
            "store": .bool(store), "temperature": .double(number(sampling.temperature)),
            "text": [
                "format": present(echo["text"]?["format"]) ?? ["type": "text"],
                "verbosity": "medium",
            ],
            "tool_choice": present(echo["tool_choice"]) ?? "auto",
            "tools": present(echo["tools"]) ?? [], "top_logprobs": .number(topLogProbabilities),
            "top_p": .double(number(sampling.topP)),
            "presence_penalty": .double(number(sampling.presencePenalty)),
            "frequency_penalty": .double(number(sampling.frequencyPenalty)),
            "truncation": truncates ? "auto" : "disabled", "usage": .null, "user": member("user"),
            "metadata": present(echo["metadata"]) ?? [:],
        ]
        for (name, value) in rest { base[name] = value }
        return base
    }

    private func member(_ name: String) -> JSONValue { echo[name] ?? .null }

    private func present(_ value: JSONValue?) -> JSONValue? {
        // Here `nil` would be JSON's null in a ternary.
        guard let value, !value.isNull else { return .none }
        return value
    }

    /// The double of the same shortest decimal, so that 0.1 is written as 0.1.
    private func number(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
}
