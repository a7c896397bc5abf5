extension JSONValue {
    /// The value that a text spells.
    ///
    /// Throws: `JSONError`, as `JSONParser.parse`.
    package init(json text: String) throws(JSONError) { self = try JSONParser.parse(text) }

    /// The value that UTF-8 bytes spell.
    ///
    /// Throws: `JSONError`, as `JSONParser.parse`.
    package init(json bytes: some Sequence<UInt8>) throws(JSONError) {
        self = try JSONParser.parse(bytes)
    }

    /// Text of this value, compact unless `serializer` says otherwise.
    package func jsonText(_ serializer: JSONSerializer = JSONSerializer()) -> String {
        serializer.string(self)
    }
}

extension JSONValue: CustomStringConvertible {
    /// Compact JSON text.
    package var description: String { jsonText() }
}
