internal import ApusConversation

/// What a parameter may be, for formats that write values without quotes.
struct ParameterType: Sendable, Equatable {
    /// JSON's kinds of values.
    struct Kinds: OptionSet, Sendable {
        let rawValue: UInt8

        static let null = Kinds(rawValue: 1)
        static let boolean = Kinds(rawValue: 2)
        static let integer = Kinds(rawValue: 4)
        static let number = Kinds(rawValue: 8)
        static let array = Kinds(rawValue: 16)
        static let object = Kinds(rawValue: 32)
        static let string = Kinds(rawValue: 64)
        static let structured: Kinds = [.array, .object]

        static let names: [(String, Kinds)] = [
            ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number),
            ("array", .array), ("object", .object), ("string", .string),
        ]
    }

    /// How deep unions and references are followed.
    static let maximumDepth = 8

    /// The kinds that the schema allows; empty when it does not say.
    let kinds: Kinds
    /// Whether the tool has such a parameter.
    let isKnown: Bool

    /// A parameter that the tool does not have.
    static let unknown = ParameterType(kinds: [], isKnown: false)

    /// Whether text is a string whatever it says, so that it need not be complete to be read;
    /// only `null` is something else.
    var isText: Bool { isKnown && kinds.subtracting([.null, .string]).isEmpty }

    /// The value that a text spells: null, then the first kind that fits, else a string.
    func value(_ text: [UInt8]) -> JSONValue {
        if Self.isNull(text) { return .null }
        let string = JSONValue.string(String(decoding: text, as: UTF8.self))
        return isText ? string : other(text) ?? string
    }

    /// Whether a text is `null` in any mixture of cases.
    static func isNull(_ text: [UInt8]) -> Bool {
        text.count == 4 && text.map { $0 | 0x20 }.elementsEqual("null".utf8)
    }

    private func other(_ text: [UInt8]) -> JSONValue? {
        let allowed: Kinds = isKnown ? kinds : [.boolean, .number, .array, .object]
        if allowed.contains(.boolean) {
            switch String(decoding: text, as: UTF8.self).lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: break
            }
        }
        guard let value = Self.literal(text) else { return nil }
        switch value {
        case .integer where !allowed.isDisjoint(with: [.integer, .number]): return value
        case .double where allowed.contains(.number): return value
        case .double(let number) where allowed.contains(.integer) && number.rounded() == number:
            return Int64(exactly: number).map { .integer($0) } ?? value
        case .array where allowed.contains(.array): return value
        case .object where allowed.contains(.object): return value
        default: return nil
        }
    }

    /// JSON, or a list or dictionary as Python writes it.
    private static func literal(_ text: [UInt8]) -> JSONValue? {
        if let value = try? JSONParser.parse(text) { return value }
        switch text.first(where: { !TagSearch.isSpace($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return PythonLiteral.parse(text)
        default: return nil
        }
    }
}

// MARK: - Schemas

extension ParameterType {
    /// What a parameter's schema allows; `root` holds the definitions that it refers to.
    init(_ schema: JSONValue, root: JSONValue) {
        kinds = Self.kinds(schema, root: root, depth: Self.maximumDepth)
        isKnown = true
    }

    private static func kinds(_ schema: JSONValue, root: JSONValue, depth: Int) -> Kinds {
        guard depth > 0, let members = schema.objectValue else { return [] }
        var kinds: Kinds = []
        for name in (members["type"]?.arrayValue ?? [members["type"] ?? .null]) {
            for (text, kind) in Kinds.names where name.stringValue == text { kinds.insert(kind) }
        }
        guard kinds.isEmpty else { return kinds }
        for value in members["enum"]?.arrayValue ?? members["const"].map({ [$0] }) ?? [] {
            kinds.insert(kind(of: value))
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for branch in members[key]?.arrayValue ?? [] {
                kinds.formUnion(Self.kinds(branch, root: root, depth: depth - 1))
            }
        }
        if let target = definition(members["$ref"], root: root) {
            kinds.formUnion(Self.kinds(target, root: root, depth: depth - 1))
        }
        if members["properties"] != nil { kinds.insert(.object) }
        if members["items"] != nil { kinds.insert(.array) }
        return kinds
    }

    /// The kind of one value.
    static func kind(of value: JSONValue) -> Kinds {
        switch value {
        case .null: .null
        case .bool: .boolean
        case .integer: .integer
        case .double: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The part of `root` that a reference such as `#/$defs/name` means.
    static func definition(_ reference: JSONValue?, root: JSONValue) -> JSONValue? {
        guard let path = reference?.stringValue?.split(separator: "/"), path.first == "#" else {
            return nil
        }
        return path.dropFirst().prefix(maximumDepth).reduce(root) { $0?[String($1)] }
    }
}
