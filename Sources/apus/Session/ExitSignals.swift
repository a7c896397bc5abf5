internal import ApusStore
internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What SIGINT, SIGTERM and SIGHUP do to a command: it ends at once, the terminal is as it was and
/// no unfinished file is left.
///
/// Runners of this process notice its end by themselves. The status is that of a process that the
/// signal killed, as shells report it: 130 after Ctrl-C.
enum ExitSignals {
    private static let mode = Mutex<TerminalMode?>(nil)
    private static let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Begins to watch.
    static func install() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            sources.withLock { $0.append(source(for: number)) }
        }
    }

    /// Sets which terminal is put back at such an end.
    static func restoring(_ mode: TerminalMode?) {
        self.mode.withLock { $0 = mode }
    }

    private static func source(for number: Int32) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { end(number) }
        source.resume()
        return source
    }

    private static func end(_ number: Int32) {
        mode.withLock { $0?.restore() }
        UnfinishedFiles.removeAll()
        // Not `exit`: other threads are at work and must not see what they use taken down.
        _exit(128 + number)
    }
}
