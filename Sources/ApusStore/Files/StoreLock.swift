#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Proof that the store's lock is held; only `StoreLock` makes one.
///
/// Functions that need the lock take this value instead of taking the lock, so that it cannot be
/// forgotten nor taken twice.
struct HeldLock: ~Copyable {
    fileprivate init() {}
}

/// The lock that serialises writers of one store, between threads and between processes.
///
/// An advisory `flock` on a file of its own, released by the system when the holder dies. Readers
/// take none: everything they see was put in place by a rename.
struct StoreLock: Sendable {
    let path: String
    /// How long to wait for another writer before giving up.
    let patience: Duration

    /// Runs `body` while no other writer runs.
    ///
    /// Blocks the thread for at most `patience`. Throws: `busy` after that; `readOnly` when the
    /// store cannot be written to.
    func withLock<Result>(
        _ body: (borrowing HeldLock) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let file = try open()
        try wait(for: file)
        return try body(HeldLock())
    }

    private func open() throws(StoreError) -> Descriptor {
        if let slash = path.lastIndex(of: "/") {
            try FileSystem.makeFolder(String(path[..<slash]))
        }
        return try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o644)
    }

    private func wait(for file: borrowing Descriptor) throws(StoreError) {
        let start = ContinuousClock.now
        var pause: UInt32 = 500
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw StoreError.system(errno, "lock a file", path: path, isWriting: true)
            }
            guard ContinuousClock.now - start < patience else {
                throw StoreError(
                    .busy,
                    "Another process has been changing the model store for too long.",
                    detail: path
                )
            }
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
    }
}
