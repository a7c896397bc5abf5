internal import ApusConversation

/// Reads the contents of the layers that are no weights.
enum LayerContent {
    /// Longest template, system message or license that is read, in bytes.
    static let maximumTextBytes = 4 << 20
    /// Longest parameter layer that is read, in bytes.
    static let maximumParametersBytes = 1 << 20
    /// Longest message layer that is read, in bytes; messages may hold images.
    static let maximumMessagesBytes = 64 << 20

    /// Text as it is; bytes that are no UTF-8 become U+FFFD, since old licenses are in Latin-1.
    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The members of a parameter layer, all of them.
    ///
    /// Throws: `corruptLayer`.
    static func parameters(_ bytes: [UInt8]) throws(StoreError) -> JSONObject {
        let value = try json(bytes, "parameters")
        guard let object = value.objectValue else {
            throw StoreError(.corruptLayer, "Invalid parameters: no object but \(value.kind).")
        }
        return object
    }

    /// The options among the members of a parameter layer.
    ///
    /// What no option is can have any shape and is passed over; what an option is cannot.
    /// Throws: `corruptLayer`, naming the option.
    static func options(
        _ parameters: JSONObject
    ) throws(StoreError) -> [String: ParameterValue] {
        var options: [String: ParameterValue] = [:]
        for (key, json) in parameters where !json.isNull {
            guard let value = ParameterValue(json: json) else {
                if ParameterTable.kind(of: key) == nil { continue }
                throw StoreError(.corruptLayer, "Invalid parameters: '\(key)' is \(json.kind).")
            }
            do {
                options[key] = try ParameterTable.checked(key, value)
            } catch {
                throw StoreError(.corruptLayer, "Invalid parameters: \(error.message).")
            }
        }
        return options
    }

    /// The messages of a message layer.
    ///
    /// Throws: `corruptLayer`.
    static func messages(_ bytes: [UInt8]) throws(StoreError) -> [StoredMessage] {
        let value = try json(bytes, "messages")
        if value.isNull { return [] }
        guard let elements = value.arrayValue else {
            throw StoreError(.corruptLayer, "Invalid messages: no list but \(value.kind).")
        }
        var messages: [StoredMessage] = []
        for element in elements {
            guard let object = element.objectValue else {
                throw StoreError(
                    .corruptLayer,
                    "Invalid messages: one is no object but \(element.kind)."
                )
            }
            do {
                messages.append(try StoredMessage(json: object))
            } catch {
                throw StoreError(.corruptLayer, error.message)
            }
        }
        return messages
    }

    private static func json(_ bytes: [UInt8], _ kind: String) throws(StoreError) -> JSONValue {
        do {
            return try JSONParser.parse(bytes, maximumDepth: 64)
        } catch {
            throw StoreError(.corruptLayer, "Invalid \(kind): \(error.message)")
        }
    }
}
