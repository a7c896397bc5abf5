package import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension ModelStore {
    /// Who uploads a blob.
    package enum UploadClaim: Sendable {
        /// Another process or task, which has sent so many bytes.
        case busy(completedBytes: Int64)
        /// The caller, who keeps the upload until it lets the journal go.
        case claimed(UploadJournal)
    }

    /// Records of unfinished uploads that are kept; the oldest make room.
    static let maximumUploads = 256

    /// Takes the upload of a blob to `place`, unless somebody is at it.
    ///
    /// `place` is any text that tells registries and repositories apart. What is known of an earlier
    /// attempt is in the journal's `steps`, for as long as an unfinished download is kept.
    /// Throws: `readOnly`, `noSpace`, `system`: the upload can be done without a record then.
    package func claimUpload(
        of digest: Digest,
        sizeBytes: Int64,
        to place: String,
        now: Date = Date()
    ) throws(StoreError) -> UploadClaim {
        try makeUploadFolder()
        let path = paths.uploadPath(of: digest, to: place)
        let before = FileStatus.of(path)
        if before == nil { try makeRoomForUpload() }
        guard let file = try Descriptor.locked(path) else {
            return .busy(
                completedBytes: UploadJournal.completedBytes(at: path, digest, sizeBytes: sizeBytes)
            )
        }
        let age = before.map { Duration.seconds(now.timeIntervalSince($0.modifiedAt)) } ?? .zero
        return .claimed(
            try UploadJournal(
                file,
                digest,
                sizeBytes: sizeBytes,
                isExpired: age >= Self.partialGrace
            )
        )
    }

    /// Removes the record of an upload that turned out to be done, unless somebody is at it.
    ///
    /// Throws: `readOnly`, `system`.
    package func forgetUpload(of digest: Digest, to place: String) throws(StoreError) {
        let path = paths.uploadPath(of: digest, to: place)
        guard FileStatus.of(path) != nil, let file = try Descriptor.locked(path) else { return }
        try FileSystem.remove(file.path)
    }

    private func makeUploadFolder() throws(StoreError) {
        let folder = paths.uploads
        try FileSystem.makeFolder(folder)
        guard FileStatus.of(folder)?.kind == .folder else {
            throw StoreError(.system, "The folder of uploads is no folder.", detail: folder)
        }
        guard chmod(folder, 0o700) == 0 else {
            throw StoreError.system(
                errno,
                "set the mode of a folder",
                path: folder,
                isWriting: true
            )
        }
    }

    /// Removes the oldest records until there is room for one more.
    private func makeRoomForUpload() throws(StoreError) {
        let names = try FileSystem.names(in: paths.uploads)
        guard names.count >= Self.maximumUploads else { return }
        let files = names.compactMap { name in
            FileStatus.of("\(paths.uploads)/\(name)").map { (name, $0.modifiedAt) }
        }
        let oldest = files.sorted { $0.1 < $1.1 }.prefix(names.count - Self.maximumUploads + 1)
        for (name, _) in oldest { try FileSystem.remove("\(paths.uploads)/\(name)") }
    }
}
