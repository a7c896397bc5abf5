#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file under a temporary name, in the folder where it will live.
///
/// Either `commit` moves it into place, complete and durable, or it is removed when this value
/// goes away. A reader never sees half of it.
struct AtomicFile: ~Copyable {
    /// What the names of files begin with that are about to replace another.
    static let prefix = ".incoming-"

    let path: String
    private let file: Descriptor
    private var isCommitted = false

    /// Starts a file in `folder`, making the folder if need be.
    ///
    /// Throws: `readOnly`, `noSpace` or `system`.
    init(in folder: String, prefix: String) throws(StoreError) {
        try FileSystem.makeFolder(folder)
        let random = UInt64.random(in: .min ... .max)
        let path = "\(folder)/\(prefix)\(String(random, radix: 36))"
        try UnfinishedFiles.add(path)
        let file: Descriptor
        do throws(StoreError) {
            file = try Descriptor(
                opening: path,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                mode: 0o600
            )
        } catch {
            UnfinishedFiles.forget(path)
            throw error
        }
        self.path = path
        self.file = file
    }

    deinit {
        if !isCommitted { _ = unlink(path) }
        UnfinishedFiles.forget(path)
    }

    /// Appends bytes.
    func write(_ bytes: RawSpan) throws(StoreError) {
        try file.write(bytes)
    }

    /// Makes the content durable and gives the file its name, replacing what had it.
    mutating func commit(to target: String, mode: mode_t = 0o644) throws(StoreError) {
        try file.setMode(mode)
        try file.synchronize()
        try FileSystem.rename(path, to: target)
        isCommitted = true
    }

    /// Writes `bytes` to `target` in one step.
    static func write(
        _ bytes: [UInt8],
        to target: String,
        mode: mode_t = 0o644
    ) throws(StoreError) {
        guard let slash = target.lastIndex(of: "/") else {
            throw StoreError(.system, "A path without a folder.", detail: target)
        }
        var file = try AtomicFile(in: String(target[..<slash]), prefix: prefix)
        try file.write(bytes.span.bytes)
        try file.commit(to: target, mode: mode)
    }
}
