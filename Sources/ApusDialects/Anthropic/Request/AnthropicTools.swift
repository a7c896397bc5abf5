package import ApusConversation

/// The `tools` and `tool_choice` of a request.
///
/// Custom tools carry their schema. Anthropic's own client tools (`bash_20250124` and the like)
/// come without one; theirs are in `AnthropicClientTools`. Server tools do not run here: listing
/// one is tolerated and noted, choosing one is refused.
package struct AnthropicTools: Sendable, Equatable {
    /// Functions the model may call.
    package var tools: [Tool] = []
    /// Whether one is called.
    package var choice = ToolChoice.automatic
    /// Whether one turn may call several.
    package var allowsParallelCalls = true
    /// Names of listed server tools.
    private(set) var serverTools: [String] = []

    private static let known: Set<String> = [
        "type", "name", "description", "input_schema", "cache_control", "strict",
        "eager_input_streaming",
    ]
    private static let namePattern = "^[a-zA-Z0-9_-]{1,128}$"

    /// Reads both members.
    init(_ request: AnthropicFields, ignored: inout AnthropicIgnored) throws(DialectError) {
        for (position, element) in try request.optionalArray("tools").enumerated() {
            let fields = try AnthropicFields(element, at: request.place("tools.\(position)"))
            try append(fields, ignored: &ignored)
        }
        guard Set(tools.map(\.name)).count == tools.count else {
            throw request.refusal("tools", "Tool names must be unique.", .invalidValue)
        }
        if let fields = try request.optionalFields("tool_choice") {
            try choose(fields, ignored: &ignored)
        }
    }

    private mutating func append(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) {
        let type = try fields.optionalString("type") ?? "custom"
        if type == "custom" {
            ignored.note(fields, except: Self.known)
            tools.append(try Self.custom(fields))
            return
        }
        if let tool = AnthropicClientTools.tool(type: type) {
            tools.append(tool)
            return
        }
        guard Self.isServerTool(type) else {
            throw fields.refusal(
                "tools of type `\(type.prefix(64))` are not supported",
                .unsupported
            )
        }
        serverTools.append(try fields.optionalString("name") ?? type)
        ignored.note("tools.\(type)")
    }

    private static func isServerTool(_ type: String) -> Bool {
        let families = ["web_search_", "web_fetch_", "code_execution_", "tool_search_tool_"]
        return families.contains { type.hasPrefix($0) }
    }

    private static func custom(_ fields: AnthropicFields) throws(DialectError) -> Tool {
        let name = try fields.string("name")
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...128).contains(name.utf8.count) else {
            throw fields.refusal(
                "custom.name",
                "String should match pattern '\(namePattern)'",
                .invalidValue
            )
        }
        guard fields.value("input_schema") != nil else {
            throw fields.refusal("custom.input_schema", "Field required")
        }
        let schema = try fields.fields("input_schema")
        if let type = schema.value("type"), type != "object" {
            throw fields.refusal(
                "custom.input_schema.type",
                "Input should be 'object'",
                .invalidValue
            )
        }
        return Tool(
            name: name,
            description: try fields.optionalString("description"),
            parameters: .object(schema.object)
        )
    }

    private mutating func choose(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) {
        ignored.note(fields, except: ["type", "name", "disable_parallel_tool_use"])
        let words = ["auto", "any", "tool", "none"]
        guard let type = try fields.optionalWord("type", of: words) else {
            throw fields.refusal("type", "Field required")
        }
        allowsParallelCalls = try !(fields.optionalBool("disable_parallel_tool_use") ?? false)
        switch type {
        case "any": choice = .required
        case "none": choice = .none
        case "tool": choice = .named(try fields.string("name"))
        default: choice = .automatic
        }
        guard type == "any" || type == "tool" else { return }
        if case .named(let name) = choice {
            if serverTools.contains(name) {
                throw fields.refusal("server tool '\(name)' is not supported", .unsupported)
            }
            guard tools.contains(where: { $0.name == name }) else {
                throw fields.refusal("Tool '\(name)' not found in provided tools")
            }
        }
        guard !tools.isEmpty else {
            throw fields.refusal("tool_choice may only be specified while providing tools")
        }
    }
}

/// Tools whose schema the model is trained on and the client therefore does not send.
///
/// Source: the parameters that Anthropic's documentation of each tool lists.
enum AnthropicClientTools {
    /// The tool of a versioned type such as `bash_20250124`, or nil.
    static func tool(type: String) -> Tool? {
        switch type {
        case "bash_20241022", "bash_20250124": bash
        case "text_editor_20241022", "text_editor_20250124": editor("str_replace_editor")
        case "text_editor_20250429", "text_editor_20250728":
            editor("str_replace_based_edit_tool")
        case "memory_20250818": memory
        default: nil
        }
    }

    private static let bash = Tool(
        name: "bash",
        description: "Run commands in a persistent bash session of the user's machine.",
        parameters: [
            "type": "object",
            "properties": [
                "command": ["type": "string", "description": "The command to run."],
                "restart": ["type": "boolean", "description": "Restart the session instead."],
            ],
        ]
    )

    private static func editor(_ name: String) -> Tool {
        let lines: JSONValue = ["type": "array", "items": ["type": "integer"]]
        return Tool(
            name: name,
            description: "View, create and edit text files on the user's machine.",
            parameters: [
                "type": "object",
                "properties": [
                    "command": [
                        "type": "string", "enum": ["view", "create", "str_replace", "insert"],
                    ],
                    "path": ["type": "string"],
                    "view_range": lines,
                    "file_text": ["type": "string"],
                    "old_str": ["type": "string"],
                    "new_str": ["type": "string"],
                    "insert_line": ["type": "integer"],
                    "insert_text": ["type": "string"],
                ],
                "required": ["command", "path"],
            ]
        )
    }

    private static let memory = Tool(
        name: "memory",
        description: "Keep notes in files under /memories that last between conversations.",
        parameters: [
            "type": "object",
            "properties": [
                "command": [
                    "type": "string",
                    "enum": ["view", "create", "str_replace", "insert", "delete", "rename"],
                ],
                "path": ["type": "string"],
                "view_range": ["type": "array", "items": ["type": "integer"]],
                "file_text": ["type": "string"],
                "old_str": ["type": "string"],
                "new_str": ["type": "string"],
                "insert_line": ["type": "integer"],
                "insert_text": ["type": "string"],
                "old_path": ["type": "string"],
                "new_path": ["type": "string"],
            ],
            "required": ["command"],
        ]
    )
}
