internal import ApusConversation

/// A tool that runs programs, for models that write programs without JSON around them.
struct ProgramTool: Sendable, Equatable {
    /// Names under which models know such a tool.
    private static let names: Set = ["python", "ipython", "code_interpreter"]

    let name: String
    /// The parameter that takes the program.
    private let parameter: String

    /// The first tool that runs programs, when there is one.
    init?(among tools: [Tool]) {
        guard let tool = tools.first(where: { Self.names.contains($0.name) }) else { return nil }
        name = tool.name
        let required = tool.parameters["required"]?.arrayValue?.first?.stringValue
        let property = tool.parameters["properties"]?.objectValue?.keys.first
        parameter = required ?? property ?? "code"
    }

    /// The arguments of a call that runs a program; white space behind it is left out.
    func arguments(program: ArraySlice<UInt8>) -> JSONValue {
        let end = program.lastIndex { !$0.isJSONSpace }.map { $0 + 1 } ?? program.startIndex
        let text = String(decoding: program[..<end], as: UTF8.self)
        return .object(JSONObject([(parameter, .string(text))]))
    }
}
