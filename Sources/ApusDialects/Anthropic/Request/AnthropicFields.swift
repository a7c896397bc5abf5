internal import ApusConversation

/// One JSON object of a request, read member by member.
///
/// What is wrong is said in the words of Anthropic's API: the path to the member, a colon, the
/// rule. `null` counts as absent.
struct AnthropicFields {
    let object: JSONObject
    let path: String

    /// The members of `value`, which stands at `path`.
    ///
    /// Throws: `malformedBody` when it is no object.
    init(_ value: JSONValue, at path: String) throws(DialectError) {
        guard case .object(let object) = value else {
            throw Self.refusal(path, "Input should be a valid dictionary")
        }
        self.object = object
        self.path = path
    }

    /// The path of a member.
    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The member, unless it is absent or null.
    func value(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    /// The member.
    ///
    /// Throws: `malformedBody` when there is none; so do all functions that follow, also when
    /// the type is wrong.
    func required(_ name: String) throws(DialectError) -> JSONValue {
        guard let value = value(name) else { throw refusal(name, "Field required") }
        return value
    }

    func string(_ name: String) throws(DialectError) -> String {
        guard let text = try required(name).stringValue else {
            throw refusal(name, "Input should be a valid string")
        }
        return text
    }

    func optionalString(_ name: String) throws(DialectError) -> String? {
        value(name) == nil ? nil : try string(name)
    }

    func integer(_ name: String) throws(DialectError) -> Int {
        guard let number = try required(name).intValue else {
            throw refusal(name, "Input should be a valid integer")
        }
        return number
    }

    func optionalInteger(_ name: String) throws(DialectError) -> Int? {
        value(name) == nil ? nil : try integer(name)
    }

    /// A number from 0 to 1.
    func optionalFraction(_ name: String) throws(DialectError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue else {
            throw refusal(name, "Input should be a valid number")
        }
        guard (0...1).contains(number) else { throw refusal(name, "range: 0..1", .invalidValue) }
        return number
    }

    func optionalBool(_ name: String) throws(DialectError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.boolValue else {
            throw refusal(name, "Input should be a valid boolean")
        }
        return bool
    }

    func array(_ name: String) throws(DialectError) -> [JSONValue] {
        guard let elements = try required(name).arrayValue else {
            throw refusal(name, "Input should be a valid list")
        }
        return elements
    }

    func optionalArray(_ name: String) throws(DialectError) -> [JSONValue] {
        value(name) == nil ? [] : try array(name)
    }

    func fields(_ name: String) throws(DialectError) -> AnthropicFields {
        try AnthropicFields(try required(name), at: place(name))
    }

    func optionalFields(_ name: String) throws(DialectError) -> AnthropicFields? {
        value(name) == nil ? nil : try fields(name)
    }

    /// A member that is one of a few words; nil when absent.
    func optionalWord(_ name: String, of words: [String]) throws(DialectError) -> String? {
        guard let word = try optionalString(name) else { return nil }
        guard words.contains(word) else {
            let list = words.map { "'\($0)'" }.joined(separator: ", ")
            throw refusal(name, "Input should be \(list)", .invalidValue)
        }
        return word
    }

    /// An error about a member.
    func refusal(
        _ name: String,
        _ rule: String,
        _ code: DialectError.Code = .malformedBody
    ) -> DialectError {
        Self.refusal(place(name), rule, code)
    }

    /// An error about this object.
    func refusal(_ rule: String, _ code: DialectError.Code = .invalidValue) -> DialectError {
        Self.refusal(path, rule, code)
    }

    private static func refusal(
        _ path: String,
        _ rule: String,
        _ code: DialectError.Code = .malformedBody
    ) -> DialectError {
        DialectError(code, path.isEmpty ? rule : "\(path): \(rule)")
    }
}

/// Names of members that a request has and that have no effect, for a response header.
struct AnthropicIgnored {
    private static let limit = 32
    private static let longest = 64

    private(set) var names: [String] = []

    /// Notes the members of `fields` that are not in `known`.
    mutating func note(_ fields: AnthropicFields, except known: Set<String>) {
        for (name, value) in fields.object where !known.contains(name) && !value.isNull {
            note(fields.place(name))
        }
    }

    /// Notes a path; positions in arrays are left out, and names that recur are noted once.
    ///
    /// Characters that have no place in a header become `?`.
    mutating func note(_ path: String) {
        guard names.count < Self.limit else { return }
        let parts = path.split(separator: ".").filter { part in
            !part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        let plain = parts.joined(separator: ".").unicodeScalars.prefix(Self.longest).map { scalar in
            let isWord = scalar.isASCII && scalar.properties.isAlphabetic
            let isOther = ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar)
            return isWord || isOther ? Character(scalar) : "?"
        }
        let name = String(plain)
        if !name.isEmpty, !names.contains(name) { names.append(name) }
    }
}
