import CApusKernels
import Synchronization
import Testing

/// Dispatch, and what Swift cannot reach.
@Suite struct SystemTests {
    @Test func tablesAscendAndAreMaskable() {
        var isas = [ck_isa](repeating: CK_ISA_ANY, count: 8)
        let count = ck_available_isas(&isas, isas.count)
        #expect(isas[0] == CK_ISA_SCALAR)
        for index in 0..<count {
            let table = ck_kernels_for(isas[index]).pointee
            #expect(table.isa == isas[index])
            #expect(ck_isa_named(table.name) == isas[index])
        }
        #expect(ck_best_isa() == isas[count - 1])
        #expect(ck_isa_named("mmx") == CK_ISA_ANY)
    }

    @Test func unknownFormatsHaveNoKernels() {
        let table = ck_kernels_for(CK_ISA_ANY)
        #expect(ck_format(table, 5) == nil)
        #expect(ck_format(table, UInt32.max) == nil)
        #expect(ck_format(table, UInt32(CK_FORMAT_SLOTS)) == nil)
    }

    @Test func neighbouringRowsFallIntoDifferentCacheSets() throws {
        for code in [CK_F32, CK_Q8_0, CK_Q4_K] {
            let format = try #require(ck_format(ck_kernels_for(CK_ISA_ANY), UInt32(code))).pointee
            for n in [256, 2048, 4096] {
                #expect(format.activation_bytes(n) % 128 == 64)
            }
        }
    }

    @Test func featuresFitAndAreCut() {
        let length = ck_cpu_features(nil, 0)
        #expect(length > 0)
        var text = [CChar](repeating: 1, count: 4)
        #expect(ck_cpu_features(&text, 4) == length)
        #expect(text[3] == 0)
        #expect(ck_usable_cpus() >= 1)
    }

    @Test func waitReturnsWhenTheWordDiffersOrTimeIsUp() {
        let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
        defer { word.deallocate() }
        word.initialize(to: 7)
        ck_wait(word, 8, 0)
        let clock = ContinuousClock()
        let elapsed = clock.measure { ck_wait(word, 7, 5_000_000) }
        #expect(elapsed < .seconds(5))
    }

    @Test func wakeEndsAWait() async {
        let word = SharedWord()
        async let waiter: Void = Task.detached { word.waitForChange() }.value
        word.change()
        await waiter
        #expect(word.value == 1)
    }
}

/// A word two threads share.
private final class SharedWord: @unchecked Sendable {
    // Safe: the word is only reached through atomic operations.
    private let atomic = UnsafeMutablePointer<Atomic<UInt32>>.allocate(capacity: 1)

    init() {
        atomic.initialize(to: Atomic(0))
    }

    deinit {
        atomic.deinitialize(count: 1)
        atomic.deallocate()
    }

    var value: UInt32 { atomic.pointee.load(ordering: .acquiring) }

    private var address: UnsafePointer<UInt32> {
        UnsafeRawPointer(atomic).assumingMemoryBound(to: UInt32.self)
    }

    func waitForChange() {
        while value == 0 {
            ck_wait(address, 0, 0)
        }
    }

    func change() {
        atomic.pointee.store(1, ordering: .releasing)
        ck_wake_all(address)
    }
}
