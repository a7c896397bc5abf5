package import ApusConversation

/// The value of a model parameter or request option.
package enum ParameterValue: Sendable, Hashable {
    /// A whole number: `num_ctx`.
    case integer(Int64)
    /// A number: `temperature`.
    case number(Double)
    /// A truth value: `use_mmap`.
    case boolean(Bool)
    /// A text; no known parameter has one, unknown ones may.
    case string(String)
    /// A list of texts: `stop`.
    case strings([String])

    /// The value in JSON, as parameter layers hold it.
    package var json: JSONValue {
        switch self {
        case .integer(let value): .integer(value)
        case .number(let value): .double(value)
        case .boolean(let value): .bool(value)
        case .string(let value): .string(value)
        case .strings(let values): .array(values.map { .string($0) })
        }
    }

    /// The value that JSON spells; nil for `null`, objects and mixed lists.
    package init?(json: JSONValue) {
        switch json {
        case .integer(let value): self = .integer(value)
        case .double(let value): self = .number(value)
        case .bool(let value): self = .boolean(value)
        case .string(let value): self = .string(value)
        case .array(let elements):
            let texts = elements.compactMap(\.stringValue)
            guard texts.count == elements.count else { return nil }
            self = .strings(texts)
        case .null, .object: return nil
        }
    }

    /// The values one by one as a Modelfile spells them: a list has several, all else one.
    package var texts: [String] {
        switch self {
        case .strings(let values): values
        case .string(let value): [value]
        case .integer, .number, .boolean: [JSONSerializer.go.string(json)]
        }
    }
}
