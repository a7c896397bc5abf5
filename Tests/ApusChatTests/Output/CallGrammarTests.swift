import ApusConversation
import ApusSampling
import Testing

@testable import ApusChat

/// Every text of a format's grammar is read as just the calls that it spells.
@Suite struct CallGrammarTests {
    static let generics: [ToolCallFormat] = [
        .generic(open: "<fn>", close: "</fn>", keys: CallKeys(), isArray: false),
        .generic(
            open: "CALLS:",
            close: "",
            keys: CallKeys(name: ["tool"], arguments: ["input"]),
            isArray: true
        ),
        .generic(open: "", close: "", keys: CallKeys(), isArray: false),
        .generic(open: "<call>", separator: "<args>", close: "</call>"),
        .generic(open: "<call>", separator: "\n", close: ""),
    ]
    static let formats = ToolCallFormat.table.map(\.format) + generics

    private static let tools = [
        Tool(
            name: "get_weather",
            parameters: [
                "type": "object",
                "properties": [
                    "city": ["type": "string"], "days": ["type": "integer"],
                    "unit": ["enum": ["C", "F"]],
                ],
                "required": ["city"],
            ]
        ),
        Tool(
            name: "write_file",
            parameters: [
                "type": "object",
                "properties": [
                    "text": ["type": "string"],
                    "lines": ["type": "array", "items": ["type": "number"]],
                ],
            ]
        ), Tool(name: "now-2", parameters: [:]),
    ]

    @Test(arguments: formats.indices, [false, true])
    func everyTextIsReadAsCalls(place: Int, isParallel: Bool) throws {
        let format = Self.formats[place]
        var grammar = Grammar()
        let calls = try format.syntax.calls(
            of: Self.tools,
            isParallel: isParallel,
            in: &grammar
        )
        var sampler = GrammarSampler(grammar, seed: UInt64(place))
        for _ in 0..<30 {
            let bytes = sampler.text(calls)
            let text = String(decoding: bytes, as: UTF8.self)
            var names: [String] = []
            var scanner = format.syntax.scanner(for: Self.tools)
            for part in scanner.feed(bytes) + scanner.finish() {
                switch part {
                case .callStart(let name): names.append(name)
                case .callArguments: break
                case .callEnd(let arguments):
                    #expect(arguments.objectValue != nil, "\(format.name): \(text)")
                // Some formats have reasoning before calls.
                case .thinking: break
                case .text, .brokenCall:
                    Issue.record("\(format.name): a part that is no call in \(text)")
                }
            }
            #expect(isParallel ? !names.isEmpty : names.count == 1, "\(format.name): \(text)")
            #expect(names.allSatisfy { name in Self.tools.contains { $0.name == name } })
        }
    }

    @Test func aNameThatCannotBeReadAgainIsRefused() {
        for name in ["a b", "a[ARGS]b", "", "a{"] {
            var grammar = Grammar()
            let error = #expect(throws: GrammarError.self) {
                try ToolCallFormat.mistralArguments.syntax.calls(
                    of: [Tool(name: name, parameters: [:])],
                    isParallel: false,
                    in: &grammar
                )
            }
            #expect(error?.code == .unsupported)
        }
    }
}
