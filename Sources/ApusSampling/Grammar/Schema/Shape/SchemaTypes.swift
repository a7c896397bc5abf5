internal import ApusConversation

/// Kinds of JSON values; the numbers are split in two, so that kinds are disjoint.
struct SchemaTypes: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    /// Numbers without a fractional part.
    static let integer = SchemaTypes(rawValue: 4)
    /// Numbers with a fractional part.
    static let fraction = SchemaTypes(rawValue: 8)
    static let string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let object = SchemaTypes(rawValue: 64)

    static let number: SchemaTypes = [.integer, .fraction]
    static let all: SchemaTypes = [.null, .boolean, .number, .string, .array, .object]

    /// The kind that a word of `type` names.
    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// The kind of a value.
    init(of value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool: self = .boolean
        case .integer: self = .integer
        case .double(let number):
            self = number.rounded(.towardZero) == number ? .integer : .fraction
        case .string: self = .string
        case .array: self = .array
        case .object: self = .object
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}
