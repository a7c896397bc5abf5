internal import ApusConversation

/// Reads the members of an object, every refusal naming the member by its whole path.
///
/// `null` counts as absent everywhere, as the SDKs send it for arguments that were not given.
struct OpenAIFields {
    /// The members.
    let object: JSONObject
    /// Where the object stands in the body: empty for the body itself, or `tools[0].`.
    private let prefix: String

    /// The body of a request.
    init(_ object: JSONObject) {
        self.object = object
        prefix = ""
    }

    /// An object that stands at `path`.
    ///
    /// Throws: `OpenAIError` when `value` is none.
    init(_ value: JSONValue, at path: String) throws(OpenAIError) {
        guard case .object(let object) = value else {
            throw .type(path, expected: "an object", found: value)
        }
        self.object = object
        prefix = path + "."
    }

    /// The whole path of a member.
    func path(_ name: String) -> String { prefix + name }

    /// A member that is there and not null.
    subscript(name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    /// What `read` finds, which must be there.
    func require<Value>(_ name: String, _ value: Value?) throws(OpenAIError) -> Value {
        guard let value else { throw .missing(path(name)) }
        return value
    }

    func string(_ name: String) throws(OpenAIError) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else {
            throw .type(path(name), expected: "a string", found: value)
        }
        return text
    }

    /// A string that is one of `choices`.
    func string(_ name: String, of choices: [String]) throws(OpenAIError) -> String? {
        guard let text = try string(name) else { return nil }
        guard choices.contains(text) else { throw .choice(path(name), text, of: choices) }
        return text
    }

    func boolean(_ name: String) throws(OpenAIError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .bool(let truth) = value else {
            throw .type(path(name), expected: "a boolean", found: value)
        }
        return truth
    }

    /// A whole number, also one written with a fraction of zero.
    func integer(
        _ name: String,
        in range: ClosedRange<Int> = Int.min...Int.max
    ) throws(OpenAIError) -> Int? {
        guard let value = self[name] else { return nil }
        guard let number = value.wholeNumber else {
            throw .type(path(name), expected: "an integer", found: value)
        }
        if number < range.lowerBound {
            throw below(name, "integer", String(range.lowerBound), String(number))
        }
        if number > range.upperBound {
            throw above(name, "integer", String(range.upperBound), String(number))
        }
        return number
    }

    func decimal(
        _ name: String,
        in range: ClosedRange<Double>? = nil
    ) throws(OpenAIError) -> Float? {
        guard let value = self[name] else { return nil }
        guard let number = value.doubleValue, Float(number).isFinite else {
            throw .type(path(name), expected: "a decimal", found: value)
        }
        if let range, number < range.lowerBound {
            throw below(name, "decimal", "\(range.lowerBound)", "\(number)")
        }
        if let range, number > range.upperBound {
            throw above(name, "decimal", "\(range.upperBound)", "\(number)")
        }
        return Float(number)
    }

    func array(
        _ name: String,
        maximum: Int = .max
    ) throws(OpenAIError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard case .array(let elements) = value else {
            throw .type(path(name), expected: "an array", found: value)
        }
        guard elements.count <= maximum else {
            throw .value(
                path(name),
                "Invalid '\(path(name))': array too long. Expected an array with maximum length "
                    + "\(maximum), but got an array with length \(elements.count) instead.",
                code: "array_above_max_length"
            )
        }
        return elements
    }

    /// A list of strings.
    func strings(_ name: String, maximum: Int = .max) throws(OpenAIError) -> [String]? {
        guard let elements = try array(name, maximum: maximum) else { return nil }
        var texts: [String] = []
        for (position, element) in elements.enumerated() {
            guard case .string(let text) = element else {
                throw .type("\(path(name))[\(position)]", expected: "a string", found: element)
            }
            texts.append(text)
        }
        return texts
    }

    func fields(_ name: String) throws(OpenAIError) -> OpenAIFields? {
        guard let value = self[name] else { return nil }
        return try OpenAIFields(value, at: path(name))
    }

    /// Refuses a member, unless it is absent.
    func refuse(_ name: String, _ what: String) throws(OpenAIError) {
        if self[name] != nil { throw .unsupported(path(name), what) }
    }

    private func below(
        _ name: String,
        _ kind: String,
        _ bound: String,
        _ found: String
    ) -> OpenAIError {
        .value(
            path(name),
            "Invalid '\(path(name))': \(kind) below minimum value. Expected a value >= \(bound), "
                + "but got \(found) instead.",
            code: "\(kind)_below_min_value"
        )
    }

    private func above(
        _ name: String,
        _ kind: String,
        _ bound: String,
        _ found: String
    ) -> OpenAIError {
        .value(
            path(name),
            "Invalid '\(path(name))': \(kind) above maximum value. Expected a value <= \(bound), "
                + "but got \(found) instead.",
            code: "\(kind)_above_max_value"
        )
    }
}

extension JSONValue {
    /// A whole number, also one written with a fraction of zero.
    var wholeNumber: Int? {
        switch self {
        case .integer(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }
}
