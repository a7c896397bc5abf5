internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The temporary files of this process, so that a process that ends by a signal leaves none.
package enum UnfinishedFiles {
    private struct State {
        var paths: Set<String> = []
        var isOver = false
    }

    private static let state = Mutex(State())

    /// Removes all of them; no new ones can be started, since the process is about to end.
    package static func removeAll() {
        state.withLock { state in
            for path in state.paths { _ = unlink(path) }
            state = State(isOver: true)
        }
    }

    /// Notes a file that is about to be made.
    ///
    /// Throws: `system` when the process is about to end.
    static func add(_ path: String) throws(StoreError) {
        try state.withLock { state throws(StoreError) in
            if state.isOver { throw StoreError(.system, "The process is about to end.") }
            state.paths.insert(path)
        }
    }

    /// Forgets a file that has its final name or is gone.
    static func forget(_ path: String) {
        state.withLock { state in _ = state.paths.remove(path) }
    }
}
