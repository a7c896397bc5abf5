import Synchronization
import Testing

@testable import ApusTensors

/// Every item runs once, whatever the number of threads, and the caller sees all of it.
@Suite struct ThreadPoolTests {
    @Test(arguments: [1, 2, 3, 8])
    func everyItemRunsExactlyOnce(threads: Int) {
        let pool = ThreadPool(threads: threads)
        for items in [0, 1, 2, 7, 100] {
            let counts = (0..<items).map { _ in Counter() }
            pool.run(items) { item, thread in
                precondition(thread < pool.threads)
                counts[item].increment()
            }
            #expect(counts.allSatisfy { $0.value == 1 })
        }
    }

    @Test func manyShortJobsOneAfterAnother() {
        let pool = ThreadPool(threads: 4)
        let total = Mutex(0)
        for _ in 0..<5_000 { pool.run(4) { item, _ in total.withLock { $0 += item } } }
        #expect(total.withLock { $0 } == 5_000 * 6)
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func increment() { count.withLock { $0 += 1 } }
}
