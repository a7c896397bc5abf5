internal import ApusConversation

/// The text layers of a model about to be written, and how each becomes bytes.
struct ModelContent: Sendable {
    var template: String?
    var system: String?
    var licenses: [String] = []
    var parameters = JSONObject()
    var messages: [StoredMessage] = []

    /// The layers in Ollama's order: template, system, licenses, parameters, messages.
    var layers: [(mediaType: String, bytes: [UInt8])] {
        var layers: [(mediaType: String, bytes: [UInt8])] = []
        if let template, !template.isEmpty {
            layers.append((MediaType.template, Array(template.utf8)))
        }
        if let system, !system.isEmpty { layers.append((MediaType.system, Array(system.utf8))) }
        for license in licenses { layers.append((MediaType.license, Array(license.utf8))) }
        if !parameters.isEmpty {
            layers.append((MediaType.parameters, Self.bytes(.object(parameters))))
        }
        if !messages.isEmpty {
            let list = JSONValue.array(messages.map { .object($0.json) })
            layers.append((MediaType.messages, Self.bytes(list)))
        }
        return layers
    }

    /// JSON as Go's encoder writes it: keys of objects sorted in parameters, a line feed at the end.
    private static func bytes(_ value: JSONValue) -> [UInt8] {
        var serializer = JSONSerializer.go
        if case .object = value { serializer.sortsKeys = true }
        return serializer.bytes(value) + [UInt8(ascii: "\n")]
    }
}

extension JSONObject {
    /// Parameters as a layer holds them.
    init(_ parameters: [String: ParameterValue]) {
        self.init(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
    }
}
