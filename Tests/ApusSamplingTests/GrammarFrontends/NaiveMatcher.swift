@testable import ApusSampling

/// Matches a grammar by trying everything: slow, and obviously right.
///
/// A special token is read as the bytes of its text. Left recursion is not for this matcher.
struct NaiveMatcher {
    private struct Visit: Hashable {
        let rule: Grammar.RuleID
        let position: Int
    }

    private let grammar: Grammar
    private let text: [UInt8]
    private var known: [Visit: Set<Int>] = [:]

    static func matches(_ grammar: Grammar, _ text: String) -> Bool {
        matches(grammar, Array(text.utf8))
    }

    static func matches(_ grammar: Grammar, _ text: [UInt8]) -> Bool {
        var matcher = NaiveMatcher(grammar: grammar, text: text)
        return matcher.ends(grammar.root, from: 0).contains(text.count)
    }

    static func matches(_ expression: GrammarExpression, _ text: String) -> Bool {
        var grammar = Grammar()
        grammar.root = expression
        return matches(grammar, text)
    }

    private init(grammar: Grammar, text: [UInt8]) {
        self.grammar = grammar
        self.text = text
    }

    /// Where a match that begins at a position may end.
    private mutating func ends(_ expression: GrammarExpression, from start: Int) -> Set<Int> {
        switch expression {
        case .literal(let bytes): return literal(bytes, start)
        case .tag(let tag): return literal(Array(tag.utf8), start)
        case .characters(let set):
            guard let scalar = scalar(at: start), set.contains(scalar) else { return [] }
            return [start + String(scalar).utf8.count]
        case .rule(let rule):
            let visit = Visit(rule: rule, position: start)
            if let found = known[visit] { return found }
            let found = ends(grammar.rules[rule.index].body, from: start)
            known[visit] = found
            return found
        case .sequence(let parts):
            var positions: Set<Int> = [start]
            for part in parts { positions = ends(part, from: positions) }
            return positions
        case .choice(let parts):
            var positions: Set<Int> = []
            for part in parts { positions.formUnion(ends(part, from: start)) }
            return positions
        case .repeated(let part, let minimum, let maximum):
            return repetition(part, minimum, maximum, start)
        case .automaton(let automaton): return run(automaton, start)
        case .freeText(let excluded): return freeText(excluded, start)
        }
    }

    private mutating func ends(_ part: GrammarExpression, from starts: Set<Int>) -> Set<Int> {
        var positions: Set<Int> = []
        for start in starts { positions.formUnion(ends(part, from: start)) }
        return positions
    }

    private mutating func repetition(
        _ part: GrammarExpression,
        _ minimum: Int,
        _ maximum: Int?,
        _ start: Int
    ) -> Set<Int> {
        var current: Set<Int> = [start]
        for _ in 0..<minimum { current = ends(part, from: current) }
        var all = current
        var count = minimum
        while !current.isEmpty, count < maximum ?? .max {
            current = ends(part, from: current).subtracting(all)
            all.formUnion(current)
            count += 1
        }
        return all
    }

    private func literal(_ bytes: [UInt8], _ start: Int) -> Set<Int> {
        text[start...].starts(with: bytes) ? [start + bytes.count] : []
    }

    private func scalar(at start: Int) -> Unicode.Scalar? {
        for length in 1...4 where start + length <= text.count {
            let bytes = text[start..<start + length]
            if let decoded = String(validating: bytes, as: UTF8.self) {
                return decoded.unicodeScalars.first
            }
        }
        return nil
    }

    private func run(_ automaton: ByteAutomaton, _ start: Int) -> Set<Int> {
        var found: Set<Int> = []
        var states: Set<Int> = [0]
        var position = start
        while !states.isEmpty {
            if states.contains(where: { automaton.states[$0].isAccepting }) {
                found.insert(position)
            }
            guard position < text.count else { break }
            let byte = text[position]
            states = Set(
                states.flatMap { state in
                    automaton.states[state].transitions.filter { $0.bytes.contains(byte) }
                        .map(\.target)
                }
            )
            position += 1
        }
        return found
    }

    private func freeText(_ excluded: [String], _ start: Int) -> Set<Int> {
        var found: Set<Int> = [start]
        for end in start..<text.count {
            let taken = text[start...end]
            for tag in excluded where taken.reversed().starts(with: tag.utf8.reversed()) {
                return found
            }
            found.insert(end + 1)
        }
        return found
    }
}
