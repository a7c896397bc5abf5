internal import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The few file operations that the store needs, with the store's errors.
enum FileSystem {
    /// The whole content of a regular file of at most `limit` bytes.
    ///
    /// Throws: `tooLarge` beyond the limit; `corruptManifest` is left to callers: what is no
    /// regular file is `system`.
    static func contents(
        of path: String,
        limit: Int,
        following: Bool = false
    ) throws(StoreError) -> (bytes: [UInt8], status: FileStatus) {
        let file = try Descriptor(opening: path, O_RDONLY | (following ? 0 : O_NOFOLLOW))
        let status = try file.status()
        guard status.kind == .file else {
            throw StoreError(.system, "Something in the store is no regular file.", detail: path)
        }
        guard status.size <= Int64(limit) else {
            throw StoreError(
                .tooLarge,
                "A file of \(status.size) bytes is beyond the limit of \(limit).",
                detail: path
            )
        }
        var bytes: [UInt8] = []
        // The file may grow while it is read: the limit holds for what arrives, not for the size.
        while bytes.count <= limit {
            let chunk = try file.read(upTo: min(limit + 1 - bytes.count, 1 << 20))
            if chunk.isEmpty { return (bytes, status) }
            bytes += chunk
        }
        throw StoreError(.tooLarge, "A file is beyond the limit of \(limit) bytes.", detail: path)
    }

    /// The first bytes of a regular file, fewer when it is shorter.
    static func prefix(of path: String, count: Int) throws(StoreError) -> [UInt8] {
        let file = try Descriptor(opening: path, O_RDONLY)
        guard try file.status().kind == .file else { return [] }
        return try file.read(upTo: count)
    }

    /// The names in a folder, sorted, without `.` and `..`; none when the folder does not exist.
    static func names(in folder: String) throws(StoreError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw StoreError.system(errno, "list a folder", path: folder, isWriting: false)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: String) throws(StoreError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw StoreError.system(errno, "make a folder", path: path, isWriting: true)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw StoreError.system(errno, "make a folder", path: path, isWriting: true)
        }
    }

    /// Removes a file or a link; that it is gone already is no error.
    static func remove(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw StoreError.system(errno, "remove a file", path: path, isWriting: true)
        }
    }

    /// The absolute path without links, `.` and `..`.
    static func realPath(_ path: String) throws(StoreError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw StoreError.system(errno, "find a file", path: path, isWriting: false)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Makes `target` a new file that shares the blocks of `source`; false, and nothing is made,
    /// where the file system cannot (ioctl_ficlone(2), clonefile(2)).
    ///
    /// Throws: `noSpace`, `readOnly`.
    static func clone(_ source: borrowing Descriptor, to target: String) throws(StoreError) -> Bool
    {
        #if canImport(Darwin)
        if fclonefileat(source.number, AT_FDCWD, target, 0) == 0 { return true }
        let failure = errno
        #else
        let file = try Descriptor(
            opening: target,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
            mode: 0o644
        )
        // FICLONE: _IOW(0x94, 9, int)
        if ioctl(file.number, 0x4004_9409, source.number) == 0 {
            do {
                try file.synchronize()
            } catch {
                try? remove(target)
                throw error
            }
            return true
        }
        let failure = errno
        try remove(target)
        #endif
        guard ![ENOSPC, EDQUOT, EROFS].contains(failure) else {
            throw StoreError.system(failure, "clone a file", path: target, isWriting: true)
        }
        return false
    }

    /// Removes a folder if it is empty, and says whether it did.
    @discardableResult
    static func removeEmptyFolder(_ path: String) -> Bool { rmdir(path) == 0 }

    /// Moves a file in place of another, then makes the folder's entry durable.
    static func rename(_ source: String, to target: String) throws(StoreError) {
        guard moveFile(source, target) == 0 else {
            throw StoreError.system(errno, "rename a file", path: target, isWriting: true)
        }
        if let slash = target.lastIndex(of: "/"), slash > target.startIndex {
            // Not every file system can synchronize a folder; the rename itself is done.
            let folder = try Descriptor(opening: String(target[..<slash]), O_RDONLY | O_DIRECTORY)
            _ = fsync(folder.number)
        }
    }

    /// Marks a file as just used, so that pruning leaves it alone for a while.
    ///
    /// Of a link it is the link that is marked, not the file that it leads to.
    static func touch(_ path: String) {
        _ = utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW)
    }

    /// Bytes that this user may still write where `path` lies; nil when that is unknown.
    static func freeBytes(at path: String) -> Int64? {
        var information = statvfs()
        guard statvfs(path, &information) == 0 else { return nil }
        let (bytes, overflowed) = UInt64(information.f_bavail)
            .multipliedReportingOverflow(by: UInt64(information.f_frsize))
        return overflowed ? nil : Int64(clamping: bytes)
    }
}

private func moveFile(_ source: String, _ target: String) -> Int32 { rename(source, target) }
