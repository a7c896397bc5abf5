import ApusConversation
import ApusSampling
import TestSupport
import Testing

@testable import ApusChat

@Suite struct MarkupGrammarTests {
    /// Whether a value is of one of the kinds that a parameter of the tests' tools allows.
    static func fits(_ value: JSONValue, _ parameter: String) -> Bool {
        switch (parameter, value) {
        case ("city", .string), ("path", .string), ("mode", "new"), ("mode", "append"): true
        case ("days", .integer), ("limit", .integer), ("limit", .null): true
        // A whole number of any size is an integer.
        case ("days", .double(let number)), ("limit", .double(let number)):
            number.rounded() == number
        case ("lines", .array(let lines)): lines.allSatisfy { $0.stringValue != nil }
        case ("options", .object), ("force", .bool), ("weight", .integer), ("weight", .double): true
        case ("target", .string), ("target", .integer), ("target", .array): true
        case ("target", .double(let number)): number.rounded() == number
        case ("note", _): true
        case ("place", .object(let place)): place["x"].map { $0.doubleValue != nil } ?? true
        default: false
        }
    }

    /// What is wrong with a call; nil when its tool allows it.
    static func problem(_ name: String, _ arguments: JSONValue) -> String? {
        guard let members = arguments.objectValue,
            let tool = Markup.tools.first(where: { $0.name == name })
        else { return "no such tool" }
        let parameters = ToolParameters(tool)
        if !parameters.isComplete(members.keys) { return "a required argument is missing" }
        // JSON schemas allow members that they do not name.
        for (key, value) in members
        where parameters.type(of: key).isKnown && !fits(value, key) {
            return "\(key) is \(value)"
        }
        return nil
    }

    @Test(arguments: Markup.syntaxes.indices, [false, true])
    func whatTheGrammarMatchesIsRead(_ index: Int, isParallel: Bool) throws {
        let (name, syntax) = Markup.syntaxes[index]
        var grammar = Grammar()
        let calls = try syntax.calls(of: Markup.tools, isParallel: isParallel, in: &grammar)
        var sampler = GrammarSampler(grammar, seed: UInt64(index))
        for _ in 0..<MarkupFuzzTests.rounds / 4 {
            let text = sampler.text(calls)
            let shown = String(decoding: text, as: UTF8.self).debugDescription
            let (all, problem) = Markup.items(Markup.parts(syntax, [text]))
            let items = all.filter { if case .thinking = $0 { false } else { true } }
            #expect(problem == nil && !items.isEmpty, "\(name): \(shown)")
            #expect(isParallel || items.count == 1, "\(name): \(shown) is \(items)")
            #expect(String(validating: text, as: UTF8.self) != nil, "\(name): \(shown)")
            for item in items {
                guard case .call(let tool, let arguments) = item else {
                    Issue.record("\(name): \(shown) is \(items)")
                    continue
                }
                let problem = Self.problem(tool, try JSONValue(json: arguments))
                #expect(problem == nil, "\(name): \(shown): \(problem ?? "")")
            }
        }
    }

    /// The grammar matches what the models write, whose text before the call is left out here.
    @Test(arguments: Markup.transcripts.indices)
    func transcriptsAreMatched(_ index: Int) throws {
        let (name, syntax, text) = Markup.transcripts[index]
        var grammar = Grammar()
        grammar.root = try syntax.calls(of: Markup.tools, isParallel: false, in: &grammar)
        let bytes = Array(text.utf8)
        let starts = syntax.openings.compactMap { opening in
            bytes.indices.first { bytes[$0...].starts(with: Array(opening.utf8)) }
        }
        let call = Array(bytes[(try #require(starts.min()))...])
        let vocabulary = Self.bytes
        let compiled = try CompiledGrammar(grammar, vocabulary: vocabulary)
        // Python's quotes, and texts in one line in the schema's grammar, are read but not written.
        let isRead = ["olmo3", "toolCode"].contains(name)
        #expect(compiled.matches(call) != isRead, "\(name)")
    }

    /// A vocabulary of single bytes.
    static let bytes = GrammarVocabulary(
        count: 257,
        bytes: { token in UInt8(exactly: token).map { [$0] } },
        specialText: { $0 == 256 ? "<eos>" : nil },
        endOfGeneration: [256]
    )

    @Test func rawTextsAreWhatTheyPromise() throws {
        let cases: [(nesting: Bool, null: Bool, texts: [String], refused: [String])] = [
            (
                false, false,
                ["", "a", "\n", "null", "</p", "<</p", "é€😀", "[1]", "\u{10FFFF}", "</ p>"],
                ["</p>", "a</p>b", "<</p>", "</</p>"]
            ),
            (
                false, true,
                ["", "nul", "nulls", "\n", "\nnul", "null\n\n", " null", "[", "\n\nnull", "NULx"],
                ["null", "NULL", "nUlL", "\nnull", "null\n", "\nNull\n", "x</p>", "null</p>"]
            ),
            (
                true, true,
                ["", "a", "null ", "a[1]", "1"],
                ["[1]", "{}", " [1]", "\n[1]", "\n", "null", "NULL\n", "\nnull"]
            ),
        ]
        for (nesting, null, texts, refused) in cases {
            let text = RawTextGrammar(
                marker: Array("</p>".utf8),
                refusesNull: null,
                refusesNesting: nesting
            )
            var grammar = Grammar()
            grammar.root = .automaton(text.automaton())
            let compiled = try CompiledGrammar(grammar, vocabulary: Self.bytes)
            for text in texts { #expect(compiled.matches(Array(text.utf8)), "\(text)") }
            for text in refused { #expect(!compiled.matches(Array(text.utf8)), "\(text)") }
            for bytes in [
                [0x80], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            ] {
                #expect(!compiled.matches(bytes.map { UInt8($0) }))
            }
        }
    }

    @Test func requiredArgumentsAreRequired() throws {
        for (name, syntax) in Markup.syntaxes {
            var grammar = Grammar()
            let tools = [Markup.tools[0]]
            grammar.root = try syntax.calls(of: tools, isParallel: false, in: &grammar)
            var sampler = GrammarSampler(grammar, seed: 1)
            let compiled = try CompiledGrammar(grammar, vocabulary: Self.bytes)
            let text = sampler.text(grammar.root)
            #expect(compiled.matches(text), "\(name)")
            let broken = String(decoding: text, as: UTF8.self).replacing("city", with: "town")
            #expect(!compiled.matches(Array(broken.utf8)), "\(name)")
        }
    }

    @Test func harmonyAnswersAreInTheirChannel() throws {
        var grammar = Grammar()
        grammar.root = Markup.harmony.answer(containing: .text(#"{"a":1}"#))
        var sampler = GrammarSampler(grammar, seed: 1)
        let compiled = try CompiledGrammar(grammar, vocabulary: Self.bytes)
        for _ in 0..<20 {
            let text = sampler.text(grammar.root)
            let items = Markup.items(Markup.parts(Markup.harmony, [text])).items
            #expect(items.last == .text(#"{"a":1}"#))
            #expect(compiled.matches(text))
        }
        let thought = "<|channel|>analysis<|message|>So <b>.<|end|><|start|>assistant"
        let answer = #"<|channel|>final <|constrain|>json<|message|>{"a":1}<|return|>"#
        #expect(compiled.matches(Array((thought + answer).utf8)))
        #expect(!compiled.matches(Array(#"{"a":1}"#.utf8)))
    }

    @Test func namesThatCannotBeSpelledAreRefused() {
        let tool = Markup.tool("a>b", "{}", [])
        for (name, syntax) in Markup.syntaxes {
            var grammar = Grammar()
            #expect(throws: GrammarError.self, "\(name)") {
                try syntax.calls(of: [tool], isParallel: false, in: &grammar)
            }
        }
    }

    @Test func templatesShowTheirFormats() {
        let texts: [(text: String, format: String?)] = [
            ("<tool_call>\n<function=x>\n<parameter=y>", "qwen3-coder"),
            ("<tool_call>{name}\n<arg_key>", "glm-4.5"), ("<seed:tool_call><function=", "seed-oss"),
            ("<minimax:tool_call><invoke name=", "minimax-m2"),
            ("<start_function_call>call:", "functiongemma"),
            ("<|tool_call>call: <tool_call|>", "gemma4"),
            ("List of tools: <|tool_list_start|>[", "lfm2"),
            ("<functions></functions> <function_calls>", "olmo3"),
            ("[func_name1(params_name1=params_value1, x)]", "llama4"),
            ("<|start|>assistant<|channel|>commentary<|message|>", "harmony"),
            ("<tool_call>\n{\"name\": ", nil), ("<|im_start|>", nil),
        ]
        for (text, format) in texts {
            let row = ToolCallFormat.markupRows.first { row in
                row.present.allSatisfy { text.contains($0) }
                    && !row.absent.contains { text.contains($0) }
            }
            #expect(row?.format.name == format, "\(text)")
        }
    }
}
