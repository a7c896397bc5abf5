/// What must be known of the rules before they are compiled.
struct GrammarAnalysis {
    let grammar: Grammar
    /// Per rule, whether it matches the empty text.
    private(set) var nullableRules: [Bool]

    /// How deep expressions may nest.
    static let depthLimit = 600

    /// Throws: `limit` for expressions nested too deep, `unsupported` for left recursion.
    init(_ grammar: Grammar) throws(GrammarError) {
        self.grammar = grammar
        nullableRules = Array(repeating: false, count: grammar.rules.count)
        for body in grammar.rules.map(\.body) + [grammar.root] {
            try checkDepth(body, Self.depthLimit)
        }
        findNullableRules()
        try refuseLeftRecursion()
    }

    /// Whether an expression matches the empty text.
    func isNullable(_ expression: GrammarExpression) -> Bool {
        switch expression {
        case .literal(let bytes): bytes.isEmpty
        case .characters: false
        case .rule(let rule): nullableRules[rule.index]
        case .sequence(let parts): parts.allSatisfy(isNullable)
        case .choice(let parts): parts.contains(where: isNullable)
        case .repeated(let body, let minimum, let maximum):
            minimum <= (maximum ?? .max) && (minimum <= 0 || isNullable(body))
        case .automaton(let automaton): automaton.states.first?.isAccepting ?? false
        case .tag(let text): text.isEmpty
        case .freeText: true
        }
    }

    private func checkDepth(_ expression: GrammarExpression, _ left: Int) throws(GrammarError) {
        guard left > 0 else {
            throw GrammarError(
                .limit,
                "The grammar nests expressions more than \(Self.depthLimit) deep."
            )
        }
        switch expression {
        case .rule(let rule):
            guard grammar.rules.indices.contains(rule.index) else {
                throw GrammarError(.unsupported, "The grammar names a rule that it does not have.")
            }
        case .sequence(let parts), .choice(let parts):
            for part in parts { try checkDepth(part, left - 1) }
        case .repeated(let body, _, _): try checkDepth(body, left - 1)
        default: break
        }
    }

    /// Rules are nullable when all they need is; each is looked at again when one of them changes.
    private mutating func findNullableRules() {
        var users = [[Int]](repeating: [], count: grammar.rules.count)
        for (index, rule) in grammar.rules.enumerated() {
            Self.forEachRule(in: rule.body) { users[$0].append(index) }
        }
        var pending = Array(grammar.rules.indices)
        while let index = pending.popLast() {
            if !nullableRules[index], isNullable(grammar.rules[index].body) {
                nullableRules[index] = true
                pending += users[index]
            }
        }
    }

    private static func forEachRule(in expression: GrammarExpression, _ body: (Int) -> Void) {
        switch expression {
        case .rule(let rule): body(rule.index)
        case .sequence(let parts), .choice(let parts):
            for part in parts { forEachRule(in: part, body) }
        case .repeated(let part, _, _): forEachRule(in: part, body)
        default: break
        }
    }

    /// Adds the rules an expression can begin with, before any byte is taken.
    private func firstRules(_ expression: GrammarExpression, _ rules: inout [Int]) {
        switch expression {
        case .rule(let rule): rules.append(rule.index)
        case .sequence(let parts):
            for part in parts {
                firstRules(part, &rules)
                if !isNullable(part) { break }
            }
        case .choice(let parts):
            for part in parts { firstRules(part, &rules) }
        case .repeated(let body, _, let maximum):
            if (maximum ?? 1) > 0 { firstRules(body, &rules) }
        default: break
        }
    }

    /// Looks for a rule that can begin with itself, among those that the root uses.
    private func refuseLeftRecursion() throws(GrammarError) {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: grammar.rules.count)
        for origin in usedRules() where marks[origin] == .new {
            var path: [(rule: Int, left: [Int])] = [(origin, firstRules(of: origin))]
            marks[origin] = .open
            while var top = path.popLast() {
                guard let rule = top.left.popLast() else {
                    marks[top.rule] = .done
                    continue
                }
                path.append(top)
                if marks[rule] == .open {
                    throw GrammarError(
                        .unsupported,
                        "Rule '\(grammar.rules[rule].name)' is left-recursive: it can begin with "
                            + "itself."
                    )
                }
                if marks[rule] == .new {
                    marks[rule] = .open
                    path.append((rule, firstRules(of: rule)))
                }
            }
        }
    }

    private func firstRules(of rule: Int) -> [Int] {
        var rules: [Int] = []
        firstRules(grammar.rules[rule].body, &rules)
        return rules
    }

    private func usedRules() -> [Int] {
        var used: [Int] = []
        var seen = [Bool](repeating: false, count: grammar.rules.count)
        func see(_ rule: Int) {
            if !seen[rule] {
                seen[rule] = true
                used.append(rule)
            }
        }
        Self.forEachRule(in: grammar.root, see)
        var head = 0
        while head < used.count {
            Self.forEachRule(in: grammar.rules[used[head]].body, see)
            head += 1
        }
        return used
    }
}
