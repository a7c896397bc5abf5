/// Through `JSONValueEncoder` and `JSONValueDecoder` a value passes as it is; through any other
/// coder it passes as its JSON text, which keeps the order of keys.
extension JSONValue: Codable {
    package func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? JSONTreeEncoder {
            encoder.target.content = .value(self)
            return
        }
        var container = encoder.singleValueContainer()
        try container.encode(jsonText())
    }

    package init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONTreeDecoder {
            self = decoder.value
            return
        }
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try JSONParser.parse(text)
        } catch {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: error.message
            )
        }
    }
}

/// As `JSONValue`.
extension JSONObject: Codable {
    package func encode(to encoder: any Encoder) throws {
        try JSONValue.object(self).encode(to: encoder)
    }

    package init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        guard case .object(let object) = value else {
            throw DecodingError.typeMismatch(
                JSONObject.self,
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "An object is expected, found \(value.kind)."
                )
            )
        }
        self = object
    }
}
