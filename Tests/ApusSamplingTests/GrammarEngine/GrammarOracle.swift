@testable import ApusSampling

/// Matches texts against a grammar by definition, with sets of what is still to come.
///
/// Slow and without any of the engine's ideas: repetitions are taken apart one by one, sets of
/// scalars are tried scalar by scalar, forbidden texts are searched for in all that was read.
struct GrammarOracle {
    /// The UTF-8 of every scalar of a set, kept.
    private final class Scalars {
        private var known: [ScalarSet: [[UInt8]]] = [:]

        func texts(of set: ScalarSet) -> [[UInt8]] {
            if let known = known[set] { return known }
            let texts = set.ranges.flatMap { range in
                range.compactMap { Unicode.Scalar($0).map { Array(String($0).utf8) } }
            }
            known[set] = texts
            return texts
        }
    }

    /// One thing that is still to come.
    enum Item: Hashable {
        case expression(GrammarExpression)
        /// The rest of a scalar of which some bytes were read.
        case scalar(ScalarSet, [UInt8])
        case automaton(ByteAutomaton, Int)
        /// Free text and what was read of it since its beginning or the last special token.
        case free([String], [UInt8])
    }

    /// All that may still come: each list is one way to go on.
    typealias State = Set<[Item]>

    let grammar: Grammar
    private let scalars = Scalars()
    private var productiveRules: [Bool]

    init(_ grammar: Grammar) {
        self.grammar = grammar
        productiveRules = grammar.rules.map { _ in false }
        for _ in grammar.rules {
            for (index, rule) in grammar.rules.enumerated() where isProductive(rule.body) {
                productiveRules[index] = true
            }
        }
    }

    /// The state before the first token; empty when nothing can match.
    var start: State { close([[.expression(grammar.root)]]) }

    func isComplete(_ state: State) -> Bool { state.contains([]) }

    /// The state after a token; empty when no text goes on with it.
    func advance(_ state: State, bytes: [UInt8]?, special: String?) -> State {
        var result: State = []
        if let bytes, !bytes.isEmpty {
            result = bytes.reduce(state) { step($0, $1) }
        }
        guard let special else { return result }
        for list in state {
            guard let head = list.first else { continue }
            let rest = Array(list.dropFirst())
            switch head {
            case .expression(.tag(special)): result.formUnion(close([rest]))
            case .free(let texts, _) where !texts.contains(special):
                result.formUnion(close([[.free(texts, [])] + rest]))
            default: break
            }
        }
        return result
    }

    private func step(_ state: State, _ byte: UInt8) -> State {
        var next: Set<[Item]> = []
        for list in state {
            guard let head = list.first else { continue }
            for item in step(head, byte) { next.insert(item + list.dropFirst()) }
        }
        return close(next)
    }

    /// What is left of an item after a byte, in all ways.
    private func step(_ item: Item, _ byte: UInt8) -> [[Item]] {
        switch item {
        case .expression(.tag(let text)):
            return step(.expression(.literal(Array(text.utf8))), byte)
        case .expression(.literal(let bytes)):
            guard bytes.first == byte else { return [] }
            return [[.expression(.literal(Array(bytes.dropFirst())))]]
        case .expression(.characters(let set)): return step(.scalar(set, []), byte)
        case .scalar(let set, let read):
            let read = read + [byte]
            let texts = scalars.texts(of: set)
            if texts.contains(read) { return [[]] }
            return texts.contains { $0.starts(with: read) } ? [[.scalar(set, read)]] : []
        case .automaton(let automaton, let state):
            return automaton.states[state].transitions.filter { $0.bytes.contains(byte) }
                .map { [.automaton(automaton, $0.target)] }
        case .free(let texts, let read):
            let read = read + [byte]
            let isForbidden = texts.contains { read.suffix($0.utf8.count) == Array($0.utf8)[...] }
            return isForbidden ? [] : [[.free(texts, read)]]
        default: return []
        }
    }

    /// Opens the first item of each list until it takes a byte; drops lists that cannot end.
    private func close(_ lists: Set<[Item]>) -> State {
        var work = Array(lists)
        var seen = lists
        var result: State = []
        while let list = work.popLast() {
            guard list.allSatisfy(isProductive) else { continue }
            guard let head = list.first else {
                result.insert(list)
                continue
            }
            let (openings, rests) = open(head)
            if rests { result.insert(list) }
            for opening in openings {
                let next = opening + list.dropFirst()
                if seen.insert(next).inserted { work.append(next) }
            }
        }
        return result
    }

    /// What an item can become without a byte, and whether it can take one as it is.
    private func open(_ item: Item) -> (openings: [[Item]], rests: Bool) {
        switch item {
        case .expression(.literal(let bytes)): return bytes.isEmpty ? ([[]], false) : ([], true)
        case .expression(.tag(let text)): return text.isEmpty ? ([[]], false) : ([], true)
        case .expression(.characters), .scalar: return ([], true)
        case .expression(.rule(let rule)):
            return ([[.expression(grammar.rules[rule.index].body)]], false)
        case .expression(.sequence(let parts)): return ([parts.map { .expression($0) }], false)
        case .expression(.choice(let parts)): return (parts.map { [.expression($0)] }, false)
        case .expression(.repeated(let body, let minimum, let maximum)):
            if maximum == 0 { return ([[]], false) }
            let rest = GrammarExpression.repeated(
                body,
                minimum: max(minimum - 1, 0),
                maximum: maximum.map { $0 - 1 }
            )
            let again: [Item] = [.expression(body), .expression(rest)]
            return (minimum <= 0 ? [[], again] : [again], false)
        case .expression(.automaton(let automaton)): return ([[.automaton(automaton, 0)]], false)
        case .expression(.freeText(let texts)): return ([[.free(texts, [])]], false)
        case .automaton(let automaton, let state):
            return (automaton.states[state].isAccepting ? [[]] : [], true)
        case .free: return ([[]], true)
        }
    }

    // MARK: - Ends

    private func isProductive(_ item: Item) -> Bool {
        switch item {
        case .expression(let expression): isProductive(expression)
        case .automaton(let automaton, let state): canAccept(automaton, from: state)
        case .scalar, .free: true
        }
    }

    private func isProductive(_ expression: GrammarExpression) -> Bool {
        switch expression {
        case .literal, .tag: true
        case .freeText(let texts): !texts.contains("")
        case .characters(let set): !set.ranges.isEmpty
        case .rule(let rule): productiveRules[rule.index]
        case .sequence(let parts): parts.allSatisfy(isProductive)
        case .choice(let parts): parts.contains(where: isProductive)
        case .repeated(let body, let minimum, let maximum):
            minimum <= (maximum ?? .max) && (minimum <= 0 || isProductive(body))
        case .automaton(let automaton): canAccept(automaton, from: 0)
        }
    }

    private func canAccept(_ automaton: ByteAutomaton, from state: Int) -> Bool {
        var seen: Set<Int> = [state]
        var work = [state]
        while let state = work.popLast() {
            if automaton.states[state].isAccepting { return true }
            for transition in automaton.states[state].transitions
            where seen.insert(transition.target).inserted {
                work.append(transition.target)
            }
        }
        return false
    }
}
