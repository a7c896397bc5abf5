/// Rules for JSON texts (RFC 8259), each of which is in a grammar at most once.
///
/// - White space stands after `{ [ , :` and before `} ]` only, and is one space, or a line feed with
///   up to 40 spaces and tabs. A model cannot get lost in it.
/// - Strings are valid UTF-8; `\u` names no lone surrogate.
/// - Numbers have up to 18 digits before the point, 17 after it, and 2 in the exponent, so that
///   every reader gets a finite number, and an integer fits into 64 bits.
/// - Nesting has no bound here.
extension Grammar {
    /// JSON mode: any object, with nothing around it.
    package static func json() -> Grammar {
        var grammar = Grammar()
        grammar.root = grammar.jsonObject()
        return grammar
    }

    /// Any value.
    package mutating func jsonValue() -> GrammarExpression {
        once("JSON value") { grammar in
            .choice([
                grammar.jsonObject(), grammar.jsonArray(), grammar.jsonString(),
                grammar.jsonNumber(), grammar.jsonBoolean(), grammar.jsonNull(),
            ])
        }
    }

    /// Any object; keys may repeat.
    package mutating func jsonObject() -> GrammarExpression {
        once("JSON object") { grammar in
            let member = grammar.once("JSON member") { grammar in
                .sequence([
                    grammar.jsonString(), .text(":"), grammar.jsonSpace(), grammar.jsonValue(),
                ])
            }
            return grammar.list("{", of: member, "}")
        }
    }

    /// Any array.
    package mutating func jsonArray() -> GrammarExpression {
        once("JSON array") { grammar in grammar.list("[", of: grammar.jsonValue(), "]") }
    }

    /// Any string, with its quotes.
    package mutating func jsonString() -> GrammarExpression {
        once("JSON string") { _ in .automaton(JSONAutomata.string) }
    }

    /// Any number.
    package mutating func jsonNumber() -> GrammarExpression {
        once("JSON number") { _ in .automaton(JSONAutomata.number) }
    }

    /// Any number without a point and an exponent.
    package mutating func jsonInteger() -> GrammarExpression {
        once("JSON integer") { _ in .automaton(JSONAutomata.integer) }
    }

    /// `true` or `false`.
    package mutating func jsonBoolean() -> GrammarExpression {
        .choice([.text("true"), .text("false")])
    }

    /// `null`.
    package mutating func jsonNull() -> GrammarExpression { .text("null") }

    /// White space where there may be some; also the empty text.
    package mutating func jsonSpace() -> GrammarExpression {
        once("JSON space") { _ in .automaton(JSONAutomata.space) }
    }

    /// Any number of elements between two brackets.
    private mutating func list(
        _ opening: String,
        of element: GrammarExpression,
        _ closing: String
    ) -> GrammarExpression {
        let space = jsonSpace()
        let more = GrammarExpression.sequence([.text(","), space, element]).zeroOrMore
        return .sequence([
            .text(opening), space, .sequence([element, more, space]).optional, .text(closing),
        ])
    }

    /// The rule with a name, made at the first call.
    ///
    /// It is declared before its body is made, which may refer to it.
    private mutating func once(
        _ name: String,
        _ body: (inout Grammar) -> GrammarExpression
    ) -> GrammarExpression {
        if let index = rules.firstIndex(where: { $0.name == name }) {
            return .rule(RuleID(index: index))
        }
        let rule = declare(name)
        let made = body(&self)
        define(rule, as: made)
        return .rule(rule)
    }
}
