import ApusConversation

@testable import ApusChat

/// Formats and tools for the tests of calls that are not JSON, and what scanners make of texts.
enum Markup {
    static let qwen = XMLCallSyntax(style: .qwen)
    static let seed = XMLCallSyntax(style: .seed)
    static let glm = XMLCallSyntax(style: .glm)
    static let minimax = XMLCallSyntax(style: .minimax)
    static let functionGemma = BraceCallSyntax(style: .functionGemma)
    static let gemma4 = BraceCallSyntax(style: .gemma4)
    static let lfm2 = PythonCallSyntax(style: .lfm2)
    static let olmo3 = PythonCallSyntax(style: .olmo3)
    static let llama4 = PythonCallSyntax(style: .llama4)
    static let toolCode = PythonCallSyntax(style: .toolCode)
    static let harmony = HarmonySyntax()

    static let syntaxes: [(name: String, syntax: any ToolCallSyntax)] = [
        ("qwen", qwen), ("seed", seed), ("glm", glm), ("minimax", minimax),
        ("functionGemma", functionGemma), ("gemma4", gemma4), ("lfm2", lfm2), ("olmo3", olmo3),
        ("llama4", llama4), ("toolCode", toolCode), ("harmony", harmony),
    ]

    static let tools = [
        tool("weather", #"{"city": {"type": "string"}, "days": {"type": "integer"}}"#, ["city"]),
        tool(
            "write",
            #"""
            {
                "path": {"type": "string"},
                "mode": {"enum": ["new", "append"]},
                "lines": {"type": "array", "items": {"type": "string"}},
                "options": {"type": "object"},
                "force": {"type": "boolean"},
                "weight": {"type": "number"},
                "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                "target": {"type": ["string", "integer", "array"]},
                "note": {"description": "anything"},
                "place": {"$ref": "#/$defs/place"}
            }
            """#,
            ["path"],
            definitions: #"{"place": {"type": "object", "properties": {"x": {"type": "number"}}}}"#
        ),
        tool("now", "{}", []),
    ]

    static func tool(
        _ name: String,
        _ properties: String,
        _ required: [String],
        definitions: String = "{}"
    ) -> Tool {
        Tool(
            name: name,
            parameters: [
                "type": "object",
                "properties": (try? JSONValue(json: properties)) ?? .null,
                "required": .array(required.map { .string($0) }),
                "$defs": (try? JSONValue(json: definitions)) ?? .null,
            ]
        )
    }

    /// What an answer consists of, whatever the pieces were in which it came.
    enum Item: Equatable, CustomStringConvertible {
        case text(String)
        case thinking(String)
        case call(String, String)
        case broken(String)

        var description: String {
            switch self {
            case .text(let text): "text(\(text.debugDescription))"
            case .thinking(let text): "thinking(\(text.debugDescription))"
            case .call(let name, let arguments): "\(name)\(arguments)"
            case .broken(let text): "broken(\(text.debugDescription))"
            }
        }
    }

    /// All parts that a scanner makes of pieces.
    static func parts(
        _ syntax: any ToolCallSyntax,
        _ pieces: [[UInt8]],
        tools: [Tool] = tools
    ) -> [ScannedPart] {
        var scanner = syntax.scanner(for: tools)
        var parts: [ScannedPart] = []
        for piece in pieces { parts += scanner.feed(piece) }
        return parts + scanner.finish()
    }

    /// Parts put together, or what is wrong with their order or with a call's fragments.
    static func items(_ parts: [ScannedPart]) -> (items: [Item], problem: String?) {
        var items: [Item] = []
        var bytes: [UInt8] = []
        var isThinking = false
        var call: (name: String, fragments: [UInt8])?
        var problem: String?
        func close() {
            let text = String(decoding: bytes, as: UTF8.self)
            if !bytes.isEmpty { items.append(isThinking ? .thinking(text) : .text(text)) }
            bytes = []
        }
        for part in parts {
            switch part {
            case .text(let text), .thinking(let text):
                if call != nil { problem = "text inside a call" }
                let thinks = if case .thinking = part { true } else { false }
                if thinks != isThinking { close() }
                isThinking = thinks
                bytes += text
            case .callStart(let name):
                close()
                if call != nil { problem = "a call inside a call" }
                call = (name, [])
            case .callArguments(let fragment):
                if call == nil { problem = "arguments without a call" }
                call?.fragments += fragment
            case .callEnd(let arguments):
                if (try? JSONParser.parse(call?.fragments ?? [])) != arguments {
                    let text = String(decoding: call?.fragments ?? [], as: UTF8.self)
                    problem = "fragments \(text) are not \(arguments)"
                }
                if arguments.objectValue == nil { problem = "arguments are no object" }
                items.append(.call(call?.name ?? "", arguments.jsonText()))
                call = nil
            case .brokenCall(let broken):
                close()
                items.append(.broken(String(decoding: broken, as: UTF8.self)))
                call = nil
            }
        }
        close()
        if call != nil { problem = "a call without end" }
        return (items, problem)
    }

    /// What a scanner makes of a text.
    static func scan(
        _ syntax: any ToolCallSyntax,
        _ text: String,
        tools: [Tool] = tools
    ) -> [Item] {
        items(parts(syntax, [Array(text.utf8)], tools: tools)).items
    }

    /// One call, as the format's model writes it.
    static let transcripts: [(name: String, syntax: any ToolCallSyntax, text: String)] = [
        (
            "qwen", qwen,
            """
            Let me look.

            <tool_call>
            <function=weather>
            <parameter=city>
            Zürich "old"
            town
            </parameter>
            <parameter=days>
            3
            </parameter>
            </function>
            </tool_call>
            """
        ),
        (
            "seed", seed,
            """
            Let me look.<seed:tool_call>
            <function=weather>
            <parameter=city>Zürich "old"
            town</parameter>
            <parameter=days>3</parameter>
            </function>
            </seed:tool_call>
            """
        ),
        (
            "glm", glm,
            """
            Let me look.
            <tool_call>weather
            <arg_key>city</arg_key>
            <arg_value>Zürich "old"
            town</arg_value>
            <arg_key>days</arg_key>
            <arg_value>3</arg_value>
            </tool_call>
            """
        ),
        (
            "minimax", minimax,
            """
            Let me look.
            <minimax:tool_call>
            <invoke name="weather">
            <parameter name="city">Zürich "old"
            town</parameter>
            <parameter name="days">3</parameter>
            </invoke>
            </minimax:tool_call>
            """
        ),
        (
            "functionGemma", functionGemma,
            """
            Let me look.<start_function_call>call:weather{city:<escape>Zürich "old"
            town<escape>,days:3}<end_function_call>
            """
        ),
        (
            "gemma4", gemma4,
            """
            Let me look.<|tool_call>call:weather{city:<|"|>Zürich "old"
            town<|"|>,days:3}<tool_call|>
            """
        ),
        (
            "lfm2", lfm2,
            #"Let me look.<|tool_call_start|>[weather(city="Zürich \"old\"\ntown", days=3)]"#
                + "<|tool_call_end|>"
        ),
        (
            "olmo3", olmo3,
            #"Let me look. <function_calls>weather(city='Zürich "old"\ntown', days=3)"#
                + "</function_calls>"
        ),
        (
            "toolCode", toolCode,
            "Let me look.\n```tool_code\n"
                + #"weather(city='Zürich "old"\ntown', days=3)"# + "\n```"
        ),
        (
            "harmony", harmony,
            "<|channel|>commentary<|message|>Let me look.<|end|><|start|>assistant<|channel|>"
                + "commentary to=functions.weather <|constrain|>json<|message|>"
                + #"{"city": "Zürich \"old\"\ntown", "days": 3}<|call|>"#
        ),
    ]
}
