#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The record of an unfinished upload: where a registry takes it, and the pieces it has taken.
///
/// ```
/// apus-upload 1 <bytes of the blob> sha256:<64 hex digits>
/// 0 - <URL of the upload>
/// <end of a piece> <MD5 of the piece, 32 hex digits, or -> <URL for the next one>
/// ...
/// ```
///
/// Only the owner may read it, for a URL may be all that authorizes an upload. A line is appended in
/// one write once the registry has taken the piece; what cannot be read counts as not there. The
/// file's lock belongs to the one who uploads. All calls block on the disk. Thread-safe.
package final class UploadJournal: Sendable {
    /// A piece that the registry has taken, or at 0 the beginning.
    package struct Step: Sendable, Equatable {
        /// Bytes of the blob up to here.
        package let end: Int64
        /// The MD5 of the piece that ends here, in hexadecimal; nil where nobody needs it.
        package let checksum: String?
        /// Where the upload goes on.
        package let location: String

        /// A step of an upload.
        package init(end: Int64, checksum: String?, location: String) {
            self.end = end
            self.checksum = checksum
            self.location = location
        }
    }

    private static let mark = "apus-upload 1"
    /// Longest journal that is read, in bytes.
    private static let maximumBytes: Int64 = 16 << 20
    /// Longest URL, in bytes.
    private static let maximumLocationBytes = 8 << 10

    /// The steps of an earlier attempt; none when there was no such attempt.
    package let steps: [Step]
    private let file: Descriptor
    private let header: String

    /// The journal in a file whose lock is held; `isExpired` says to forget what it holds.
    init(
        _ file: consuming Descriptor,
        _ digest: Digest,
        sizeBytes: Int64,
        isExpired: Bool
    ) throws(StoreError) {
        header = "\(Self.mark) \(sizeBytes) \(digest)"
        steps = isExpired ? [] : try Self.steps(in: file, header, sizeBytes)
        self.file = file
    }

    /// Begins the record anew, for an upload that the registry has just opened.
    package func begin(at location: String) {
        keep { () throws(StoreError) in
            guard ftruncate(file.number, 0) == 0 else {
                throw StoreError.system(errno, "empty a file", path: file.path, isWriting: true)
            }
            try append("\(header)\n0 - \(location)\n", location)
        }
    }

    /// Records a piece that the registry has taken.
    package func record(_ step: Step) {
        keep { () throws(StoreError) in
            let line = "\(step.end) \(step.checksum ?? "-") \(step.location)\n"
            try append(line, step.location)
        }
    }

    /// Removes the record: the upload is done or lost.
    package func remove() { try? FileSystem.remove(file.path) }

    /// The last bytes that the record at `path` knows of, whoever writes it; 0 without one.
    static func completedBytes(
        at path: String,
        _ digest: Digest,
        sizeBytes: Int64
    ) -> Int64 {
        guard let file = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW),
            let steps = try? steps(in: file, "\(mark) \(sizeBytes) \(digest)", sizeBytes)
        else { return 0 }
        return steps.last?.end ?? 0
    }

    /// Does what changes the file.
    ///
    /// The record only saves time: where it cannot be kept, as on a full disk, there is none.
    private func keep(_ change: () throws(StoreError) -> Void) {
        do { try change() } catch { remove() }
    }

    private func append(_ line: String, _ location: String) throws(StoreError) {
        guard Self.isLocation(location) else {
            throw StoreError(.invalidRequest, "An upload's URL cannot be recorded.")
        }
        try file.write(Array(line.utf8).span.bytes)
    }

    private static func isLocation(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumLocationBytes
            && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    }

    private static func steps(
        in file: borrowing Descriptor,
        _ header: String,
        _ sizeBytes: Int64
    ) throws(StoreError) -> [Step] {
        let status = try file.status()
        guard status.kind == .file, status.size <= maximumBytes else { return [] }
        let bytes = try file.read(upTo: Int(status.size), at: 0)
        // Half a line at the end would spoil the next one.
        guard bytes.last == UInt8(ascii: "\n") else { return [] }
        var lines = bytes.split(separator: UInt8(ascii: "\n"))[...]
        guard let first = lines.popFirst(), first.elementsEqual(header.utf8) else { return [] }
        var steps: [Step] = []
        for line in lines {
            guard let step = step(String(decoding: line, as: UTF8.self), after: steps.last),
                step.end <= sizeBytes
            else { return [] }
            steps.append(step)
        }
        return steps
    }

    /// Reads a line; nil unless it can follow `last`.
    private static func step(_ line: String, after last: Step?) -> Step? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, let end = Int64(words[0]), isLocation(words[2]) else { return nil }
        let isChecksum =
            words[1].utf8.count == 32
            && words[1].utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isChecksum || words[1] == "-", last.map({ end > $0.end }) ?? (end == 0) else {
            return nil
        }
        return Step(
            end: end,
            checksum: isChecksum ? String(words[1]) : nil,
            location: String(words[2])
        )
    }
}
