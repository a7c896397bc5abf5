internal import ApusConversation
internal import ApusSampling

/// A grammar and a text that it matches.
struct Workload {
    let name: String
    let grammar: Grammar
    let text: String

    static func all() throws -> [Workload] {
        [
            anyJSON(), record(), try schema(),
            Workload(
                name: "JSON mode",
                grammar: .json(),
                text: Samples.json.replacing("\n          ", with: "\n")
            ), words(), freeText(), toolCalls(),
        ]
    }

    // MARK: - JSON

    /// Any JSON value.
    private static func anyJSON() -> Workload {
        var grammar = Grammar()
        let value = grammar.declare("value")
        let space = GrammarExpression.characters(ScalarSet(" \t\n\r")).zeroOrMore
        let string = string(&grammar)
        let member = grammar.rule(
            "member",
            .sequence([string, space, .text(":"), space, .rule(value)])
        )
        let object = list("{", member, "}", space)
        let array = list("[", .rule(value), "]", space)
        grammar.define(
            value,
            as: .choice([
                grammar.rule("object", object), grammar.rule("array", array), string,
                grammar.rule("number", number), .text("true"), .text("false"), .text("null"),
            ])
        )
        grammar.root = .rule(value)
        return Workload(name: "any JSON", grammar: grammar, text: Samples.json)
    }

    /// What a schema of an order becomes: fixed keys in order, bounded strings and lists, an enum.
    private static func record() -> Workload {
        var grammar = Grammar()
        let space = GrammarExpression.characters(ScalarSet(" \n")).zeroOrMore
        let character = character
        let short = grammar.rule(
            "short",
            .sequence([
                .text("\""), .repeated(character, minimum: 1, maximum: 60), .text("\""),
            ])
        )
        let long = string(&grammar)
        let number = grammar.rule("number", number)
        func object(_ members: [(String, GrammarExpression)]) -> GrammarExpression {
            var parts: [GrammarExpression] = [.text("{"), space]
            for (index, member) in members.enumerated() {
                if index > 0 { parts += [space, .text(","), space] }
                parts += [.text("\"\(member.0)\""), space, .text(":"), space, member.1]
            }
            return .sequence(parts + [space, .text("}")])
        }
        let status = GrammarExpression.choice(
            ["open", "paid", "shipped", "returned", "cancelled"].map { .text("\"\($0)\"") }
        )
        let date = GrammarExpression.automaton(dateAutomaton())
        let item = grammar.rule(
            "item",
            object([("sku", short), ("quantity", number), ("price", number), ("note", long)])
        )
        let items = GrammarExpression.sequence([
            .text("["), space, item,
            .repeated(.sequence([space, .text(","), space, item]), minimum: 0, maximum: 99),
            space, .text("]"),
        ])
        grammar.root = object([
            ("id", number), ("customer", short), ("status", status), ("date", date),
            ("paid", .choice([.text("true"), .text("false")])), ("items", items),
            ("comment", long),
        ])
        return Workload(name: "record", grammar: grammar, text: Samples.record)
    }

    /// A date in quotes: dddd-dd-dd.
    private static func dateAutomaton() -> ByteAutomaton {
        let pattern = Array("\"dddd-dd-dd\"".utf8)
        var states = pattern.enumerated().map { index, byte in
            let range: ClosedRange<UInt8> = byte == 0x64 ? 0x30...0x39 : byte...byte
            return ByteAutomaton.State(
                transitions: [ByteAutomaton.Transition(range, to: index + 1)]
            )
        }
        states.append(ByteAutomaton.State(isAccepting: true))
        return ByteAutomaton(states: states)
    }

    /// A JSON string of any length.
    static func string(_ grammar: inout Grammar) -> GrammarExpression {
        grammar.rule("string", .sequence([.text("\""), character.zeroOrMore, .text("\"")]))
    }

    /// One character of a JSON string, or an escape.
    private static var character: GrammarExpression {
        let hexadecimal = GrammarExpression.characters(ScalarSet("0123456789abcdefABCDEF"))
        let unicode = GrammarExpression.repeated(hexadecimal, minimum: 4, maximum: 4)
        return .choice([
            .characters(ScalarSet([0...0x1F]).union(ScalarSet("\"\\")).complement),
            .sequence([
                .text("\\"),
                .choice([
                    .characters(ScalarSet("\"\\/bfnrt")), .sequence([.text("u"), unicode]),
                ]),
            ]),
        ])
    }

    private static var number: GrammarExpression {
        let digits = GrammarExpression.characters(ScalarSet("0123456789")).oneOrMore
        return .sequence([
            .text("-").optional,
            .choice([
                .text("0"),
                .sequence([
                    .characters(ScalarSet("123456789")),
                    .characters(ScalarSet("0123456789")).zeroOrMore,
                ]),
            ]),
            GrammarExpression.sequence([.text("."), digits]).optional,
            GrammarExpression.sequence([
                .characters(ScalarSet("eE")), .characters(ScalarSet("+-")).optional, digits,
            ]).optional,
        ])
    }

    private static func list(
        _ open: String,
        _ item: GrammarExpression,
        _ close: String,
        _ space: GrammarExpression
    ) -> GrammarExpression {
        let more = GrammarExpression.sequence([space, .text(","), space, item]).zeroOrMore
        return .sequence([
            .text(open), space, GrammarExpression.sequence([item, more, space]).optional,
            .text(close),
        ])
    }

    /// The order of `record` from a JSON Schema.
    private static func schema() throws -> Workload {
        var grammar = Grammar()
        grammar.root = try grammar.schema(JSONParser.parse(Samples.schema))
        return Workload(name: "JSON Schema", grammar: grammar, text: Samples.record)
    }

    /// Words of letters, for which no group of the vocabulary is right.
    private static func words() -> Workload {
        var grammar = Grammar()
        let word = GrammarExpression.characters(ScalarSet([0x41...0x5A, 0x61...0x7A])).oneOrMore
        grammar.root = .sequence([
            word, GrammarExpression.sequence([.text(" "), word]).zeroOrMore, .text("."),
        ])
        return Workload(
            name: "words",
            grammar: grammar,
            text: "The library opens at nine and closes at six except on Sundays."
        )
    }

    // MARK: - Text

    private static func freeText() -> Workload {
        var grammar = Grammar()
        grammar.root = .freeText(excluding: ["<tool_call>"])
        return Workload(name: "free text", grammar: grammar, text: Samples.prose)
    }

    /// Free text with calls of one tool in between.
    private static func toolCalls() -> Workload {
        var grammar = Grammar()
        let call = GrammarExpression.sequence([
            .tag("<tool_call>"), .text("\n{\"name\": \"search\", \"arguments\": {\"query\": "),
            string(&grammar), .text("}}\n"), .tag("</tool_call>"),
        ])
        let free = GrammarExpression.freeText(excluding: ["<tool_call>"])
        grammar.root = .sequence([free, GrammarExpression.sequence([call, free]).zeroOrMore])
        let text = Samples.prose + Samples.toolCall + Samples.prose + Samples.toolCall
        return Workload(name: "text with tool calls", grammar: grammar, text: text)
    }
}
