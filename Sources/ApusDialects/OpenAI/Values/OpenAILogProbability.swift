internal import ApusConversation

/// Log-probabilities as chat and responses carry them.
enum OpenAILogProbability {
    /// `{"token", "logprob", "bytes", "top_logprobs"}`; events of responses have no `bytes`.
    static func json(_ probability: TokenLogProbability, hasBytes: Bool = true) -> JSONValue {
        var entry = members(probability.chosen, hasBytes)
        entry["top_logprobs"] = .array(
            probability.alternatives.map { .object(members($0, hasBytes)) }
        )
        return .object(entry)
    }

    private static func members(
        _ candidate: TokenLogProbability.Candidate,
        _ hasBytes: Bool
    ) -> JSONObject {
        var members: JSONObject = [
            "token": .string(String(decoding: candidate.bytes, as: UTF8.self)),
            "logprob": .double(number(candidate)),
        ]
        if hasBytes { members["bytes"] = .array(candidate.bytes.map { .integer(Int64($0)) }) }
        return members
    }

    /// JSON has no infinity: OpenAI writes -9999 for what cannot be sampled.
    static func number(_ candidate: TokenLogProbability.Candidate) -> Double {
        let number = candidate.logProbability
        return number.isFinite ? Double(number) : -9999
    }
}
