internal import ApusConversation

/// Between bytes and wire values.
package enum OllamaWire {
    /// A value from the body of a request.
    ///
    /// As with Go's decoder the capitals of members do not matter, and `null` is an object without
    /// members.
    /// Throws: `missingBody`, `malformedBody`; `DialectError`s of the value's fields as they are.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from body: some Collection<UInt8>
    ) throws(DialectError) -> Value {
        let isBlank = body.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard !isBlank else { throw DialectError(.missingBody, "missing request body") }
        do {
            let value = try JSONParser.parse(
                body,
                maximumValues: JSONParser.maximumRequestValues
            )
            var decoder = JSONValueDecoder()
            decoder.ignoresCase = true
            return try decoder.decode(type, from: value.isNull ? .object([:]) : value)
        } catch let error as DialectError {
            throw error
        } catch let error as JSONError {
            throw DialectError(.malformedBody, error.message)
        } catch let error as DecodingError {
            throw DialectError(.malformedBody, Self.message(of: error))
        } catch {
            throw DialectError(.malformedBody, String(describing: error))
        }
    }

    /// The compact JSON of a value as Go's encoder writes it.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        JSONSerializer.go.bytes(try JSONValueEncoder().encode(value))
    }

    private static func message(of error: DecodingError) -> String {
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .keyNotFound(_, let context), .dataCorrupted(let context):
                context
            @unknown default:
                DecodingError.Context(codingPath: [], debugDescription: "The body is not valid.")
            }
        let path = context.codingPath.map { key in
            key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
        }
        let place = path.joined().drop { $0 == "." }
        return place.isEmpty
            ? context.debugDescription : "\(place): \(context.debugDescription)"
    }
}
