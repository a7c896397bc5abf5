#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// An open file that is closed when this value goes away.
struct Descriptor: ~Copyable {
    let number: Int32
    /// For error details only.
    let path: String

    /// Opens `path`; never waits for a pipe's other end and never survives into child processes.
    ///
    /// Throws: by the system's reason, see `StoreError.system`.
    init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(StoreError) {
        let number = open(path, flags | O_CLOEXEC | O_NONBLOCK, mode)
        guard number >= 0 else {
            let isWriting = flags & O_ACCMODE != O_RDONLY
            throw StoreError.system(errno, "open a file", path: path, isWriting: isWriting)
        }
        self.number = number
        self.path = path
    }

    deinit { _ = close(number) }

    /// Size, type and times of the open file.
    func status() throws(StoreError) -> FileStatus {
        var raw = stat()
        guard fstat(number, &raw) == 0 else {
            throw StoreError.system(errno, "examine a file", path: path, isWriting: false)
        }
        return FileStatus(raw)
    }

    /// Reads up to `count` bytes; an empty result is the end of the file.
    func read(upTo count: Int) throws(StoreError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while true {
                let got = readBytes(number, buffer.baseAddress, count)
                if got >= 0 {
                    filled = got
                    return
                }
                guard errno == EINTR else {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else {
            throw StoreError.system(failure, "read a file", path: path, isWriting: false)
        }
        return bytes
    }

    /// Writes all of `bytes`.
    ///
    /// Throws: `noSpace` when the disk or a quota is full.
    func write(_ bytes: RawSpan) throws(StoreError) {
        let failure: Int32 = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = writeBytes(
                    number,
                    buffer.baseAddress?.advanced(by: done),
                    buffer.count - done
                )
                if count >= 0 {
                    done += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        guard failure == 0 else {
            throw StoreError.system(failure, "write a file", path: path, isWriting: true)
        }
    }

    /// Reads up to `count` bytes from `offset`; fewer at the end of the file.
    func read(upTo count: Int, at offset: Int64) throws(StoreError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    number,
                    buffer.baseAddress?.advanced(by: filled),
                    count - filled,
                    off_t(offset) + off_t(filled)
                )
                if got == 0 { return }
                if got > 0 {
                    filled += got
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else {
            throw StoreError.system(failure, "read a file", path: path, isWriting: false)
        }
        return bytes
    }

    /// Writes all of `bytes` at `offset`.
    ///
    /// Throws: `noSpace` when the disk or a quota is full.
    func write(_ bytes: RawSpan, at offset: Int64) throws(StoreError) {
        let failure: Int32 = bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = pwrite(
                    number,
                    buffer.baseAddress?.advanced(by: done),
                    buffer.count - done,
                    off_t(offset) + off_t(done)
                )
                if count >= 0 {
                    done += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        guard failure == 0 else {
            throw StoreError.system(failure, "write a file", path: path, isWriting: true)
        }
    }

    /// Gives the file this size, with room on the disk for all of it where the system can say so.
    ///
    /// Throws: `noSpace`.
    func reserve(_ size: Int64) throws(StoreError) {
        guard ftruncate(number, off_t(size)) == 0 else {
            throw StoreError.system(errno, "size a file", path: path, isWriting: true)
        }
        #if os(Linux)
        guard size > 0 else { return }
        var failure = posix_fallocate(number, 0, off_t(size))
        while failure == EINTR { failure = posix_fallocate(number, 0, off_t(size)) }
        // Not every file system can; writing will tell.
        guard failure == 0 || failure == EOPNOTSUPP || failure == EINVAL else {
            throw StoreError.system(failure, "reserve room for a file", path: path, isWriting: true)
        }
        #endif
    }

    /// Opens or makes a file to append to, and takes its lock; nil when somebody else has it.
    ///
    /// The lock is held for as long as the file is open, at most as long as the process lives.
    static func locked(_ path: String) throws(StoreError) -> Descriptor? {
        while true {
            let file = try Descriptor(
                opening: path,
                O_RDWR | O_CREAT | O_NOFOLLOW | O_APPEND,
                mode: 0o600
            )
            guard try file.tryLock() else { return nil }
            // Whoever had the lock before may have finished and removed the file meanwhile.
            if FileStatus.of(path)?.identity == (try file.status()).identity { return file }
        }
    }

    /// Takes the file's lock unless somebody has it.
    func tryLock() throws(StoreError) -> Bool {
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else {
                throw StoreError.system(errno, "lock a file", path: path, isWriting: true)
            }
        }
        return true
    }

    /// Waits until what was written would survive a loss of power.
    func synchronize() throws(StoreError) {
        guard fsync(number) == 0 else {
            throw StoreError.system(errno, "synchronize a file", path: path, isWriting: true)
        }
    }

    /// Sets the permission bits.
    func setMode(_ mode: mode_t) throws(StoreError) {
        guard fchmod(number, mode) == 0 else {
            throw StoreError.system(errno, "set the mode of a file", path: path, isWriting: true)
        }
    }
}

// Members named `read` and `write` hide the system's functions inside the type.
private func readBytes(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, buffer, count)
}

private func writeBytes(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, buffer, count)
}

extension StoreError {
    /// The error for a value of `errno`: `noSpace`, `notFound`, `noPermission`, `readOnly` (when
    /// `isWriting`) or `system`.
    static func system(
        _ number: Int32,
        _ action: String,
        path: String,
        isWriting: Bool
    ) -> StoreError {
        let detail = "\(path): \(String(cString: strerror(number)))"
        switch number {
        case ENOSPC, EDQUOT:
            return StoreError(.noSpace, "The disk of the model store is full.", detail: detail)
        case EROFS where isWriting, EACCES where isWriting, EPERM where isWriting:
            return StoreError(.readOnly, "The model store is read-only.", detail: detail)
        case EACCES, EPERM:
            return StoreError(.noPermission, "No permission to \(action).", detail: detail)
        case ENOENT, ENOTDIR, ENAMETOOLONG:
            return StoreError(
                .notFound,
                "Could not \(action): there is no such file.",
                detail: detail
            )
        default:
            return StoreError(.system, "Could not \(action).", detail: detail)
        }
    }
}
