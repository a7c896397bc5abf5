import ApusConversation
import FoundationEssentials
import Testing

@testable import ApusChat

/// Stored results of Go's `text/template`, and what they were made from.
enum GoFixtures {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures")

    static let templateNames = [
        "chatml", "defined", "gemma", "infill", "instruct", "legacy-chatml", "llama3", "mistral",
        "no-response", "phi", "plain", "qwen25", "qwen3",
    ]

    static let options = RenderOptions(date: ChatDate(year: 2025, month: 2, day: 3))

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(json: Data(contentsOf: folder.appending(path: name)))
    }

    static func template(_ name: String) throws -> String {
        let data = try Data(contentsOf: folder.appending(path: "templates/\(name).gotmpl"))
        return String(decoding: data, as: UTF8.self)
    }

    /// The conversations by name, in the order of the file.
    static func conversations() throws -> [(name: String, conversation: Conversation)] {
        let all = try #require(try json("conversations.json").objectValue)
        return try all.map { ($0.key, try conversation($0.value)) }
    }

    private static func conversation(_ json: JSONValue) throws -> Conversation {
        let messages = try #require(json["messages"]?.arrayValue).map { message in
            Message(
                role: message["role"]?.stringValue ?? "",
                content: message["content"]?.stringValue ?? "",
                thinking: message["thinking"]?.stringValue,
                toolCalls: (message["toolCalls"]?.arrayValue ?? []).map { call in
                    ToolCall(
                        id: call["id"]?.stringValue ?? "",
                        name: call["name"]?.stringValue ?? "",
                        arguments: call["arguments"] ?? .null
                    )
                },
                toolName: message["toolName"]?.stringValue,
                toolCallID: message["toolCallID"]?.stringValue
            )
        }
        let tools = (json["tools"]?.arrayValue ?? []).map { tool in
            Tool(
                name: tool["function"]?["name"]?.stringValue ?? "",
                description: tool["function"]?["description"]?.stringValue,
                parameters: tool["function"]?["parameters"] ?? .null
            )
        }
        var thinking: Thinking?
        if let isOn = json["thinking"]?.boolValue { thinking = isOn ? .on : .off }
        if let effort = json["thinking"]?.stringValue { thinking = .effort(effort) }
        return Conversation(messages: messages, tools: tools, thinking: thinking)
    }
}
