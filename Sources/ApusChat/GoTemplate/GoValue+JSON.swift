internal import ApusConversation

extension GoValue {
    /// The value of a JSON document; keys of objects lose their order, as in Go's maps.
    ///
    /// Integers stay integers, where Go would read every number as `float64`: they print and
    /// compare as what they are.
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .double(let value): self = .double(value)
        case .string(let value): self = .text(value)
        case .array(let elements): self = .list(GoList(elements: elements.map { GoValue($0) }[...]))
        case .object(let object): self = .map(GoMap(Self.entries(object)))
        }
    }

    /// The members of an object.
    static func entries(_ object: JSONObject) -> [GoMap.Entry] {
        object.map { GoMap.Entry(key: $0.key, value: GoValue($0.value)) }
    }

    /// The value as `encoding/json` sees it.
    var json: JSONValue {
        switch self {
        case .nothing, .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(Int64(value))
        case .double(let value): .double(value)
        case .text(let value): .string(value)
        case .list(let list) where list.isNilWhenEmpty && list.elements.isEmpty: .null
        case .list(let list): .array(list.elements.map(\.json))
        case .map(let map): Self.object(map.entries.map { ($0.key, $0.value.json) })
        case .record(let record):
            Self.object(
                record.fields.filter { !$0.omitsEmpty || $0.value.isTrue }
                    .map { ($0.key, $0.value.json) }
            )
        }
    }

    /// Compact JSON with `<`, `>` and `&` escaped, as Go writes it.
    var jsonText: String { JSONSerializer.go.string(json) }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var object = JSONObject()
        for (key, value) in members { object[key] = value }
        return .object(object)
    }
}
