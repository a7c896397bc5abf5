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
    /// When content or attributes were last changed: at the latest when the file got this name.
    let changedAt: Date
    /// Names that the file has.
    let linkCount: UInt64
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
        linkCount = UInt64(truncatingIfNeeded: raw.st_nlink)
        #if canImport(Darwin)
        modifiedAt = Date(raw.st_mtimespec)
        changedAt = Date(raw.st_ctimespec)
        #else
        modifiedAt = Date(raw.st_mtim)
        changedAt = Date(raw.st_ctim)
        #endif
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

extension Date {
    fileprivate init(_ time: timespec) {
        self.init(
            timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
        )
    }
}
