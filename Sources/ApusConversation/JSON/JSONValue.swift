/// A JSON document (RFC 8259) whose objects keep the order of their keys.
///
/// Tool schemas and arguments pass through the program in this form, because templates render
/// keys in the order in which the client wrote them.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}
