import ApusSampling
import TestSupport

/// Writes random texts that a grammar matches.
struct GrammarSampler {
    private let grammar: Grammar
    /// Least nesting of rules below each rule; nil for rules that match nothing.
    private var depths: [Int?]
    private var random: SplitMix64

    init(_ grammar: Grammar, seed: UInt64) {
        self.grammar = grammar
        random = SplitMix64(seed: seed)
        depths = grammar.rules.map { _ in nil }
        var changes = true
        while changes {
            changes = false
            for (index, rule) in grammar.rules.enumerated() {
                guard let depth = depth(rule.body).map({ $0 + 1 }) else { continue }
                if depths[index].map({ depth < $0 }) ?? true {
                    depths[index] = depth
                    changes = true
                }
            }
        }
    }

    /// One text.
    mutating func text(_ expression: GrammarExpression) -> [UInt8] {
        var output: [UInt8] = []
        var budget = 300
        write(expression, &output, &budget)
        return output
    }

    private func depth(_ expression: GrammarExpression) -> Int? {
        switch expression {
        case .literal, .characters, .automaton, .tag, .freeText: return 0
        case .rule(let rule): return depths[rule.index]
        case .sequence(let parts):
            let all = parts.compactMap(depth)
            return all.count < parts.count ? nil : all.max() ?? 0
        case .choice(let parts): return parts.compactMap(depth).min()
        case .repeated(let part, let minimum, _): return minimum == 0 ? 0 : depth(part)
        }
    }

    private mutating func write(
        _ expression: GrammarExpression,
        _ output: inout [UInt8],
        _ budget: inout Int
    ) {
        budget -= 1
        switch expression {
        case .literal(let bytes): output += bytes
        case .characters(let set): output += scalar(set).utf8
        case .rule(let rule): write(grammar.rules[rule.index].body, &output, &budget)
        case .sequence(let parts): for part in parts { write(part, &output, &budget) }
        case .choice(let parts):
            let possible = parts.filter { depth($0) != nil }
            let least = possible.compactMap(depth).min()
            let open = budget > 0 ? possible : possible.filter { depth($0) == least }
            if let part = open.randomElement(using: &random) { write(part, &output, &budget) }
        case .repeated(let part, let minimum, let maximum):
            let more = budget > 0 && depth(part) != nil ? Int.random(in: 0...3, using: &random) : 0
            for _ in 0..<min(minimum + more, maximum ?? .max) { write(part, &output, &budget) }
        case .automaton(let automaton): walk(automaton, &output, &budget)
        case .tag(let text): output += text.utf8
        case .freeText: output += "free".utf8
        }
    }

    private mutating func scalar(_ set: ScalarSet) -> String {
        guard let range = set.ranges.randomElement(using: &random),
            let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random))
        else { return "" }
        return String(Character(scalar))
    }

    /// Follows random transitions, and the shortest way to an end once enough is written.
    private mutating func walk(
        _ automaton: ByteAutomaton,
        _ output: inout [UInt8],
        _ budget: inout Int
    ) {
        let states = automaton.states
        var distances = states.map { $0.isAccepting ? 0 : Int.max }
        for _ in states {
            for (index, state) in states.enumerated() {
                for next in state.transitions where distances[next.target] < Int.max {
                    distances[index] = min(distances[index], distances[next.target] + 1)
                }
            }
        }
        var state = 0
        var steps = Int.random(in: 0...20, using: &random)
        while true {
            steps -= 1
            let open = states[state].transitions.filter { distances[$0.target] < Int.max }
            let nearest = open.map { distances[$0.target] }.min()
            if states[state].isAccepting, steps <= 0 || open.isEmpty { return }
            let usable = steps > 0 ? open : open.filter { distances[$0.target] == nearest }
            guard let next = usable.randomElement(using: &random) else { return }
            output.append(UInt8.random(in: next.bytes, using: &random))
            state = next.target
        }
    }
}
