#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension BlobStore {
    /// How a file of the host became a blob without being copied.
    package enum Link: Sendable, Equatable, CaseIterable {
        /// The store had the content already.
        case present
        /// The blob shares the file's blocks; what is written to one is not seen in the other.
        case reflink
        /// The blob is another name of the file: writing to the file changes the blob.
        case hardLink
        /// The blob leads to the file: the blob is lost when the file is moved or removed.
        case symbolicLink
    }

    /// Makes a GGUF file of the host a blob where it lies: no content is copied.
    ///
    /// A reflink is tried first, then a hard link, then, for files of other file systems, a symbolic
    /// link. The file is read once for its digest; `progress` is told the bytes read and the bytes
    /// there are. Whoever writes to the file later damages the blob unless it is a reflink: a wrong
    /// size is noticed when the model is loaded, anything by `ModelStore.verify`.
    /// Throws: `notFound`, `noPermission`; `invalidRequest` for what is no regular file, no GGUF
    /// file or changes meanwhile; `readOnly`, `noSpace`.
    package func link(
        fileAt path: String,
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(StoreError) -> (receipt: Receipt, link: Link) {
        try link(fileAt: path, ways: [.reflink, .hardLink, .symbolicLink], progress: progress)
    }

    /// As above, with the ways to try, in order.
    func link(
        fileAt path: String,
        ways: [Link],
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(StoreError) -> (receipt: Receipt, link: Link) {
        let real = try FileSystem.realPath(path)
        let file = try Descriptor(opening: real, O_RDONLY | O_NOFOLLOW)
        let status = try linkableStatus(of: file, path)
        try FileSystem.makeFolder(paths.blobs)
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = "\(paths.blobs)/\(Self.temporaryPrefix)\(random)"
        do throws(StoreError) {
            let way = try makeLink(to: real, file, at: temporary, ways)
            let copy = try Descriptor(opening: temporary, O_RDONLY)
            let (digest, size) = try Self.hash(copy) { progress($0, status.size) }
            let after = try file.status()
            let identity = try copy.status().identity
            guard way == .reflink || identity == status.identity, size == status.size,
                after.size == size,
                after.modifiedAt == status.modifiedAt
            else { throw Self.unlinkable(path, "it was changed meanwhile") }
            let existed = self.size(of: digest) == size
            if existed {
                FileSystem.touch(self.path(of: digest))
            } else {
                try FileSystem.rename(temporary, to: self.path(of: digest))
            }
            // Renaming does nothing where both names are the same file's already.
            try FileSystem.remove(temporary)
            let receipt = Receipt(digest: digest, sizeBytes: size, existed: existed)
            return (receipt, existed ? .present : way)
        } catch {
            try? FileSystem.remove(temporary)
            throw error
        }
    }

    private func linkableStatus(
        of file: borrowing Descriptor,
        _ path: String
    ) throws(StoreError) -> FileStatus {
        let status = try file.status()
        guard status.kind == .file else {
            throw Self.unlinkable(path, "it is no regular file")
        }
        guard try file.read(upTo: 4, at: 0) == Array("GGUF".utf8) else {
            throw Self.unlinkable(path, "it is no GGUF file, and others have to be converted")
        }
        return status
    }

    /// Makes the link in the first way that the file system allows.
    private func makeLink(
        to real: String,
        _ file: borrowing Descriptor,
        at target: String,
        _ ways: [Link]
    ) throws(StoreError) -> Link {
        var number: Int32 = EOPNOTSUPP
        for way in ways {
            switch way {
            case .present: continue
            case .reflink: if try FileSystem.clone(file, to: target) { return way }
            case .hardLink:
                if linkFile(real, target) == 0 { return way }
                number = errno
            case .symbolicLink:
                if isInStore(real) {
                    throw Self.unlinkable(real, "it lies in the model store itself")
                }
                if symlink(real, target) == 0 { return way }
                number = errno
            }
            if [ENOSPC, EDQUOT, EROFS].contains(number) { break }
        }
        throw StoreError.system(number, "link a file", path: real, isWriting: true)
    }

    private func isInStore(_ real: String) -> Bool {
        guard let blobs = try? FileSystem.realPath(paths.blobs) else { return false }
        return real.hasPrefix(blobs + "/")
    }

    private static func unlinkable(_ path: String, _ reason: String) -> StoreError {
        StoreError(.invalidRequest, "\(path) cannot be linked: \(reason).")
    }
}

private func linkFile(_ source: String, _ target: String) -> Int32 { link(source, target) }
