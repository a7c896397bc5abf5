package import ApusConversation

/// `GET /v1/models` in Anthropic's shape: one model.
package struct AnthropicModel: Sendable, Equatable {
    /// The name by which requests call it.
    package var id: String
    /// A name for people.
    package var displayName: String
    /// When it was made or put into the store.
    package var createdAt: WireTime
    /// What it can do: `completion`, `tools`, `thinking`, `vision`.
    package var capabilities: [String]
    /// Its context length in tokens; nil when it is not known.
    package var contextLength: Int?

    /// A model.
    package init(
        id: String,
        displayName: String? = nil,
        createdAt: WireTime,
        capabilities: [String],
        contextLength: Int? = nil
    ) {
        self.id = id
        self.displayName = displayName ?? id
        self.createdAt = createdAt
        self.capabilities = capabilities
        self.contextLength = contextLength
    }

    /// The model on the wire.
    package var json: JSONValue {
        let length = contextLength.map { JSONValue.integer(Int64($0)) } ?? .null
        return [
            "type": "model",
            "id": .string(id),
            "display_name": .string(displayName),
            "created_at": .string(createdAt.description),
            "lifecycle": "active",
            "deprecated_at": nil,
            "retires_at": nil,
            "line": nil,
            "max_input_tokens": length,
            "max_tokens": length,
            "capabilities": capabilityJSON,
        ]
    }

    private var capabilityJSON: JSONValue {
        let thinks = capabilities.contains("thinking")
        let completes = capabilities.contains("completion")
        return [
            "batch": Self.support(completes),
            "citations": Self.support(false),
            "code_execution": Self.support(false),
            "context_management": ["supported": false],
            "effort": [
                "supported": .bool(thinks),
                "low": Self.support(thinks),
                "medium": Self.support(thinks),
                "high": Self.support(thinks),
                "xhigh": Self.support(false),
                "max": Self.support(thinks),
            ],
            "image_input": Self.support(false),
            "pdf_input": Self.support(false),
            "server_tools": [
                "supported": false,
                "code_execution": Self.support(false),
                "web_search": Self.support(false),
            ],
            "structured_outputs": Self.support(completes),
            "thinking": [
                "supported": .bool(thinks),
                "types": [
                    "adaptive": Self.support(thinks),
                    "between_tools": Self.support(thinks),
                    "disabled": Self.support(true),
                    "enabled": Self.support(thinks),
                ],
            ],
        ]
    }

    private static func support(_ isSupported: Bool) -> JSONValue {
        ["supported": .bool(isSupported)]
    }
}

/// `POST /v1/messages/count_tokens`: the answer.
package enum AnthropicCount {
    /// The length of a prompt on the wire.
    package static func json(tokens: Int) -> JSONValue {
        ["input_tokens": .integer(Int64(max(0, tokens)))]
    }
}
