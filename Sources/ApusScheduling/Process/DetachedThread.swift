#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// A thread of its own for work that blocks: Swift's cooperative threads must not.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread that nobody joins.
    ///
    /// Throws: `internalError` when the system has no more threads.
    static func start(_ body: @escaping @Sendable () -> Void) throws(SchedulingError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let box = Unmanaged.passRetained(Body(body))
        #if canImport(Darwin)
        var thread: pthread_t?
        let code = pthread_create(&thread, &attributes, entry, box.toOpaque())
        #else
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, entry, box.toOpaque())
        #endif
        guard code == 0 else {
            box.release()
            throw SchedulingError(
                .internalError,
                "No thread could be started: \(SystemCall.describe(code))."
            )
        }
    }

    #if canImport(Darwin)
    private static let entry: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? =
        {
            Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run()
            return nil
        }
    #else
    private static let entry:
        @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { box in
            if let box { Unmanaged<Body>.fromOpaque(box).takeRetainedValue().run() }
            return nil
        }
    #endif
}
