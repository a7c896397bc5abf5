#if canImport(Glibc)
private import Glibc
#else
private import Darwin
#endif

/// Plain threads for benchmarks.
enum Threads {
    /// Time until `body(0)` … `body(count - 1)` have all returned, each on its own thread.
    ///
    /// One thread is timed by the processor time it used, which a busy machine does not change;
    /// several by the clock on the wall.
    static func seconds(_ count: Int, _ body: @escaping (Int) -> Void) -> Double {
        if count == 1 {
            let start = processorSeconds()
            body(0)
            return processorSeconds() - start
        }
        let clock = ContinuousClock()
        let duration = clock.measure {
            let threads = (1..<count).map { start(Job(index: $0, body: body)) }
            body(0)
            for thread in threads {
                if let thread {
                    pthread_join(thread, nil)
                }
            }
        }
        return duration / .seconds(1)
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }

    private final class Job {
        let index: Int
        let body: (Int) -> Void

        init(index: Int, body: @escaping (Int) -> Void) {
            self.index = index
            self.body = body
        }
    }

    private static func start(_ job: Job) -> pthread_t? {
        #if canImport(Glibc)
        var thread = pthread_t()
        #else
        var thread: pthread_t?
        #endif
        let context = Unmanaged.passRetained(job).toOpaque()
        let result = pthread_create(&thread, nil, run, context)
        return result == 0 ? thread : nil
    }

    #if canImport(Glibc)
    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
        {
            context in
            if let context {
                let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
                job.body(job.index)
            }
            return nil
        }
    #else
    private static let run: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
        context in
        let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
        job.body(job.index)
        return nil
    }
    #endif
}
