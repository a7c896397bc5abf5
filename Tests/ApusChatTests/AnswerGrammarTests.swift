import ApusConversation
import ApusSampling
import Testing

@testable import ApusChat

/// The key by which compiled grammars of answers are found again.
@Suite struct AnswerGrammarTests {
    private static let template = """
        {% for m in messages %}{{ m.content }}{% for c in m.tool_calls %}<tool_call>
        {"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
        </tool_call>{% endfor %}{% endfor %}{{ tools }}<think></think>
        """
    private static let tool = Tool(name: "f", parameters: ["properties": ["a": [:], "b": [:]]])
    private static let formats: [OutputFormat?] = [
        nil, .jsonObject, .schema(["const": "caf\u{E9}"]), .schema(["const": "cafe\u{301}"]),
        .schema(["properties": ["a": [:], "b": [:]]]),
        .schema(["properties": ["b": [:], "a": [:]]]), .regularExpression("a"),
        .grammar(#"root ::= "a""#), .choice(["a"]), .choice(["schema", "a"]),
    ]
    private static let choices: [ToolChoice] = [
        .automatic, .none, .required, .named("f"), .named("g"),
    ]

    private static func answers() throws -> [AnswerGrammar] {
        let features = try JinjaTemplate(template).features
        var answers: [AnswerGrammar] = []
        for format in formats {
            for choice in choices {
                for tools in [[tool, Tool(name: "g", parameters: [:])], [tool]] {
                    for isParallel in [true, false] {
                        for prompt in ["", "<think>"] {
                            var conversation = Conversation(messages: [])
                            conversation.tools = tools
                            conversation.toolChoice = choice
                            conversation.allowsParallelCalls = isParallel
                            answers.append(
                                AnswerGrammar(
                                    features: features,
                                    conversation: conversation,
                                    prompt: prompt,
                                    format: format
                                )
                            )
                        }
                    }
                }
            }
        }
        return answers
    }

    @Test func answersOfOneKeyHaveOneGrammar() throws {
        let answers = try Self.answers().compactMap { answer in
            (try? answer.makeGrammar()).map { (answer.key, $0) }
        }
        #expect(answers.count > 200)
        var known: [[UInt8]: Grammar] = [:]
        for (key, grammar) in answers {
            #expect((known[key] ?? grammar) == grammar)
            known[key] = grammar
        }
        #expect(known.count == answers.count)
    }

    @Test func nothingIsAskedWithoutFormatAndTools() {
        let plain = AnswerGrammar(
            features: ChatFeatures(),
            conversation: Conversation(messages: []),
            prompt: "",
            format: nil
        )
        #expect(plain.isFree)
        #expect(AnswerGrammar(format: nil).isFree)
        #expect(!AnswerGrammar(format: .jsonObject).isFree)
    }
}
