internal import ApusFormats

/// Computes on the processor's cores, directly on the packed weights of the mapped file.
package final class CPUBackend: Backend {
    let kernels: Kernels
    let pool: ThreadPool
    var arena: Arena

    /// A backend with its own threads.
    ///
    /// - Parameters:
    ///   - threads: how many compute; nil for one a processor.
    ///   - instructionSet: the best set to use, for tests and comparisons; nil for the
    ///     processor's best.
    /// - Throws: `TensorError` `outOfMemory` when there is no room for activations.
    package init(threads: Int? = nil, instructionSet: String? = nil) throws(TensorError) {
        kernels = Kernels(limit: instructionSet)
        pool = ThreadPool(threads: max(1, threads ?? Self.processors))
        arena = try Arena()
    }

    /// Processors that this process may use.
    package static var processors: Int { Kernels.usableProcessors }

    /// Threads that compute.
    package var threads: Int { pool.threads }

    /// Name of the instruction set in use.
    package var instructionSet: String { kernels.name }

    package func supports(_ weight: Weight) -> Bool { kernels.format(weight.format) != nil }

    package func beginStep() { arena.release(to: 0) }

    package func trim() { arena.trim(keeping: 0) }

    package func scoped(_ body: () -> Void) {
        let mark = arena.used
        body()
        arena.release(to: mark)
    }

    package func read(_ x: Tensor, into numbers: UnsafeMutableBufferPointer<Float>) {
        precondition(numbers.count == x.rows * x.columns, "buffer for \(x.rows) x \(x.columns)")
        guard let base = numbers.baseAddress else { return }
        for row in 0..<x.rows {
            (base + row * x.columns).update(from: address(x, row: row), count: x.columns)
        }
    }

    /// First number of a row.
    func address(_ x: Tensor, row: Int = 0) -> UnsafeMutablePointer<Float> {
        arena.base + x.offset + row * x.stride
    }

    /// Room for `count` integers that lives as long as a tensor made now.
    func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
        let tensor = arena.allocate(rows: 1, columns: count)
        return UnsafeMutableRawPointer(address(tensor)).bindMemory(
            to: Int32.self,
            capacity: count
        )
    }

    /// Runs `body` for every row; shared out when there are enough numbers to pay for it.
    func forEachRow(of x: Tensor, _ body: (Int) -> Void) {
        if x.rows * x.columns < Self.smallestSharedJob {
            for row in 0..<x.rows { body(row) }
        } else {
            pool.run(x.rows) { row, _ in body(row) }
        }
    }

    /// Floats below which handing work to other threads costs more than it saves.
    private static let smallestSharedJob = 8_192
}
