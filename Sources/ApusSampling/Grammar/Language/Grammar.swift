/// A context-free grammar over bytes, before it is compiled for a vocabulary.
///
/// Rules are declared first and defined later, so that they can refer to each other. Equal grammars
/// are equal values, which is what caches of compiled grammars go by.
package struct Grammar: Sendable, Hashable {
    /// A rule of one grammar.
    package struct RuleID: Sendable, Hashable {
        /// Place in `rules`.
        package let index: Int
    }

    /// A named expression.
    package struct Rule: Sendable, Hashable {
        /// What messages call it.
        package let name: String
        /// What it matches; a rule that is never defined matches nothing.
        package internal(set) var body: GrammarExpression
    }

    /// All rules, in the order of their declaration.
    package private(set) var rules: [Rule] = []
    /// What a whole text must match.
    package var root: GrammarExpression = .choice([])

    /// A grammar that matches nothing.
    package init() {}

    /// A rule to be defined later.
    package mutating func declare(_ name: String) -> RuleID {
        rules.append(Rule(name: name, body: .choice([])))
        return RuleID(index: rules.count - 1)
    }

    /// Gives a declared rule its body.
    package mutating func define(_ rule: RuleID, as body: GrammarExpression) {
        rules[rule.index].body = body
    }

    /// Declares and defines a rule at once.
    package mutating func rule(_ name: String, _ body: GrammarExpression) -> GrammarExpression {
        let rule = declare(name)
        define(rule, as: body)
        return .rule(rule)
    }
}
