internal import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the file system says about a file.
struct FileStatus: Sendable {
    enum Kind: Sendable {
        case file
        case folder
        case link
        /// A device, pipe or socket.
        case other
    }

    let kind: Kind
    let size: Int64
    let modifiedAt: Date
    /// Tells the file from all others that exist now.
    let identity: [UInt64]

    init(_ raw: stat) {
        switch raw.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        size = Int64(raw.st_size)
        identity = [UInt64(truncatingIfNeeded: raw.st_dev), UInt64(truncatingIfNeeded: raw.st_ino)]
        #if canImport(Darwin)
        let time = raw.st_mtimespec
        #else
        let time = raw.st_mtim
        #endif
        modifiedAt = Date(
            timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
        )
    }

    /// Whether the file was changed less than `age` before `now`.
    func isYounger(than age: Duration, at now: Date) -> Bool {
        Duration.seconds(now.timeIntervalSince(modifiedAt)) < age
    }

    /// What `path` is; nil when nothing is there.
    ///
    /// `following` says whether a symbolic link is looked through.
    static func of(_ path: String, following: Bool = false) -> FileStatus? {
        var raw = stat()
        let result = following ? stat(path, &raw) : lstat(path, &raw)
        return result == 0 ? FileStatus(raw) : nil
    }
}
