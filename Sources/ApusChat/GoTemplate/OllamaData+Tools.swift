internal import ApusConversation

extension OllamaData {
    static func record(_ tool: Tool) -> GoValue {
        let function = GoRecord(
            typeName: "ToolFunction",
            fields: [
                .init(name: "Name", key: "name", value: .text(tool.name)),
                optional("Description", "description", .text(tool.description ?? "")),
                .init(name: "Parameters", key: "parameters", value: parameters(tool.parameters)),
            ],
            printsJSON: true
        )
        return .record(
            GoRecord(
                typeName: "Tool",
                fields: [
                    .init(name: "Type", key: "type", value: .text(tool.type)),
                    optional("Items", "items", .null),
                    .init(name: "Function", key: "function", value: .record(function)),
                ],
                printsJSON: true
            )
        )
    }

    /// The schema of a tool's arguments.
    private static func parameters(_ schema: JSONValue) -> GoValue {
        let known = ["type", "$defs", "items", "required", "properties"]
        let fields: [GoRecord.Field] = [
            .init(name: "Type", key: "type", value: type(schema["type"], default: "object")),
            optional("Defs", "$defs", value(schema["$defs"])),
            optional("Items", "items", value(schema["items"])),
            optional("Required", "required", list(schema["required"], "string")),
            .init(name: "Properties", key: "properties", value: properties(schema["properties"])),
        ]
        return .record(
            GoRecord(
                typeName: "ToolFunctionParameters",
                fields: fields + rest(schema, without: known),
                printsJSON: true
            )
        )
    }

    /// The schema of one argument.
    private static func property(_ schema: JSONValue) -> GoValue {
        guard case .object = schema else { return GoValue(schema) }
        let known = [
            "anyOf", "type", "items", "description", "enum", "properties", "required",
        ]
        var choices: [GoValue] = []
        if case .array(let schemas) = schema["anyOf"] { choices = schemas.map { property($0) } }
        let fields = [
            optional("AnyOf", "anyOf", list(choices, "ToolProperty")),
            optional("Type", "type", type(schema["type"], default: "")),
            optional("Items", "items", value(schema["items"])),
            optional("Description", "description", value(schema["description"] ?? "")),
            optional("Enum", "enum", list(schema["enum"], "interface {}")),
            optional("Properties", "properties", properties(schema["properties"])),
            optional("Required", "required", list(schema["required"], "string")),
        ]
        return .record(
            GoRecord(
                typeName: "ToolProperty",
                fields: fields + rest(schema, without: known),
                printsJSON: true
            )
        )
    }

    private static func properties(_ schemas: JSONValue?) -> GoValue {
        var entries: [GoMap.Entry] = []
        if case .object(let object) = schemas {
            entries = object.map { GoMap.Entry(key: $0.key, value: property($0.value)) }
        }
        return .map(GoMap(entries, typeName: "map[string]ToolProperty", printsJSON: true))
    }

    /// A type; a list of one prints as that one.
    private static func type(_ json: JSONValue?, default text: String) -> GoValue {
        switch json {
        case nil, .null: return .text(text)
        case .array(let names) where names.count == 1: return GoValue(names[0])
        case .some(let names): return GoValue(names)
        }
    }

    private static func value(_ json: JSONValue?) -> GoValue { json.map { GoValue($0) } ?? .null }

    private static func list(_ json: JSONValue?, _ typeName: String) -> GoValue {
        json.map { GoValue($0) } ?? list([], typeName)
    }

    private static func rest(
        _ schema: JSONValue,
        without known: [String]
    ) -> [GoRecord.Field] {
        guard case .object(let object) = schema else { return [] }
        return object.filter { !known.contains($0.key) }.map { key, value in
            GoRecord.Field(key: key, value: GoValue(value))
        }
    }
}
