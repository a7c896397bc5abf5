internal import ApusConversation

/// Equality and spelling of values in `enum` and `const`.
enum SchemaValue {
    /// Bytes that are equal for equal values: members sorted, whole doubles as integers.
    static func key(_ value: JSONValue) -> [UInt8] {
        var serializer = JSONSerializer()
        serializer.sortsKeys = true
        return serializer.bytes(canonical(value))
    }

    /// The value with whole doubles as integers where 64 bits hold them.
    static func canonical(_ value: JSONValue) -> JSONValue {
        switch value {
        case .double(let number):
            if let whole = Int64(exactly: number) { return .integer(whole) }
            return value
        case .array(let elements): return .array(elements.map(canonical))
        case .object(let members):
            return .object(JSONObject(members.map { ($0.key, canonical($0.value)) }))
        case .null, .bool, .integer, .string: return value
        }
    }
}
