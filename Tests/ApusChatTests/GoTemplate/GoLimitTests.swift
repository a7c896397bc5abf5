import ApusConversation
import Testing

@testable import ApusChat

/// Templates come from model files, so they may be hostile.
@Suite struct GoLimitTests {
    private static let tight: GoLimits = {
        var limits = GoLimits()
        limits.steps = 20_000
        limits.bytes = 1 << 20
        return limits
    }()

    private static let conversation = Conversation(
        messages: [
            Message(role: "system", content: "S"), Message(role: "user", content: "Hé"),
            Message(
                role: "assistant",
                toolCalls: [ToolCall(id: "1", name: "f", arguments: ["a": [1, 2.5, nil]])]
            ),
            Message(role: "tool", content: "42", toolName: "f"),
        ],
        tools: [Tool(name: "f", parameters: ["properties": ["a": ["type": "array"]]])],
        thinking: .on
    )

    @Test(arguments: [
        "{{ range 9223372036854775807 }}{{ end }}",
        "{{ range 99999 }}{{ range 99999 }}x{{ end }}{{ end }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ template \"\" . }}",
        "{{ $s := \"ab\" }}{{ range 99 }}{{ $s = print $s $s }}{{ end }}",
        "{{ $s := \"ab\" }}{{ range 99 }}{{ $s = printf \"%q%x\" $s $s }}{{ end }}",
        "{{ $s := \"<\" }}{{ range 99 }}{{ $s = html $s $s }}{{ end }}",
        "{{ $s := \"<\" }}{{ range 99 }}{{ $s = json $s }}{{ end }}",
        """
        {{ $s := "0123456789abcdef" }}{{ range 15 }}{{ $s = print $s $s }}{{ end }}\
        {{ range 9999 }}{{ if eq $s $s }}{{ end }}{{ end }}
        """,
        "{{ range 99 }}{{ printf \"%999999d%999999d\" 1 2 }}{{ end }}",
    ])
    func hostileTemplateEndsWithAnError(source: String) throws {
        let template = try GoTemplate(source + "{{ range .Messages }}{{ end }}", limits: Self.tight)
        let error = #expect(throws: ChatError.self) {
            try template.render(Self.conversation, options: GoFixtures.options)
        }
        #expect(error?.code == .limit)
    }

    @Test(arguments: [
        "{{ (", "{{ not (", "{{ if .a }}", "{{ range .a }}", "{{ with .a }}", "{{ block \"a\" . }}",
        "{{ if (", "{{ print (not (",
    ])
    func deepNestingIsRefused(opening: String) {
        let deep = "{{ (" == opening ? "{{ " + String(repeating: "(", count: 20_000) : nil
        let source = deep ?? String(repeating: opening, count: 5_000)
        let error = #expect(throws: ChatError.self) { try GoTemplate(source) }
        #expect(error?.code == .limit || error?.code == .syntax)
    }

    @Test func variablesAreBounded() {
        let source = (0..<10_000).map { "{{ $v\($0) := 1 }}" }.joined()
        let error = #expect(throws: ChatError.self) { try GoTemplate(source) }
        #expect(error?.code == .limit)
    }

    @Test func manyAlternativesAreNoNesting() throws {
        let source = (0..<2_000).map { "{{ else if eq 1 \($0 + 2) }}\($0)" }.joined()
        let template = try GoTemplate(
            "{{ if .Messages }}{{ if false }}\(source){{ else }}z{{ end }}{{ end }}"
        )
        #expect(try template.render(Self.conversation, options: GoFixtures.options) == "z")
    }

    @Test(arguments: [
        "{{ printf \"%99999999999999999999d\" 1 }}", "{{ printf \"%.99999999f\" 1.0 }}",
        "{{ printf \"%*d\" 9223372036854775807 1 }}",
        "{{ printf \"%.*f\" -9223372036854775808 1.0 }}",
        "{{ printf \"%[9223372036854775808]d\" 1 }}", "{{ printf \"%[0]d %[-1]d\" 1 }}",
        "{{ index .Messages 9223372036854775807 }}", "{{ slice \"héé\" 2 3 }}",
        "{{ printf \"%c%U%q\" -1 -1 -1 }}", "{{ print -9223372036854775808 }}",
        "{{ printf \"%x%d%b\" -9223372036854775808 -9223372036854775808 -1 }}",
    ])
    func extremeArgumentsDoNotTrap(source: String) throws {
        let template = try GoTemplate(source + "{{ range .Messages }}{{ end }}", limits: Self.tight)
        _ = try? template.render(Self.conversation, options: GoFixtures.options)
    }

    /// Bytes of real templates changed, dropped, doubled and exchanged.
    @Test(arguments: GoFixtures.templateNames)
    func mutatedTemplatesEnd(name: String) throws {
        let original = Array(try GoFixtures.template(name).utf8)
        let pieces = [
            "{{", "}}", "{{-", "-}}", "(", ")", "|", ".", "$", "\"", "`", "'", "end", "range", "if",
            " ", "-1", "\\", ":=", ",", "else", "template", "nil", "$.Messages", "999999999", "%",
        ].map { Array($0.utf8) }
        var random = SystemIndependentGenerator(state: 7 &+ UInt64(original.count))
        for _ in 0..<60 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
                let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeSubrange(place..<end)
                case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
                case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
                default:
                    bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            let source = String(decoding: bytes, as: UTF8.self)
            guard let template = try? GoTemplate(source, limits: Self.tight) else { continue }
            let text = try? template.render(Self.conversation, options: GoFixtures.options)
            #expect(text?.utf8.count ?? 0 <= 2 * Self.tight.bytes)
        }
    }
}

/// Numbers that are the same in every run (splitmix64).
private struct SystemIndependentGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
