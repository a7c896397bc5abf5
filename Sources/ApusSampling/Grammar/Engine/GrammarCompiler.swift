/// Turns a grammar into a program.
///
/// `compile` adds the paths of an expression between two states. It only adds edges that leave
/// `from` or states of its own and edges that enter `to`, so that alternatives can share both ends.
struct GrammarCompiler {
    private let grammar: Grammar
    private let analysis: GrammarAnalysis
    private let vocabulary: GrammarVocabulary
    private var builder = ProgramBuilder()
    private var rules: [(start: Int32, end: Int32)?]
    private var pending: [Int] = []
    private var sets: [ScalarSet: ByteAutomaton] = [:]

    /// A repetition that has at most this many states when written out is written out.
    private static let unrolledSize = 32
    /// Larger counts are never reached by a text.
    private static let largestCount = 1 << 30

    /// Throws: `limit`, `unsupported` for left recursion, `unsatisfiable`.
    static func compile(
        _ grammar: Grammar,
        for vocabulary: GrammarVocabulary
    ) throws(GrammarError) -> GrammarProgram {
        var compiler = try GrammarCompiler(grammar, vocabulary)
        let start = compiler.builder.state()
        let end = compiler.builder.state()
        compiler.builder.markFinal(end)
        try compiler.compile(grammar.root, start, end)
        while let index = compiler.pending.popLast() {
            guard let rule = compiler.rules[index] else { continue }
            try compiler.compile(grammar.rules[index].body, rule.start, rule.end)
        }
        let program = compiler.builder.program(start: start)
        let need = program.need[Int(program.start)]
        if need >= GrammarProgram.unreachable {
            throw GrammarError(.unsatisfiable, "No text at all can match the grammar.")
        }
        if need > GrammarProgram.stackLimit {
            throw GrammarError(
                .limit,
                "Even the shortest match nests rules more than \(GrammarProgram.stackLimit) deep."
            )
        }
        return program
    }

    private init(_ grammar: Grammar, _ vocabulary: GrammarVocabulary) throws(GrammarError) {
        self.grammar = grammar
        self.vocabulary = vocabulary
        analysis = try GrammarAnalysis(grammar)
        rules = Array(repeating: nil, count: grammar.rules.count)
    }

    private mutating func compile(
        _ expression: GrammarExpression,
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        try builder.checkSize()
        switch expression {
        case .literal(let bytes): literal(bytes[...], from, to)
        case .characters(let set): try automaton(utf8(set), from, to)
        case .rule(let rule): builder.call(start(of: rule.index), from: from, to: to)
        case .sequence(let parts): try sequence(parts, from, to)
        case .choice(let parts): try choice(parts, from, to)
        case .repeated(let body, let minimum, let maximum):
            try repeated(body, minimum, maximum, from, to)
        case .automaton(let value): try automaton(value, from, to)
        case .tag(let text):
            literal(Array(text.utf8)[...], from, to)
            if let tokens = vocabulary.specialTokens[text] {
                builder.tokens(builder.tokenSet(tokens), from: from, to: to)
            }
        case .freeText(let texts): try freeText(texts, from, to)
        }
    }

    // MARK: - Parts

    private mutating func start(of rule: Int) -> Int32 {
        if let known = rules[rule] { return known.start }
        let (start, end) = (builder.state(), builder.state())
        builder.markFinal(end)
        rules[rule] = (start, end)
        pending.append(rule)
        return start
    }

    private mutating func literal(_ bytes: ArraySlice<UInt8>, _ from: Int32, _ to: Int32) {
        guard !bytes.isEmpty else { return builder.jump(from: from, to: to) }
        var state = from
        for (index, byte) in zip(bytes.indices, bytes) {
            let next = index == bytes.endIndex - 1 ? to : builder.state()
            builder.bytes(byte...byte, from: state, to: next)
            state = next
        }
    }

    private mutating func sequence(
        _ parts: [GrammarExpression],
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        guard let last = parts.last else { return builder.jump(from: from, to: to) }
        var state = from
        for part in parts.dropLast() {
            let next = builder.state()
            try compile(part, state, next)
            state = next
        }
        try compile(last, state, to)
    }

    /// Alternatives; literals share their beginnings, so that a long list of them is one path.
    private mutating func choice(
        _ parts: [GrammarExpression],
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        struct Edge: Hashable {
            let state: Int32
            let byte: UInt8
        }
        var shared: [Edge: Int32] = [:]
        for part in parts {
            guard case .literal(let bytes) = part, let last = bytes.last else {
                try compile(part, from, to)
                continue
            }
            try builder.checkSize()
            var state = from
            for byte in bytes.dropLast() {
                let edge = Edge(state: state, byte: byte)
                if let next = shared[edge] {
                    state = next
                } else {
                    let next = builder.state()
                    builder.bytes(byte...byte, from: state, to: next)
                    shared[edge] = next
                    state = next
                }
            }
            builder.bytes(last...last, from: state, to: to)
        }
    }

    private mutating func utf8(_ set: ScalarSet) -> ByteAutomaton {
        if let known = sets[set] { return known }
        let automaton = UTF8Automaton.make(set)
        sets[set] = automaton
        return automaton
    }

    /// Adds an automaton; ends that lead nowhere become `to`, a start that nothing leads to, `from`.
    private mutating func automaton(
        _ automaton: ByteAutomaton,
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        guard !automaton.states.isEmpty else { return }
        let transitions = automaton.states.flatMap(\.transitions)
        guard transitions.allSatisfy({ automaton.states.indices.contains($0.target) }) else {
            throw GrammarError(.unsupported, "An automaton leads to a state that it does not have.")
        }
        let startIsEntered = transitions.contains { $0.target == 0 }
        var names: [Int32] = []
        for (index, state) in automaton.states.enumerated() {
            if index == 0, !startIsEntered {
                names.append(from)
                if state.isAccepting { builder.jump(from: from, to: to) }
            } else if state.isAccepting, state.transitions.isEmpty {
                names.append(to)
            } else {
                names.append(builder.state())
                if state.isAccepting, let name = names.last { builder.jump(from: name, to: to) }
            }
        }
        if startIsEntered { builder.jump(from: from, to: names[0]) }
        for (index, state) in automaton.states.enumerated() {
            for transition in state.transitions {
                builder.bytes(
                    transition.bytes,
                    from: names[index],
                    to: names[transition.target]
                )
            }
            try builder.checkSize()
        }
    }

    /// Free text: every state of the automaton accepts.
    ///
    /// A special token whose text is part of an excluded one counts as its text; all others lead
    /// back to the first state.
    private mutating func freeText(
        _ texts: [String],
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        guard let value = try ForbiddenTexts.automaton(texts) else { return }
        let parts = vocabulary.specialTokens { text in texts.contains { $0.contains(text) } }
        let others = vocabulary.specialTokens { text in !texts.contains { $0.contains(text) } }
        let tokens = builder.tokenSet(others)
        let names = value.states.map { _ in builder.state() }
        builder.jump(from: from, to: names[0])
        for (name, state) in zip(names, value.states) {
            builder.markFree(name)
            builder.jump(from: name, to: to)
            builder.tokens(tokens, from: name, to: names[0])
            for token in parts {
                let text = vocabulary.specialTexts[token] ?? ""
                if let end = value.state(after: text, from: state) {
                    builder.tokens(builder.tokenSet([token]), from: name, to: names[end])
                }
            }
            for transition in state.transitions {
                builder.bytes(transition.bytes, from: name, to: names[transition.target])
            }
        }
    }
}

// MARK: - Repetition

extension GrammarCompiler {
    private mutating func repeated(
        _ body: GrammarExpression,
        _ minimum: Int,
        _ maximum: Int?,
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        let limit = min(maximum ?? .max, Self.largestCount)
        guard max(minimum, 0) <= (maximum ?? .max) else { return }
        guard limit > 0 else { return builder.jump(from: from, to: to) }
        // Passes that take nothing can fill up any minimum.
        let minimum = analysis.isNullable(body) ? 0 : min(max(minimum, 0), Self.largestCount)
        let unlimited = limit == Self.largestCount
        let times = unlimited ? max(minimum, 1) : limit
        if times == 1 || times <= Self.unrolledSize / max(size(body, Self.unrolledSize), 1) {
            try unrolled(body, minimum, unlimited ? nil : limit, from, to)
        } else {
            let (start, end) = (builder.state(), builder.state())
            builder.markFinal(end)
            let counter = GrammarProgram.Counter(
                start: start,
                next: to,
                minimum: Int32(minimum),
                maximum: unlimited ? .max : Int32(limit)
            )
            builder.enter(counter, from: from)
            if minimum == 0 { builder.jump(from: from, to: to) }
            try compile(body, start, end)
        }
    }

    private mutating func unrolled(
        _ body: GrammarExpression,
        _ minimum: Int,
        _ maximum: Int?,
        _ from: Int32,
        _ to: Int32
    ) throws(GrammarError) {
        var state = from
        let single = maximum == nil ? max(minimum - 1, 0) : minimum
        for done in 0..<single {
            let next = maximum == minimum && done == single - 1 ? to : builder.state()
            try compile(body, state, next)
            state = next
        }
        if let maximum {
            for done in minimum..<maximum {
                let next = done == maximum - 1 ? to : builder.state()
                try compile(body, state, next)
                builder.jump(from: state, to: to)
                state = next
            }
        } else {
            let loop = builder.state()
            builder.jump(from: state, to: loop)
            if minimum == 0 {
                try compile(body, loop, loop)
                builder.jump(from: loop, to: to)
            } else {
                let end = builder.state()
                try compile(body, loop, end)
                builder.jump(from: end, to: loop)
                builder.jump(from: end, to: to)
            }
        }
    }

    /// How many states an expression takes, roughly; counts no further than `limit`.
    private func size(_ expression: GrammarExpression, _ limit: Int) -> Int {
        switch expression {
        case .literal(let bytes): return bytes.count
        case .characters(let set):
            return set.ranges.last.map { $0.upperBound < 128 } ?? true ? 1 : 8
        case .rule: return 2
        case .sequence(let parts), .choice(let parts):
            var total = 0
            for part in parts where total < limit { total += size(part, limit) }
            return total
        case .repeated(let body, let minimum, let maximum):
            let times = max(maximum ?? minimum, 1)
            return min(size(body, limit), limit) * min(times, limit)
        case .automaton(let automaton): return automaton.states.count
        case .tag(let text): return text.utf8.count
        case .freeText: return limit
        }
    }
}
