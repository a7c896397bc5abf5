internal import ApusConversation

/// The parameters of a tool, as far as formats have to know them.
struct ToolParameters: Sendable {
    /// One parameter.
    struct Parameter: Sendable {
        let name: String
        /// Its schema; an empty one when the tool only says that it is required.
        let schema: JSONValue
        let isRequired: Bool
        let type: ParameterType
    }

    /// In the order of the schema.
    let list: [Parameter]
    private let places: [String: Int]

    /// The parameters of a tool.
    init(_ tool: Tool) {
        let properties = tool.parameters["properties"]?.objectValue ?? [:]
        let required = (tool.parameters["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isRequired = Set(required)
        var list = properties.map { name, schema in
            Parameter(
                name: name,
                schema: schema,
                isRequired: isRequired.contains(name),
                type: ParameterType(schema, root: tool.parameters)
            )
        }
        var places: [String: Int] = [:]
        for (place, parameter) in list.enumerated() { places[parameter.name] = place }
        for name in required where places[name] == nil {
            places[name] = list.count
            let type = ParameterType([:], root: [:])
            list.append(Parameter(name: name, schema: [:], isRequired: true, type: type))
        }
        self.list = list
        self.places = places
    }

    /// The type of a parameter.
    func type(of name: String) -> ParameterType {
        places[name].map { list[$0].type } ?? .unknown
    }

    /// Whether all required parameters are among `names`.
    func isComplete(_ names: [String]) -> Bool {
        let names = Set(names)
        return list.allSatisfy { !$0.isRequired || names.contains($0.name) }
    }
}

extension ToolParameters {
    /// The parameters of each tool, by its name.
    static func table(_ tools: [Tool]) -> [String: ToolParameters] {
        var table: [String: ToolParameters] = [:]
        for tool in tools { table[tool.name] = ToolParameters(tool) }
        return table
    }
}
