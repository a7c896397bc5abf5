private import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension ThreadPool {
    /// What the threads of a pool share.
    ///
    /// A job starts when `generation` advances and is over when `busy` is back at zero. Whoever
    /// waits counts itself in `sleepers` before it sleeps, so that nobody pays for a wake-up call
    /// that no one needs.
    final class Crew: @unchecked Sendable {
        // Safe: `body`, `items` and `workers` are written only between jobs, before `generation`
        // advances with release order, and read by workers after they saw it with acquire order.
        // `run` returns only when `busy` is zero, that is when no worker uses them any more.

        /// Number of threads besides the caller.
        var workers: UInt32 = 0
        private var body: ((Int, Int) -> Void)?
        private var items = 0

        private let generation = WaitWord()
        private let busy = WaitWord()
        private let next = Atomic<Int>(0)
        private let stopping = Atomic<Bool>(false)

        /// Shares out one job and takes part in it.
        func run(_ items: Int, _ body: @escaping (Int, Int) -> Void) {
            self.items = items
            self.body = body
            next.store(0, ordering: .relaxed)
            busy.store(workers)
            generation.advance()
            work(thread: 0)
            busy.wait(until: { $0 == 0 })
            self.body = nil
        }

        /// Ends the threads; they are not to be given another job.
        func stop() {
            stopping.store(true, ordering: .releasing)
            generation.advance()
        }

        /// A thread that takes part in every job as number `index`; nil when there can be none.
        func startThread(index: Int) -> pthread_t? {
            let start = Unmanaged.passRetained(Start(crew: self, index: index))
            #if canImport(Darwin)
            var handle: pthread_t?
            #else
            var handle = pthread_t()
            #endif
            let failure = pthread_create(&handle, nil, Self.main, start.toOpaque())
            guard failure == 0 else {
                start.release()
                return nil
            }
            return handle
        }

        private final class Start {
            let crew: Crew
            let index: Int

            init(crew: Crew, index: Int) {
                self.crew = crew
                self.index = index
            }
        }

        #if canImport(Darwin)
        private typealias Argument = UnsafeMutableRawPointer
        #else
        private typealias Argument = UnsafeMutableRawPointer?
        #endif

        private static let main: @convention(c) (Argument) -> UnsafeMutableRawPointer? = {
            let argument: UnsafeMutableRawPointer? = $0
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.crew.serve(thread: start.index)
            return nil
        }

        private func serve(thread: Int) {
            var seen: UInt32 = 0
            while true {
                let last = seen
                seen = generation.wait(until: { $0 != last })
                if stopping.load(ordering: .acquiring) { return }
                work(thread: thread)
                busy.subtractOne()
            }
        }

        private func work(thread: Int) {
            guard let body else { return }
            while true {
                let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if item >= items { return }
                body(item, thread)
            }
        }
    }
}
