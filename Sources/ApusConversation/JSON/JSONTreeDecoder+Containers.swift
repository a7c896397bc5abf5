/// Reads the members of an object.
struct JSONKeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: JSONTreeDecoder
    let object: JSONObject

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { object.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { value(of: key) != nil }

    /// Objects above this size are only searched for exact names.
    private static var caseLimit: Int { 256 }

    private func value(of key: any CodingKey) -> JSONValue? {
        let name = key.stringValue
        if let exact = object[name] { return exact }
        guard decoder.ignoresCase, object.count <= Self.caseLimit else { return nil }
        let folded = name.lowercased()
        return object.last {
            $0.key.utf8.count == name.utf8.count && $0.key.lowercased() == folded
        }?
        .value
    }

    private func member(_ key: any CodingKey) throws -> JSONTreeDecoder {
        guard let value = value(of: key) else {
            throw DecodingError.keyNotFound(
                key,
                decoder.context("The member '\(key.stringValue)' is missing.")
            )
        }
        return decoder.nested(value, key)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).value.isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try member(key).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder {
        decoder.nested(
            object[JSONCodingKey.superclass.stringValue] ?? .null,
            JSONCodingKey.superclass
        )
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// Reads the elements of an array.
struct JSONUnkeyedDecoder: UnkeyedDecodingContainer {
    let decoder: JSONTreeDecoder
    let elements: [JSONValue]
    private(set) var currentIndex = 0

    init(decoder: JSONTreeDecoder, elements: [JSONValue]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private func element(_ type: Any.Type) throws -> JSONTreeDecoder {
        let key = JSONCodingKey(intValue: currentIndex)
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                DecodingError.Context(
                    codingPath: codingPath + [key],
                    debugDescription: "The array has only \(elements.count) elements."
                )
            )
        }
        return decoder.nested(elements[currentIndex], key)
    }

    /// Reads the next element with `read`, and steps over it when that succeeds.
    private mutating func next<Value>(
        _ type: Any.Type,
        _ read: (JSONTreeDecoder) throws -> Value
    ) throws -> Value {
        let value = try read(element(type))
        currentIndex += 1
        return value
    }

    mutating func decodeNil() throws -> Bool {
        guard try element(Never.self).value.isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try next(type) { try $0.decode(type) }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next(JSONObject.self) { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next([JSONValue].self) { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next(JSONObject.self) { $0 } }
}

/// Reads a value that is neither taken apart by keys nor by positions.
struct JSONSingleDecoder: SingleValueDecodingContainer {
    let decoder: JSONTreeDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.value.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.decode(type)
    }
}
