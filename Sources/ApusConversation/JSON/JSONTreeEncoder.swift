/// The `Encoder` behind `JSONValueEncoder`, writing to one node.
struct JSONTreeEncoder: Encoder {
    let target: JSONNode
    let codingPath: [any CodingKey]
    let information: [CodingUserInfoKey: any Sendable]

    var userInfo: [CodingUserInfoKey: Any] { information }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        target.openObject()
        return KeyedEncodingContainer(JSONKeyedEncoder<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        target.openArray()
        return JSONUnkeyedEncoder(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoder(encoder: self)
    }

    /// An encoder for what stands under `key` inside this one's value.
    func nested(_ node: JSONNode, _ key: any CodingKey) -> JSONTreeEncoder {
        JSONTreeEncoder(target: node, codingPath: codingPath + [key], information: information)
    }
}

private struct JSONKeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONTreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    private func member(_ key: any CodingKey) -> JSONTreeEncoder {
        let node = JSONNode()
        encoder.target.append(key.stringValue, node)
        return encoder.nested(node, key)
    }

    func encodeNil(forKey key: Key) { member(key).target.content = .value(.null) }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        let member = member(key)
        try member.target.encode(
            value,
            path: member.codingPath,
            userInfo: encoder.information
        )
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        member(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { member(JSONCodingKey.superclass) }

    func superEncoder(forKey key: Key) -> any Encoder { member(key) }
}

private struct JSONUnkeyedEncoder: UnkeyedEncodingContainer {
    let encoder: JSONTreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.target.count }

    private func element() -> JSONTreeEncoder {
        let key = JSONCodingKey(intValue: count)
        let node = JSONNode()
        encoder.target.append(node)
        return encoder.nested(node, key)
    }

    func encodeNil() { encoder.target.append(JSONNode(.value(.null))) }

    func encode(_ value: some Encodable) throws {
        if let scalar = JSONNode.scalar(value) {
            encoder.target.append(JSONNode(.value(scalar)))
            return
        }
        let element = element()
        try element.target.encode(
            value,
            path: element.codingPath,
            userInfo: encoder.information
        )
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        element().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { element().unkeyedContainer() }

    func superEncoder() -> any Encoder { element() }
}

private struct JSONSingleEncoder: SingleValueEncodingContainer {
    let encoder: JSONTreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.target.content = .value(.null) }

    func encode(_ value: some Encodable) throws {
        try encoder.target.encode(
            value,
            path: encoder.codingPath,
            userInfo: encoder.information
        )
    }
}
