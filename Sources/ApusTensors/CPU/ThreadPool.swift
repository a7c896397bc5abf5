#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A fixed set of threads that share out the items of one job at a time.
///
/// The caller takes part, so a pool of n threads starts n - 1. Items are taken one by one from a
/// counter, so that a thread which the system suspends delays only the item in its hands. Between
/// jobs a thread spins for a moment, because the next job of a step follows within microseconds,
/// and then sleeps. One thread at a time may call `run`.
final class ThreadPool {
    /// Threads that take part in a job, the caller included.
    let threads: Int
    private let crew: Crew
    private var handles: [pthread_t] = []

    /// Starts the threads; fewer than asked for when the system refuses more.
    init(threads wanted: Int) {
        precondition(wanted > 0, "a pool needs a thread, got \(wanted)")
        let crew = Crew()
        for index in 1..<wanted + 1 where index < wanted {
            guard let handle = crew.startThread(index: index) else { break }
            handles.append(handle)
        }
        threads = handles.count + 1
        crew.workers = UInt32(handles.count)
        self.crew = crew
    }

    deinit {
        crew.stop()
        for handle in handles { pthread_join(handle, nil) }
    }

    /// Calls `body` once for every item below `items`, and returns when all calls have returned.
    ///
    /// `body` gets the item and the index of the thread it runs on, below `threads`; it must not
    /// depend on the order.
    func run(_ items: Int, _ body: (_ item: Int, _ thread: Int) -> Void) {
        if threads == 1 || items < 2 {
            for item in 0..<items { body(item, 0) }
        } else {
            withoutActuallyEscaping(body) { crew.run(items, $0) }
        }
    }
}
