package import ApusConversation

/// The tools of a request, and whether they are called.
package struct OpenAITools: Sendable, Equatable {
    /// Functions that the model may call.
    package var tools: [Tool] = []
    /// Whether one is called.
    package var choice = ToolChoice.automatic
    /// Whether one turn may hold several calls.
    package var allowsParallelCalls = true
    /// Whether the request has the older `functions`, so that the answer has `function_call`.
    package var isLegacy = false

    /// The names of the fields in a chat request.
    static let names: Set<String> = [
        "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call",
    ]

    /// The fields of a chat request.
    init(chat fields: OpenAIFields) throws(OpenAIError) {
        allowsParallelCalls = try fields.boolean("parallel_tool_calls") ?? true
        let functions = try fields.array("functions")
        if functions != nil, fields["tools"] != nil {
            throw .value("functions", "'functions' and 'tools' cannot be given together.")
        }
        if let functions {
            isLegacy = true
            allowsParallelCalls = false
            for (position, function) in functions.enumerated() {
                tools.append(
                    try Self.function(OpenAIFields(function, at: "functions[\(position)]"))
                )
            }
            choice = try Self.functionChoice(fields)
            try check("function_call")
            return
        }
        for (position, tool) in (try fields.array("tools") ?? []).enumerated() {
            let entry = try OpenAIFields(tool, at: "tools[\(position)]")
            try Self.checkType(entry)
            tools.append(
                try Self.function(entry.require("function", entry.fields("function")))
            )
        }
        try choose(fields, nested: true)
    }

    /// The fields of a responses request, where functions are not nested.
    init(responses fields: OpenAIFields) throws(OpenAIError) {
        allowsParallelCalls = try fields.boolean("parallel_tool_calls") ?? true
        for (position, tool) in (try fields.array("tools") ?? []).enumerated() {
            let entry = try OpenAIFields(tool, at: "tools[\(position)]")
            try Self.checkType(entry)
            tools.append(try Self.function(entry))
        }
        try choose(fields, nested: false)
    }

    private static func checkType(_ fields: OpenAIFields) throws(OpenAIError) {
        let type = try fields.require("type", fields.string("type"))
        guard type == "function" else {
            throw .unsupported(fields.path("type"), "a tool of type '\(type.prefix(64))'")
        }
    }

    private static func function(_ fields: OpenAIFields) throws(OpenAIError) -> Tool {
        let name = try fields.require("name", fields.string("name"))
        guard !name.isEmpty else {
            throw .value(
                fields.path("name"),
                "Invalid '\(fields.path("name"))': empty string.",
                code: "empty_string"
            )
        }
        _ = try fields.boolean("strict")
        let parameters = try fields.fields("parameters")?.object
        return Tool(
            name: name,
            description: try fields.string("description"),
            parameters: .object(parameters ?? ["type": "object", "properties": [:]])
        )
    }

    /// `"none"`, `"auto"` or `{"name": …}`.
    private static func functionChoice(_ fields: OpenAIFields) throws(OpenAIError) -> ToolChoice {
        guard case .object = fields["function_call"] else {
            let word = try fields.string("function_call", of: ["none", "auto"])
            return word == "none" ? .none : .automatic
        }
        let choice = try fields.require("function_call", fields.fields("function_call"))
        return .named(try choice.require("name", choice.string("name")))
    }

    /// Reads `tool_choice`; `nested` when names stand in an object of their own.
    private mutating func choose(
        _ fields: OpenAIFields,
        nested: Bool
    ) throws(OpenAIError) {
        if case .object = fields["tool_choice"],
            let choice = try fields.fields("tool_choice")
        {
            switch try choice.require("type", choice.string("type")) {
            case "function": self.choice = .named(try Self.name(choice, nested: nested))
            case "allowed_tools":
                let allowed =
                    nested
                    ? try choice.require("allowed_tools", choice.fields("allowed_tools")) : choice
                try allow(allowed, nested: nested)
            case let type:
                throw .choice(
                    choice.path("type"),
                    type,
                    of: ["function", "allowed_tools"]
                )
            }
        } else {
            switch try fields.string("tool_choice", of: ["none", "auto", "required"]) {
            case "none": choice = .none
            case "required": choice = .required
            default: choice = .automatic
            }
        }
        try check("tool_choice")
    }

    private static func name(
        _ fields: OpenAIFields,
        nested: Bool
    ) throws(OpenAIError) -> String {
        guard nested else { return try fields.require("name", fields.string("name")) }
        let function = try fields.require("function", fields.fields("function"))
        return try function.require("name", function.string("name"))
    }

    /// Keeps the tools that are allowed.
    private mutating func allow(
        _ fields: OpenAIFields,
        nested: Bool
    ) throws(OpenAIError) {
        let mode = try fields.require("mode", fields.string("mode", of: ["auto", "required"]))
        choice = mode == "required" ? .required : .automatic
        var names: Set<String> = []
        let allowed = try fields.require("tools", fields.array("tools"))
        for (position, tool) in allowed.enumerated() {
            let path = "\(fields.path("tools"))[\(position)]"
            let name = try Self.name(OpenAIFields(tool, at: path), nested: nested)
            guard tools.contains(where: { $0.name == name }) else {
                throw .value(path, "Tool '\(name)' not found in 'tools' parameter.")
            }
            names.insert(name)
        }
        tools.removeAll { !names.contains($0.name) }
    }

    /// Refuses a choice that the tools do not offer.
    private func check(_ param: String) throws(OpenAIError) {
        switch choice {
        case .automatic, .none: return
        case .required:
            guard tools.isEmpty else { return }
            throw .value(param, "'\(param)' is only allowed when 'tools' are specified.")
        case .named(let name):
            guard !tools.contains(where: { $0.name == name }) else { return }
            throw .value(param, "Tool choice '\(name)' not found in 'tools' parameter.")
        }
    }
}
