/// Turns `Encodable` values into JSON values, members in the order in which they are encoded.
///
/// Nil optionals are left out by the synthesised `encode(to:)`; `JSONValue` members pass through
/// untouched. A `Float` becomes the double of the same shortest decimal, so that 0.1 is written as
/// 0.1. What JSON has no numbers for becomes strings, which `JSONValueDecoder` reads back: unsigned
/// numbers beyond `Int64.max` their digits, the others `inf`, `-inf` and `nan`.
package struct JSONValueEncoder: Sendable {
    /// A key that types look up in `Encoder.userInfo`.
    package var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// An encoder without user information.
    package init() {}

    /// The JSON form of `value`.
    ///
    /// Throws: what the value's own `encode(to:)` throws.
    package func encode(_ value: some Encodable) throws -> JSONValue {
        let target = JSONNode()
        try target.encode(value, path: [], userInfo: userInfo)
        return target.value
    }
}

/// A value under construction that containers write into.
final class JSONNode {
    enum Content {
        case unset
        case value(JSONValue)
        case array([JSONNode])
        case object(keys: [String], members: [JSONNode])
    }

    var content: Content

    init(_ content: Content = .unset) { self.content = content }

    /// What has been written; a type that encodes nothing counts as an empty object.
    var value: JSONValue {
        switch content {
        case .unset: .object([:])
        case .value(let value): value
        case .array(let nodes): .array(nodes.map(\.value))
        case .object(let keys, let members):
            .object(JSONObject(zip(keys, members).lazy.map { ($0, $1.value) }))
        }
    }

    /// Opens an array here, or goes on with the one that is open.
    func openArray() {
        if case .array = content { return }
        content = .array([])
    }

    /// Opens an object here, or goes on with the one that is open.
    func openObject() {
        if case .object = content { return }
        content = .object(keys: [], members: [])
    }

    /// Adds an element to the array opened here.
    func append(_ node: JSONNode) {
        guard case .array(var nodes) = content else { return }
        content = .unset
        nodes.append(node)
        content = .array(nodes)
    }

    /// Adds a member to the object opened here.
    func append(_ key: String, _ node: JSONNode) {
        guard case .object(var keys, var members) = content else { return }
        content = .unset
        keys.append(key)
        members.append(node)
        content = .object(keys: keys, members: members)
    }

    /// Elements of the array opened here.
    var count: Int {
        if case .array(let nodes) = content { nodes.count } else { 0 }
    }

    /// Writes `value` here.
    func encode(
        _ value: some Encodable,
        path: [any CodingKey],
        userInfo: [CodingUserInfoKey: any Sendable]
    ) throws {
        if let scalar = Self.scalar(value) {
            content = .value(scalar)
        } else {
            try value.encode(
                to: JSONTreeEncoder(target: self, codingPath: path, information: userInfo)
            )
        }
    }

    /// What a value that needs no container becomes; nil for all others.
    ///
    /// Types are compared before values are cast, because casts are slow.
    static func scalar<Value: Encodable>(_ value: Value) -> JSONValue? {
        if Value.self == JSONValue.self { return value as? JSONValue }
        if Value.self == String.self { return (value as? String).map { .string($0) } }
        if Value.self == Bool.self { return (value as? Bool).map { .bool($0) } }
        if Value.self == Int.self { return (value as? Int).map { .integer(Int64($0)) } }
        if Value.self == Double.self { return (value as? Double).map { number($0) } }
        if Value.self == Float.self { return (value as? Float).map { number(widened($0)) } }
        return (value as? any FixedWidthInteger).map { integer($0) }
    }

    private static func integer(_ value: some FixedWidthInteger) -> JSONValue {
        if let value = Int64(exactly: value) { return .integer(value) }
        return .string(String(value))
    }

    private static func number(_ value: Double) -> JSONValue {
        value.isFinite ? .double(value) : .string(value.isNaN ? "nan" : value.description)
    }

    private static func widened(_ value: Float) -> Double {
        guard let double = Double(value.description), Float(double) == value else {
            return Double(value)
        }
        return double
    }
}
