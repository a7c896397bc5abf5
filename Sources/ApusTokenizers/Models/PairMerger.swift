/// A piece of text during merging: a token, or a part that is to become one.
struct Symbol {
    /// The model's number for it; negative if it has none.
    var id: Int32
    /// Its bytes.
    var start: Int
    var end: Int
}

/// Says which neighbours merge.
protocol MergeRules {
    /// What `left` and its right neighbour `right` become, or `nil`.
    func merge(_ left: Symbol, _ right: Symbol, in text: [UInt8]) -> Merge?
}

/// Byte-pair encoding of one piece: merges the neighbours of lowest rank, the leftmost first,
/// until none merge.
///
/// Short pieces are searched for the lowest rank anew after each merge; long ones use a linked
/// list and a heap. Both give the same result. Complexity: O(n log n) for n symbols. Storage is
/// kept from piece to piece.
struct PairMerger {
    private static let longPiece = 48
    private static let noRank = UInt32.max

    /// The symbols; after ``run(_:in:)`` those that are left, in order.
    private(set) var symbols: [Symbol] = []
    /// The merge of each symbol with its right neighbour.
    private var merges: [Merge] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap = MinimumHeap()

    mutating func removeAll() {
        symbols.removeAll(keepingCapacity: true)
    }

    mutating func append(_ symbol: Symbol) {
        symbols.append(symbol)
    }

    mutating func run(_ rules: some MergeRules, in text: [UInt8]) {
        guard symbols.count > 1 else { return }
        merges.removeAll(keepingCapacity: true)
        for index in 0..<symbols.count - 1 {
            merges.append(merge(index, index + 1, rules, text))
        }
        merges.append(Merge(rank: Self.noRank, result: -1))
        if symbols.count < Self.longPiece {
            runBySearch(rules, text)
        } else {
            runByHeap(rules, text)
        }
    }

    private func merge(
        _ left: Int,
        _ right: Int,
        _ rules: some MergeRules,
        _ text: [UInt8]
    ) -> Merge {
        rules.merge(symbols[left], symbols[right], in: text)
            ?? Merge(rank: Self.noRank, result: -1)
    }

    private mutating func runBySearch(_ rules: some MergeRules, _ text: [UInt8]) {
        while true {
            var best = 0
            for index in 1..<merges.count where merges[index].rank < merges[best].rank {
                best = index
            }
            guard merges[best].rank != Self.noRank else { return }
            symbols[best].id = merges[best].result
            symbols[best].end = symbols[best + 1].end
            symbols.remove(at: best + 1)
            merges.remove(at: best + 1)
            if best > 0 { merges[best - 1] = merge(best - 1, best, rules, text) }
            if best + 1 < symbols.count {
                merges[best] = merge(best, best + 1, rules, text)
            } else {
                merges[best].rank = Self.noRank
            }
            if symbols.count == 1 { return }
        }
    }

    private mutating func runByHeap(_ rules: some MergeRules, _ text: [UInt8]) {
        link()
        while let (rank, index) = heap.popMinimum() {
            // An entry is stale when its symbol has since merged with another.
            guard merges[index].rank == rank else { continue }
            let right = Int(next[index])
            symbols[index].id = merges[index].result
            symbols[index].end = symbols[right].end
            symbols[right].id = Int32.min
            merges[right].rank = Self.noRank
            next[index] = next[right]
            if next[right] >= 0 { previous[Int(next[right])] = Int32(index) }
            update(index, rules, text)
            if previous[index] >= 0 { update(Int(previous[index]), rules, text) }
        }
        symbols.removeAll { $0.id == Int32.min }
    }

    private mutating func link() {
        next.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        heap.removeAll()
        for index in symbols.indices {
            previous.append(Int32(index) - 1)
            next.append(index + 1 < symbols.count ? Int32(index) + 1 : -1)
            if merges[index].rank != Self.noRank { heap.insert(merges[index].rank, index) }
        }
    }

    /// Works out the merge of a symbol with its present right neighbour.
    private mutating func update(_ index: Int, _ rules: some MergeRules, _ text: [UInt8]) {
        guard next[index] >= 0 else {
            merges[index].rank = Self.noRank
            return
        }
        merges[index] = merge(index, Int(next[index]), rules, text)
        if merges[index].rank != Self.noRank { heap.insert(merges[index].rank, index) }
    }
}

/// A binary heap of (rank, position), lowest rank first, then lowest position.
struct MinimumHeap {
    private var items: [UInt64] = []

    mutating func removeAll() {
        items.removeAll(keepingCapacity: true)
    }

    mutating func insert(_ rank: UInt32, _ position: Int) {
        items.append(UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: position)))
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child] < items[parent] else { break }
            items.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popMinimum() -> (rank: UInt32, position: Int)? {
        guard let top = items.first else { return nil }
        let last = items.removeLast()
        if !items.isEmpty {
            items[0] = last
            siftDown()
        }
        return (UInt32(top >> 32), Int(top & 0xFFFF_FFFF))
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < items.count else { return }
            if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
            guard items[child] < items[parent] else { return }
            items.swapAt(child, parent)
            parent = child
        }
    }
}
