internal import ApusConversation

/// Reads the members of a JSON object that came from outside, with errors that name the member.
///
/// A member that is absent or `null` is nil; one of the wrong type is an error.
struct FieldReader {
    private let members: JSONObject
    private let path: String
    private let code: StoreError.Code
    private let subject: String

    /// Longest text in a member, in bytes.
    private static let maximumText = 4096

    /// A reader of `value`, which is found at `path` of the `subject` that errors speak of.
    ///
    /// Throws: `code` when the value is no object.
    init(
        _ value: JSONValue,
        path: String,
        code: StoreError.Code,
        subject: String
    ) throws(StoreError) {
        guard let members = value.objectValue else {
            let place = path.isEmpty ? "It" : "Its member '\(path)'"
            throw StoreError(
                code,
                "Invalid \(subject): \(place) is no object but \(Self.kind(value))."
            )
        }
        self.members = members
        self.path = path
        self.code = code
        self.subject = subject
    }

    /// A text of at most 4096 bytes.
    func text(_ key: String) throws(StoreError) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.stringValue else { throw wrongType(key, value, "a string") }
        guard text.utf8.count <= Self.maximumText else {
            throw error(key, "is longer than \(Self.maximumText) bytes")
        }
        return text
    }

    /// A whole number.
    func integer(_ key: String) throws(StoreError) -> Int64? {
        guard let value = value(key) else { return nil }
        guard let integer = value.intValue else { throw wrongType(key, value, "a whole number") }
        return Int64(integer)
    }

    /// A reader of an object.
    func object(_ key: String) throws(StoreError) -> FieldReader? {
        guard let value = value(key) else { return nil }
        return try FieldReader(value, path: qualified(key), code: code, subject: subject)
    }

    /// Readers of a list of objects.
    func array(_ key: String) throws(StoreError) -> [FieldReader]? {
        guard let value = value(key) else { return nil }
        guard let elements = value.arrayValue else { throw wrongType(key, value, "a list") }
        var readers: [FieldReader] = []
        for (position, element) in elements.enumerated() {
            readers.append(
                try FieldReader(
                    element,
                    path: "\(qualified(key))[\(position)]",
                    code: code,
                    subject: subject
                )
            )
        }
        return readers
    }

    /// A list of texts.
    func texts(_ key: String) throws(StoreError) -> [String]? {
        guard let value = value(key) else { return nil }
        guard let elements = value.arrayValue else { throw wrongType(key, value, "a list") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.stringValue else {
                throw wrongType(key, element, "a list of strings")
            }
            texts.append(text)
        }
        return texts
    }

    /// The error that says of member `key` what is wrong with it.
    func error(_ key: String, _ problem: String) -> StoreError {
        StoreError(code, "Invalid \(subject): '\(qualified(key))' \(problem).")
    }

    private func value(_ key: String) -> JSONValue? {
        guard let value = members[key], !value.isNull else { return nil }
        return value
    }

    private func qualified(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func wrongType(_ key: String, _ value: JSONValue, _ expected: String) -> StoreError {
        error(key, "is \(Self.kind(value)), not \(expected)")
    }

    private static func kind(_ value: JSONValue) -> String { value.isNull ? "null" : value.kind }
}
