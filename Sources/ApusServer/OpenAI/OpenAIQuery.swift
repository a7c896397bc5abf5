internal import ApusDialects
internal import Hummingbird

/// The query of a request, read as OpenAI's clients write it.
struct OpenAIQuery {
    /// The last value of every name.
    let values: [String: String]
    /// The values of `include[]`, or of a repeated `include`.
    let included: [String]

    /// Reads the query of `request`.
    ///
    /// Throws: `OpenAIError` for something to include that OpenAI does not know.
    init(_ request: Request) throws(OpenAIError) {
        var values: [String: String] = [:]
        var included: [String] = []
        for (name, value) in request.uri.queryParameters {
            let name = String(name).withoutPercentEncoding
            if name == "include" || name.hasPrefix("include[") {
                included.append(String(value))
            } else {
                values[name] = String(value)
            }
        }
        try OpenAIInclusion.check(included)
        (self.values, self.included) = (values, included)
    }

    /// Whether `name` is `true`; it is not when absent.
    ///
    /// Throws: `OpenAIError` for other texts than `true` and `false`.
    func boolean(_ name: String) throws(OpenAIError) -> Bool {
        switch values[name] {
        case nil, "false": return false
        case "true": return true
        case let text?:
            throw OpenAIError(
                .invalidRequest,
                "Invalid '\(name)': expected 'true' or 'false', but got '\(text.prefix(64))'.",
                param: name,
                code: "invalid_value"
            )
        }
    }

    /// A whole number from 0.
    ///
    /// Throws: `OpenAIError` for anything else.
    func count(_ name: String) throws(OpenAIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw OpenAIError(
                .invalidRequest,
                "Invalid '\(name)': expected an integer from 0, but got '\(text.prefix(64))'.",
                param: name,
                code: "invalid_value"
            )
        }
        return number
    }
}
