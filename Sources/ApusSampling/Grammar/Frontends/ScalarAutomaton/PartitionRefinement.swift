/// Groups the states of an automaton that accept the same texts.
///
/// A dead state is added as the last one. Blocks are split until all members of one lead into the
/// same block for every class; of two halves only the smaller is looked at again.
/// Source: J. Hopcroft, An n log n Algorithm for Minimizing States in a Finite Automaton (1971).
struct PartitionRefinement {
    private let classCount: Int
    private let stateCount: Int
    /// Where the predecessors of `(class, state)` begin in `predecessors`.
    private var offsets: [Int32]
    private var predecessors: [Int32]

    /// States, block after block.
    private var elements: [Int32]
    private var places: [Int32]
    private var blockOf: [Int]
    private var bounds: [(begin: Int, end: Int)] = []
    /// Members of a block that were met as predecessors; they are moved to its front.
    private var marked: [Int] = []
    private var isPending: [Bool] = []
    private var pending: [Int] = []

    init(classCount: Int, table: [Int32], accepting: [Bool]) {
        self.classCount = classCount
        let count = accepting.count + 1
        stateCount = count
        offsets = Array(repeating: 0, count: classCount * count + 1)
        predecessors = Array(repeating: 0, count: classCount * count)
        let dead = count - 1
        let target = { (state: Int, classIndex: Int) -> Int in
            guard state < dead else { return dead }
            let next = table[state * classCount + classIndex]
            return next == ScalarAutomaton.dead ? dead : Int(next)
        }
        for classIndex in 0..<classCount {
            for state in 0..<count {
                offsets[classIndex * count + target(state, classIndex) + 1] += 1
            }
        }
        for place in 1..<offsets.count { offsets[place] += offsets[place - 1] }
        var free = offsets
        for classIndex in 0..<classCount {
            for state in 0..<count {
                let place = classIndex * count + target(state, classIndex)
                predecessors[Int(free[place])] = Int32(state)
                free[place] += 1
            }
        }
        let accepted = accepting.indices.filter { accepting[$0] }
        let others = accepting.indices.filter { !accepting[$0] } + [dead]
        elements = (others + accepted).map { Int32($0) }
        places = Array(repeating: 0, count: count)
        blockOf = Array(repeating: 0, count: count)
        for (place, state) in elements.enumerated() { places[Int(state)] = Int32(place) }
        addBlock(begin: 0, end: others.count)
        if !accepted.isEmpty { addBlock(begin: others.count, end: count) }
    }

    /// The block of every state.
    mutating func run() -> [Int] {
        while let splitter = pending.popLast() {
            isPending[splitter] = false
            let members = Array(elements[bounds[splitter].begin..<bounds[splitter].end])
            for classIndex in 0..<classCount { split(by: members, classIndex) }
        }
        return blockOf
    }

    private mutating func addBlock(begin: Int, end: Int) {
        let block = bounds.count
        bounds.append((begin, end))
        marked.append(0)
        isPending.append(true)
        pending.append(block)
        for place in begin..<end { blockOf[Int(elements[place])] = block }
    }

    /// Separates the states that lead into `members` from those that do not.
    private mutating func split(by members: [Int32], _ classIndex: Int) {
        var touched: [Int] = []
        for member in members {
            let slot = classIndex * stateCount + Int(member)
            for index in Int(offsets[slot])..<Int(offsets[slot + 1]) {
                let state = Int(predecessors[index])
                let block = blockOf[state]
                if marked[block] == 0 { touched.append(block) }
                let front = bounds[block].begin + marked[block]
                swap(Int(places[state]), front)
                marked[block] += 1
            }
        }
        for block in touched {
            let middle = bounds[block].begin + marked[block]
            marked[block] = 0
            if middle < bounds[block].end { divide(block, at: middle) }
        }
    }

    private mutating func swap(_ first: Int, _ second: Int) {
        elements.swapAt(first, second)
        places[Int(elements[first])] = Int32(first)
        places[Int(elements[second])] = Int32(second)
    }

    /// Makes the smaller half of a block a block of its own.
    private mutating func divide(_ block: Int, at middle: Int) {
        let (begin, end) = bounds[block]
        if middle - begin <= end - middle {
            bounds[block] = (middle, end)
            addBlock(begin: begin, end: middle)
        } else {
            bounds[block] = (begin, middle)
            addBlock(begin: middle, end: end)
        }
    }
}
