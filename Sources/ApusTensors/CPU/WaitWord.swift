private import Synchronization

/// A 32-bit word that threads wait on: they look for a moment, then sleep until it changes.
struct WaitWord: ~Copyable, @unchecked Sendable {
    // Safe: the memory is only touched through atomic operations and the kernel's wait queue.

    private struct Words: ~Copyable {
        let value = Atomic<UInt32>(0)
        let sleepers = Atomic<UInt32>(0)
    }

    private let words: UnsafeMutablePointer<Words>

    /// How often a waiting thread looks before it sleeps: some ten microseconds in all.
    private static let looks = 1_000

    init() {
        words = .allocate(capacity: 1)
        words.initialize(to: Words())
    }

    deinit {
        words.deinitialize(count: 1)
        words.deallocate()
    }

    /// Sets the word while nobody waits on it.
    func store(_ value: UInt32) { words.pointee.value.store(value, ordering: .releasing) }

    /// Adds one and wakes every thread that sleeps.
    func advance() {
        words.pointee.value.wrappingAdd(1, ordering: .sequentiallyConsistent)
        wakeSleepers()
    }

    /// Takes one off and, at zero, wakes every thread that sleeps.
    func subtractOne() {
        let left = words.pointee.value.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        if left.newValue == 0 { wakeSleepers() }
    }

    /// Returns the first value seen that satisfies `condition`.
    @discardableResult
    func wait(until condition: (UInt32) -> Bool) -> UInt32 {
        for _ in 0..<Self.looks {
            let value = words.pointee.value.load(ordering: .acquiring)
            if condition(value) { return value }
            Kernels.relax()
        }
        words.pointee.sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { words.pointee.sleepers.wrappingSubtract(1, ordering: .relaxed) }
        while true {
            let value = words.pointee.value.load(ordering: .sequentiallyConsistent)
            if condition(value) { return value }
            Kernels.sleep(at: address, while: value)
        }
    }

    private func wakeSleepers() {
        if words.pointee.sleepers.load(ordering: .sequentiallyConsistent) != 0 {
            Kernels.wakeAll(at: address)
        }
    }

    /// Where the kernel finds the word.
    ///
    /// `value` is the first member and as wide as its number.
    private var address: UnsafePointer<UInt32> {
        UnsafePointer(UnsafeRawPointer(words).assumingMemoryBound(to: UInt32.self))
    }
}
