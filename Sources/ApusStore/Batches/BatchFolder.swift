#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The files of message batches.
///
/// ```
/// root/batches/<id>.json       what is known of a batch; a batch without it does not exist
/// root/batches/<id>.requests   its requests, a JSON text a line, until it has ended
/// root/batches/<id>.results    its results so far, a JSON text a line, in the requests' order
/// root/batches/lock            held as long as this value lives
/// ```
/// Only the owner may read them: they hold what people said. Records are replaced in one step,
/// results only grow, and what a crash leaves behind is put right when the folder is opened. All
/// calls block on the disk. Calls for the same batch must not overlap; readers may.
package final class BatchFolder: Sendable {
    /// The files of a batch.
    package enum Part: String, Sendable, CaseIterable {
        case record = "json"
        case requests, results
    }

    /// The longest record that is read.
    private static let maximumRecordBytes = 1 << 20

    private let path: String
    private let lock: Descriptor

    /// Opens the folder at `path`, making it if need be, for this process alone.
    ///
    /// Throws: `busy` when another process has it; `readOnly`, `noSpace`, `system`.
    package init(path: String) throws(StoreError) {
        try FileSystem.makeFolder(path)
        guard chmod(path, 0o700) == 0 else {
            throw StoreError.system(errno, "set the mode of a folder", path: path, isWriting: true)
        }
        let lock = try Descriptor(
            opening: path + "/lock",
            O_RDWR | O_CREAT | O_NOFOLLOW,
            mode: 0o600
        )
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            throw StoreError(.busy, "Another server works on the batches of this store.")
        }
        self.path = path
        self.lock = lock
    }

    /// Whether there is such a folder, so that opening it is worth while.
    package static func exists(at path: String) -> Bool { FileStatus.of(path)?.kind == .folder }

    /// The batches there are; what is left of others is removed.
    package func identifiers() throws(StoreError) -> [BatchIdentifier] {
        var found: Set<BatchIdentifier> = []
        var others: [String] = []
        for name in try FileSystem.names(in: path) where name != "lock" {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2, Part(rawValue: parts[1]) == .record,
                let identifier = BatchIdentifier(parts[0])
            {
                found.insert(identifier)
            } else {
                others.append(name)
            }
        }
        for name in others {
            let owner = name.split(separator: ".").first.flatMap { BatchIdentifier(String($0)) }
            let isLeftover = name.hasPrefix(AtomicFile.prefix) || owner != nil
            if isLeftover, owner.map({ !found.contains($0) }) ?? true {
                try FileSystem.remove("\(path)/\(name)")
            }
        }
        return found.sorted()
    }

    /// Makes a batch; it exists when its record is in place.
    ///
    /// Throws: `readOnly`, `noSpace`, `system`; nothing is left then.
    package func create(
        _ identifier: BatchIdentifier,
        record: [UInt8],
        requests: [UInt8]
    ) throws(StoreError) {
        do {
            try write(requests, to: .requests, of: identifier)
            try write(record, to: .record, of: identifier)
        } catch {
            try? remove(identifier)
            throw error
        }
    }

    /// The record of a batch.
    ///
    /// Throws: `notFound`, `tooLarge`, `system`.
    package func record(of identifier: BatchIdentifier) throws(StoreError) -> [UInt8] {
        try FileSystem.contents(
            of: file(.record, of: identifier),
            limit: Self.maximumRecordBytes
        ).bytes
    }

    /// Replaces the record of a batch in one step.
    package func replaceRecord(
        of identifier: BatchIdentifier,
        with record: [UInt8]
    ) throws(StoreError) {
        try write(record, to: .record, of: identifier)
    }

    /// Adds whole lines to the results and makes them durable.
    package func append(
        _ lines: [UInt8],
        toResultsOf identifier: BatchIdentifier
    ) throws(StoreError) {
        let file = try Descriptor(
            opening: file(.results, of: identifier),
            O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW,
            mode: 0o600
        )
        try file.write(lines.span.bytes)
        try file.synchronize()
    }

    /// Shortens the results to `bytes`, the end of the last whole line.
    package func cutResults(
        of identifier: BatchIdentifier,
        to bytes: Int64
    ) throws(StoreError) {
        let path = file(.results, of: identifier)
        guard FileStatus.of(path) != nil else { return }
        let file = try Descriptor(opening: path, O_WRONLY | O_NOFOLLOW)
        guard ftruncate(file.number, off_t(bytes)) == 0 else {
            throw StoreError.system(errno, "shorten a file", path: path, isWriting: true)
        }
        try file.synchronize()
    }

    /// Reads the requests or results of a batch from their beginning.
    ///
    /// Throws: `notFound` when there are none; `system` for what is no regular file.
    package func reader(
        of part: Part,
        _ identifier: BatchIdentifier
    ) throws(StoreError) -> BatchReader {
        try BatchReader(path: file(part, of: identifier))
    }

    /// Bytes that a batch takes.
    package func size(of identifier: BatchIdentifier) -> Int64 {
        Part.allCases.reduce(0) { sum, part in
            sum + (FileStatus.of(file(part, of: identifier))?.size ?? 0)
        }
    }

    /// Removes one file of a batch; that it is gone already is no error.
    package func remove(_ part: Part, of identifier: BatchIdentifier) throws(StoreError) {
        try FileSystem.remove(file(part, of: identifier))
    }

    /// Removes a batch; with its record it ceases to exist.
    package func remove(_ identifier: BatchIdentifier) throws(StoreError) {
        for part in Part.allCases { try remove(part, of: identifier) }
    }

    private func file(_ part: Part, of identifier: BatchIdentifier) -> String {
        "\(path)/\(identifier).\(part.rawValue)"
    }

    private func write(
        _ bytes: [UInt8],
        to part: Part,
        of identifier: BatchIdentifier
    ) throws(StoreError) {
        try AtomicFile.write(bytes, to: file(part, of: identifier), mode: 0o600)
    }
}
