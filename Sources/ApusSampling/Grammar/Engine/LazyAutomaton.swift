/// The deterministic automaton over sets of stacks, built as far as texts have gone.
///
/// A state is a set of configurations: places of the program, each on a stack. Sets and stacks that
/// are equal are one, and next states are remembered, so a byte costs one look-up once its step is
/// known. The idea is that of RE2's lazy automaton (Cox, "Regular expression matching in the wild",
/// 2010), with stacks instead of single places.
///
/// Work and memory of one call are bounded. Where a bound is met, and where a state has more
/// configurations than it may, configurations are left out: such a grammar allows less than it
/// should, never more.
final class LazyAutomaton: @unchecked Sendable {
    // Safe: only used under the lock of the compiled grammar that made it.

    let program: GrammarProgram
    let vocabulary: GrammarVocabulary
    var stacks = StackTable()
    let states: StateTable
    /// Masks and what they are made of.
    var masks = MaskCache()
    /// The state after a frame has ended, by the stack that has the frame on top.
    var returnStates: [Int32: Int32] = [:]
    /// What is known of states and plain texts.
    var plainReaches: [Int32: PlainReach] = [:]
    /// The exits of states that nearly all bytes lead back to; empty for states that are no loops.
    var loops: [Int32: [UInt8]] = [:]
    /// The state at the beginning of a text.
    private(set) var start = StateTable.dead
    /// Configurations that may still be looked at in this call.
    private var budget = 0

    /// A configuration on its way to rest.
    private struct Item: Hashable {
        let state: Int32
        let stack: Int32
        /// Frames on top that were pushed since the last byte.
        let fresh: Int32
    }

    private var work: [Item] = []
    private var seen: [Item] = []
    private var seenSet: Set<Item> = []
    private var resting: [Configuration] = []
    private var flags: StateTable.Flags = []
    private var current: [Configuration] = []

    /// Configurations of one state.
    static let configurationLimit = 4096
    /// Configurations looked at in one call.
    static let workLimit = 4_000_000
    /// Bytes; when they are in use, no states are added any more.
    static let sizeLimit = 96 << 20

    init(_ program: GrammarProgram, _ vocabulary: GrammarVocabulary) {
        self.program = program
        self.vocabulary = vocabulary
        states = StateTable(width: program.classCount)
        beginCall()
        add(program.start, StackTable.bottom)
        start = finish()
    }

    /// Bytes in use, roughly.
    var size: Int { states.size + stacks.nodes.count * 64 + masks.size + plainReaches.count * 48 }

    /// Grants the work of one call.
    func beginCall() { budget = Self.workLimit }
    /// Whether the call ran out of work or memory, so that what it found may be too little.
    var isExhausted: Bool { budget <= 0 }

    // MARK: - Steps

    /// The state after a byte.
    func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        let byteClass = Int(program.classOfByte[Int(byte)])
        let known = states.rows[Int(state) * states.width + byteClass]
        return (known >= 0 ? known : step(state, byteClass)) & StateTable.stateMask
    }

    /// The entry of a row that is not known yet.
    func step(_ state: Int32, _ byteClass: Int) -> Int32 {
        if states.size > Self.sizeLimit { budget = 0 }
        guard budget > 0 else { return StateTable.dead }
        current.removeAll(keepingCapacity: true)
        current += states.configurations(of: state)
        // The classes around this one for which all edges are the same.
        var (first, last) = (0, states.width - 1)
        for configuration in current {
            let stack = configuration.stack
            for edge in program.states[configuration.state].bytes {
                let edge = program.byteEdges[Int(edge)]
                let (lowest, highest) = (Int(edge.lowest), Int(edge.highest))
                if highest < byteClass {
                    first = max(first, highest + 1)
                } else if lowest > byteClass {
                    last = min(last, lowest - 1)
                } else {
                    first = max(first, lowest)
                    last = min(last, highest)
                    add(edge.target, stack)
                }
            }
        }
        let target = finish()
        guard budget > 0 else { return StateTable.dead }
        states.connect(state, first...last, to: target)
        return states.rows[Int(state) * states.width + byteClass]
    }

    /// The state after a token, read as text, as a special token, or both; dead if it is refused.
    func advance(_ state: Int32, past token: Int32) -> Int32 {
        var byText = StateTable.dead
        let bytes = vocabulary.bytes[token]
        if !bytes.isEmpty {
            byText = state
            for byte in bytes where byText != StateTable.dead { byText = next(byText, byte) }
        }
        guard vocabulary.specialTexts[token] != nil else { return byText }
        for configuration in states.configurations(of: state) {
            let stack = configuration.stack
            for edge in program.states[configuration.state].tokens {
                let edge = program.tokenEdges[Int(edge)]
                if program.tokenSets[Int(edge.set)].containsSorted(token) {
                    add(edge.target, stack)
                }
            }
        }
        resting += states.configurations(of: byText)
        flags.formUnion(states.flags[Int(byText)])
        return finish()
    }

    /// The state after the top frame of a stack has ended.
    func returnState(of stack: Int32) -> Int32 {
        if let known = returnStates[stack] { return known }
        let node = stacks.nodes[Int(stack)]
        add(node.frame, node.parent)
        let state = finish()
        if budget > 0 { returnStates[stack] = state }
        return state
    }

    /// The state with these configurations, which are at rest.
    func state(of configurations: some Sequence<Configuration>) -> Int32 {
        resting += configurations
        return finish()
    }

    /// Takes over a state of another automaton of the same grammar.
    func adopt(_ state: Int32, of other: LazyAutomaton) -> Int32 {
        var known: [Int32: Int32] = [StackTable.bottom: StackTable.bottom]
        func copy(_ stack: Int32) -> Int32 {
            if let copy = known[stack] { return copy }
            let node = other.stacks.nodes[Int(stack)]
            let parent = copy(node.parent)
            let copy = stacks.push(
                StackTable.Node(frame: node.frame, count: node.count, parent: parent)
            )
            known[stack] = copy
            return copy
        }
        for configuration in other.states.configurations(of: state) {
            let stack = copy(configuration.stack)
            resting.append(configuration.on(stack))
        }
        flags = other.states.flags[Int(state)]
        return finish()
    }

    // MARK: - Closing

    /// Adds a configuration and all that follows from it without a byte.
    private func add(_ state: Int32, _ stack: Int32) {
        let place = program.states[Int(state)]
        if place.isStable, place.jumps.isEmpty, place.pushes.isEmpty, !place.isFinal {
            rest(state, stack)
            return
        }
        work.append(Item(state: state, stack: stack, fresh: 0))
        while let item = work.popLast() { close(item) }
    }

    private func close(_ item: Item) {
        budget -= 1
        guard budget > 0, isNew(item) else { return }
        let depth = stacks.depths[Int(item.stack)]
        guard depth + program.need[Int(item.state)] <= GrammarProgram.stackLimit else { return }
        let place = program.states[Int(item.state)]
        if place.isStable { rest(item.state, item.stack) }
        for edge in place.jumps {
            let target = program.jumps[Int(edge)]
            work.append(Item(state: target, stack: item.stack, fresh: item.fresh))
        }
        for edge in place.pushes { push(program.pushes[Int(edge)], item, depth) }
        if place.isFinal { pop(item) }
    }

    private func push(_ push: GrammarProgram.Push, _ item: Item, _ depth: Int32) {
        let frame: Int32
        switch push.frame {
        case .none:
            work.append(Item(state: push.start, stack: item.stack, fresh: item.fresh))
            return
        case .call(let state): frame = state
        case .counter(let counter): frame = ~counter
        }
        let limit = GrammarProgram.stackLimit
        guard depth + program.need[Int(push.next)] <= limit,
            depth + 1 + program.need[Int(push.start)] <= limit
        else { return }
        let stack = stacks.push(StackTable.Node(frame: frame, count: 0, parent: item.stack))
        work.append(Item(state: push.start, stack: stack, fresh: item.fresh + 1))
    }

    private func pop(_ item: Item) {
        guard item.stack > StackTable.hole else {
            flags.insert(item.stack == StackTable.bottom ? .accepting : .escaping)
            return
        }
        let node = stacks.nodes[Int(item.stack)]
        guard node.frame < 0 else {
            let fresh = max(item.fresh - 1, 0)
            work.append(Item(state: node.frame, stack: node.parent, fresh: fresh))
            return
        }
        // A pass that took nothing gives nothing that was not there before it.
        guard item.fresh == 0 else { return }
        let counter = program.counters[Int(~node.frame)]
        let done = node.count + 1
        if done >= counter.minimum {
            work.append(Item(state: counter.next, stack: node.parent, fresh: 0))
        }
        if done < counter.maximum {
            let count = counter.maximum == .max ? min(done, counter.minimum) : done
            let frame = StackTable.Node(frame: node.frame, count: count, parent: node.parent)
            work.append(Item(state: counter.start, stack: stacks.push(frame), fresh: 1))
        }
    }

    private func rest(_ state: Int32, _ stack: Int32) {
        let depth = stacks.depths[Int(stack)]
        guard depth + program.need[Int(state)] <= GrammarProgram.stackLimit else { return }
        resting.append(Configuration(state, on: stack))
    }

    /// Whether an item has not been closed yet; a few are found by comparing, many by hashing.
    private func isNew(_ item: Item) -> Bool {
        if seen.count < 16 {
            if seen.contains(item) { return false }
            seen.append(item)
            return true
        }
        if seenSet.isEmpty { seenSet.formUnion(seen) }
        return seenSet.insert(item).inserted
    }

    /// The state of what has been added since the last call.
    private func finish() -> Int32 {
        var unique = 0
        resting.sort()
        for configuration in resting where unique == 0 || resting[unique - 1] != configuration {
            resting[unique] = configuration
            unique += 1
        }
        resting.removeLast(resting.count - min(unique, Self.configurationLimit))
        let state = states.intern(resting, flags)
        resting.removeAll(keepingCapacity: true)
        seen.removeAll(keepingCapacity: true)
        if !seenSet.isEmpty { seenSet.removeAll(keepingCapacity: true) }
        flags = []
        return state
    }
}
