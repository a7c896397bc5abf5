internal import ApusConversation

/// A dictionary that keeps the order of its keys.
struct JinjaMapping {
    /// A key in the form in which Python compares keys: by code points, and 1 like 1.0 and true.
    enum Key: Hashable {
        case none
        case integer(Int)
        case double(Double)
        case text([UInt8])
        case tuple([Key])
        case undefined
        case object(ObjectIdentifier)

        /// Throws: `ChatError` when the value cannot be a key, as lists and dictionaries.
        init(_ value: JinjaValue, line: Int) throws(ChatError) {
            switch value {
            case .none: self = .none
            case .undefined: self = .undefined
            case .object(let object): self = .object(ObjectIdentifier(object))
            case .double(let number):
                self = Int(exactly: number).map { .integer($0) } ?? .double(number)
            case .string(let text): self = .text(Array(text.utf8))
            case .sequence(let sequence) where sequence.kind == .tuple:
                var keys: [Key] = []
                for item in sequence.items { keys.append(try Key(item, line: line)) }
                self = .tuple(keys)
            default:
                guard let number = value.integerValue else {
                    throw ChatError(
                        .evaluation,
                        line: line,
                        "unhashable type: '\(value.typeName)'."
                    )
                }
                self = .integer(number)
            }
        }
    }

    private(set) var keys: [JinjaValue] = []
    private(set) var values: [JinjaValue] = []
    private var positions: [Key: Int] = [:]
    private(set) var extent = JinjaExtent(depth: 1)

    var count: Int { keys.count }

    init() {}

    init(_ object: JSONObject) {
        for (key, value) in object { set(key, JinjaValue(value)) }
    }

    subscript(key: Key) -> JinjaValue? { positions[key].map { values[$0] } }

    subscript(name: String) -> JinjaValue? { self[.text(Array(name.utf8))] }

    mutating func set(_ name: String, _ value: JinjaValue) {
        set(.text(Array(name.utf8)), .string(name), value)
    }

    mutating func set(_ key: Key, _ original: JinjaValue, _ value: JinjaValue) {
        extent.add(original.extent)
        extent.add(value.extent)
        if let position = positions[key] {
            values[position] = value
            return
        }
        positions[key] = keys.count
        keys.append(original)
        values.append(value)
    }

    /// Pairs of key and value, as tuples.
    var items: [JinjaValue] { zip(keys, values).map { .tuple([$0, $1]) } }
}

extension JinjaValue {
    /// A JSON value as templates see it.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = Int(exactly: value).map { .integer($0) } ?? .none
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map { JinjaValue($0) })
        case .object(let object): self = .mapping(JinjaMapping(object))
        }
    }
}
