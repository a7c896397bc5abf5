/// The pairs of row and expert of one step, grouped by expert.
///
/// Pair `row * used + slot` is the `slot`-th expert of a row. Sorting gives every pair a place, so
/// that the places of an expert are consecutive and each expert's weights are read once.
final class ExpertPairs {
    /// Experts a row is sent to.
    let used: Int
    /// Number of pairs.
    let count: Int
    /// Expert of each pair: [rows * used].
    let chosen: UnsafeMutablePointer<Int32>
    /// Weight of each pair: [rows * used].
    let weights: UnsafeMutablePointer<Float>
    /// Place of each pair: [rows * used].
    let places: UnsafeMutablePointer<Int32>
    /// Experts that have pairs, ascending: [activeCount].
    let active: UnsafeMutablePointer<Int32>
    private(set) var activeCount = 0

    private let experts: Int
    /// First place of each expert, and of the one after the last: [experts + 1].
    private let starts: UnsafeMutablePointer<Int32>

    /// Room in the arena of `backend` for `rows * used` pairs.
    init(rows: Int, used: Int, experts: Int, on backend: CPUBackend) {
        self.used = used
        self.experts = experts
        count = rows * used
        chosen = backend.integers(count)
        weights = backend.address(backend.arena.allocate(rows: 1, columns: count))
        places = backend.integers(count)
        active = backend.integers(experts)
        starts = backend.integers(experts + 1)
    }

    /// Gives each pair its place: a counting sort by expert.
    func sort() {
        starts.update(repeating: 0, count: experts + 1)
        for pair in 0..<count {
            let expert = Int(chosen[pair])
            precondition(expert >= 0 && expert < experts, "expert \(expert) of \(experts)")
            starts[expert + 1] += 1
        }
        for expert in 0..<experts {
            if starts[expert + 1] > 0 {
                active[activeCount] = Int32(expert)
                activeCount += 1
            }
            starts[expert + 1] += starts[expert]
        }
        for pair in 0..<count {
            let expert = Int(chosen[pair])
            places[pair] = starts[expert]
            starts[expert] += 1
        }
        for expert in (0..<experts).reversed() { starts[expert + 1] = starts[expert] }
        starts[0] = 0
    }

    /// Places of an expert's pairs.
    func range(of expert: Int) -> Range<Int> { Int(starts[expert])..<Int(starts[expert + 1]) }
}
