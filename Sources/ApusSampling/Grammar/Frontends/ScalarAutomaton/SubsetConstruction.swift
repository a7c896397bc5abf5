/// Makes a nondeterministic automaton deterministic; its states are sets of the other's states.
///
/// A set holds only states that take a scalar, with all that is reached without one already
/// followed. `^` is followed from the start only; `$` only to see whether the text may end.
/// Source: M. O. Rabin, D. Scott, Finite Automata and Their Decision Problems (1959).
struct SubsetConstruction {
    private struct Subset: Hashable {
        let states: [Int32]
        let isAccepting: Bool
    }

    private let nfa: ScalarNFA
    private let alphabet: ScalarAlphabet
    private let classesOfSet: [[Int]]
    private let stateLimit: Int
    private var work: Int

    private var numbers: [Subset: Int32] = [:]
    private var subsets: [Subset] = []
    /// Subset by the states before those that follow without a scalar.
    private var numberOfTargets: [[Int32]: Int32] = [:]
    /// When a state was last visited, once for the text going on and once for its end.
    private var visits: [(inside: Int, atEnd: Int)]
    private var visit = 0

    init(_ nfa: ScalarNFA, stateLimit: Int) {
        self.nfa = nfa
        self.stateLimit = stateLimit
        let alphabet = ScalarAlphabet(separating: nfa.sets)
        self.alphabet = alphabet
        classesOfSet = nfa.sets.map { alphabet.classes(of: $0) }
        visits = Array(repeating: (0, 0), count: nfa.states.count)
        work = 1_000 * stateLimit
    }

    /// Throws: `limit`.
    mutating func run() throws(GrammarError) -> ScalarAutomaton {
        _ = try number(of: try closure([Int32(nfa.start)], atStart: true))
        var table: [Int32] = []
        var targets = [[Int32]](repeating: [], count: alphabet.classCount)
        var place = 0
        while place < subsets.count {
            for state in subsets[place].states {
                guard case .characters(let set, let next) = nfa.states[Int(state)] else { continue }
                for classIndex in classesOfSet[set] { targets[classIndex].append(Int32(next)) }
                try spend(classesOfSet[set].count)
            }
            for classIndex in targets.indices {
                table.append(try follow(targets[classIndex]))
                targets[classIndex].removeAll(keepingCapacity: true)
            }
            guard table.count <= ScalarAutomaton.tableLimit else {
                throw ScalarAutomaton.tooManyStates(stateLimit)
            }
            place += 1
        }
        return ScalarAutomaton(
            alphabet: alphabet,
            table: table,
            accepting: subsets.map(\.isAccepting)
        )
    }

    private mutating func follow(_ targets: [Int32]) throws(GrammarError) -> Int32 {
        if targets.isEmpty { return ScalarAutomaton.dead }
        if let number = numberOfTargets[targets] { return number }
        let number = try number(of: try closure(targets, atStart: false))
        numberOfTargets[targets] = number
        return number
    }

    private mutating func number(of subset: Subset) throws(GrammarError) -> Int32 {
        if let number = numbers[subset] { return number }
        guard subsets.count < stateLimit else { throw ScalarAutomaton.tooManyStates(stateLimit) }
        let number = Int32(subsets.count)
        subsets.append(subset)
        numbers[subset] = number
        return number
    }

    /// What is reached from states without a scalar.
    private mutating func closure(
        _ seeds: [Int32],
        atStart: Bool
    ) throws(GrammarError) -> Subset {
        visit += 1
        var found: [Int32] = []
        var isAccepting = false
        var pending = seeds.map { (state: Int($0), atEnd: false) }
        while let (state, atEnd) = pending.popLast() {
            try spend(1)
            guard visits[state].inside != visit, !atEnd || visits[state].atEnd != visit else {
                continue
            }
            if atEnd { visits[state].atEnd = visit } else { visits[state].inside = visit }
            switch nfa.states[state] {
            case .accept: isAccepting = true
            case .characters: if !atEnd { found.append(Int32(state)) }
            case .fork(let nexts): pending += nexts.map { ($0, atEnd) }
            case .atStart(let next): if atStart { pending.append((next, atEnd)) }
            case .atEnd(let next): pending.append((next, true))
            }
        }
        return Subset(states: found.sorted(), isAccepting: isAccepting)
    }

    private mutating func spend(_ amount: Int) throws(GrammarError) {
        work -= amount
        guard work >= 0 else {
            throw GrammarError(.limit, "A regular expression takes too long to prepare.")
        }
    }
}
