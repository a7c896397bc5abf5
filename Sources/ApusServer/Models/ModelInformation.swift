internal import ApusConversation
internal import ApusDialects
internal import ApusFormats
internal import ApusGGUF

/// The metadata of a file as `/api/show` tells it.
enum ModelInformation {
    /// All values in order of their names, without the model's name and template.
    ///
    /// Arrays are shown as null unless `isVerbose`.
    static func metadata(of file: GGUFFile, isVerbose: Bool) throws -> JSONObject {
        let count = ModelLibrary.parameterCount(of: file)
        var result: JSONObject = ["general.parameter_count": .integer(Int64(clamping: count))]
        for entry in file.metadata.entries {
            switch entry.key {
            case "general.name", "general.parameter_count", "tokenizer.chat_template": continue
            default: break
            }
            let isHidden = entry.type == .array && !isVerbose
            result[entry.key] =
                isHidden ? .null : try json(file.metadata.value(of: entry), entry.key)
        }
        return sorted(result)
    }

    /// The members in order of their names' bytes.
    static func sorted(_ object: JSONObject) -> JSONObject {
        let members = object.map { ($0.key, $0.value) }
        return JSONObject(members.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })
    }

    /// All tensors in file order; sizes innermost first, as the file has them.
    static func tensors(of file: GGUFFile) -> [OllamaShow.Tensor] {
        file.tensors.map { tensor in
            OllamaShow.Tensor(
                name: tensor.name,
                type: tensor.format.name,
                shape: tensor.shape.reversed()
            )
        }
    }

    private static func json(_ value: GGUFValue, _ key: String) throws -> JSONValue {
        switch value {
        case .bool(let value): .bool(value)
        case .string(let value): .string(value)
        case .float32(let value): number(Double(value.description) ?? Double(value))
        case .float64(let value): number(value)
        case .uint64(let value): whole(value)
        case .array(let array): .array(try elements(array, key))
        default: .integer(Int64(value.int ?? 0))
        }
    }

    private static func elements(_ array: GGUFArray, _ key: String) throws -> [JSONValue] {
        switch array.elementType {
        // Vocabularies hold pieces of characters, which are no UTF-8 on their own.
        case .string:
            try array.byteStrings(key).map { .string(String(decoding: $0, as: UTF8.self)) }
        case .bool: try array.bools(key).map { .bool($0) }
        case .float32: try array.floats(key).map { number(Double($0.description) ?? Double($0)) }
        case .float64: try array.doubles(key).map { number($0) }
        case .uint64: try array.integers(of: UInt64.self, key).map { whole($0) }
        default: try array.ints(key).map { .integer(Int64($0)) }
        }
    }

    private static func whole(_ value: UInt64) -> JSONValue {
        Int64(exactly: value).map { .integer($0) } ?? .double(Double(value))
    }

    /// JSON has neither infinity nor NaN: such a number shows as null.
    private static func number(_ value: Double) -> JSONValue {
        value.isFinite ? .double(value) : .null
    }
}
