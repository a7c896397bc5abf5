extension Grammar {
    /// Adds the rules of another grammar and gives what its root matches.
    package mutating func embed(_ other: Grammar) -> GrammarExpression {
        let offset = rules.count
        for rule in other.rules {
            let copy = declare(rule.name)
            define(copy, as: rule.body.shifted(by: offset))
        }
        return other.root.shifted(by: offset)
    }
}

extension GrammarExpression {
    /// The same with rules that stand `offset` places later.
    fileprivate func shifted(by offset: Int) -> GrammarExpression {
        switch self {
        case .literal, .characters, .automaton, .tag, .freeText: self
        case .rule(let rule): .rule(Grammar.RuleID(index: rule.index + offset))
        case .sequence(let parts): .sequence(parts.map { $0.shifted(by: offset) })
        case .choice(let parts): .choice(parts.map { $0.shifted(by: offset) })
        case .repeated(let part, let minimum, let maximum):
            .repeated(part.shifted(by: offset), minimum: minimum, maximum: maximum)
        }
    }
}
