internal import ApusConversation

extension JinjaValue {
    /// The value as JSON, in the way of Python's `json.dumps`: tuples become arrays, keys strings.
    ///
    /// Throws: `ChatError` for what `json.dumps` refuses.
    func json(line: Int) throws(ChatError) -> JSONValue {
        switch self {
        case .none: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(Int64(value))
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
            var elements: [JSONValue] = []
            elements.reserveCapacity(sequence.items.count)
            for item in sequence.items { elements.append(try item.json(line: line)) }
            return .array(elements)
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in zip(mapping.keys, mapping.values) {
                object[try key.jsonKey(line: line)] = try value.json(line: line)
            }
            return .object(object)
        default:
            throw ChatError(
                .evaluation,
                line: line,
                "an object of type \(typeName) cannot be written as JSON."
            )
        }
    }

    private func jsonKey(line: Int) throws(ChatError) -> String {
        switch self {
        case .string(let text): text
        case .none: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer, .double: text
        default:
            throw ChatError(
                .evaluation,
                line: line,
                "a key of type \(typeName) cannot be written as JSON."
            )
        }
    }
}
