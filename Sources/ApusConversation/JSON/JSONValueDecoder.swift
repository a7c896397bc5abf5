/// Makes `Decodable` values from JSON values.
///
/// `JSONValue` members pass through untouched. Integers are read from any number without a
/// fraction; numbers also from the strings that `JSONValueEncoder` writes for want of numbers.
/// Unknown members are ignored.
package struct JSONValueDecoder: Sendable {
    /// A key that types look up in `Decoder.userInfo`.
    package var userInfo: [CodingUserInfoKey: any Sendable] = [:]
    /// Whether members are also found by names in other capitals, as in Go.
    package var ignoresCase = false

    /// A decoder without user information.
    package init() {}

    /// A value of `type` made from `value`.
    ///
    /// Throws: `DecodingError` with the path to what is wrong.
    package func decode<Value: Decodable>(
        _ type: Value.Type,
        from value: JSONValue
    ) throws -> Value {
        try JSONTreeDecoder(
            value: value,
            codingPath: [],
            information: userInfo,
            ignoresCase: ignoresCase
        ).decode(type)
    }
}

/// The `Decoder` behind `JSONValueDecoder`, reading one value.
struct JSONTreeDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    let information: [CodingUserInfoKey: any Sendable]
    let ignoresCase: Bool

    var userInfo: [CodingUserInfoKey: Any] { information }

    func container<Key: CodingKey>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch(JSONObject.self, "object") }
        return KeyedDecodingContainer(JSONKeyedDecoder<Key>(decoder: self, object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self, "array") }
        return JSONUnkeyedDecoder(decoder: self, elements: elements)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        JSONSingleDecoder(decoder: self)
    }

    /// A decoder for `value`, which stands under `key` inside this one's.
    func nested(_ value: JSONValue, _ key: any CodingKey) -> JSONTreeDecoder {
        JSONTreeDecoder(
            value: value,
            codingPath: codingPath + [key],
            information: information,
            ignoresCase: ignoresCase
        )
    }

    /// The value as a `Value`: directly where JSON has such a type, else by its `init(from:)`.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let scalar = try scalar(type), let found = scalar as? Value { return found }
        return try type.init(from: self)
    }

    private func scalar(_ type: any Decodable.Type) throws -> (any Decodable)? {
        switch type {
        case is JSONValue.Type: return value
        case is String.Type: return try require(value.stringValue, type, "string")
        case is Bool.Type: return try require(value.boolValue, type, "boolean")
        case is Double.Type: return try require(number, type, "number")
        case is Float.Type: return Float(try require(number, type, "number"))
        case let type as any (FixedWidthInteger & Decodable).Type: return try integer(type)
        default: return nil
        }
    }

    private var number: Double? {
        switch value {
        case .string("inf"): .infinity
        case .string("-inf"): -.infinity
        case .string("nan"): .nan
        default: value.doubleValue
        }
    }

    private func integer<Number: FixedWidthInteger & Decodable>(
        _ type: Number.Type
    ) throws -> Number {
        let found: Number?
        switch value {
        case .integer(let integer): found = Number(exactly: integer)
        case .double(let double): found = Number(exactly: double)
        case .string(let text) where !type.isSigned && !text.hasPrefix("+"): found = Number(text)
        default: throw mismatch(type, "number")
        }
        guard let found else {
            throw DecodingError.dataCorrupted(
                context("The number \(value) does not fit \(type).")
            )
        }
        return found
    }

    private func require<Found>(
        _ found: Found?,
        _ type: any Decodable.Type,
        _ expected: String
    ) throws -> Found {
        guard let found else { throw mismatch(type, expected) }
        return found
    }

    private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        let article = "aeiou".contains(expected.prefix(1)) ? "An" : "A"
        let context = context("\(article) \(expected) is expected, found \(value.kind).")
        return value.isNull
            ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    func context(_ problem: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: problem)
    }
}
