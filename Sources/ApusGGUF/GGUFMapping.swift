#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Read-only bytes of one GGUF file: pages of the file itself, or memory somebody else owns.
///
/// A file that another process shortens while it is mapped ends this process with SIGBUS on the
/// next access past its new end. There is no defence inside a process; models run in runner
/// processes of their own for this reason among others, and the store never writes to a file in
/// place.
///
/// Safe: the bytes are never written through this object and stay valid until it is released.
final class GGUFMapping: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    let isMapped: Bool
    private let owner: (any AnyObject & Sendable)?

    /// Borrows memory that `owner` keeps alive, or that lives as long as the process.
    init(bytes: UnsafeRawBufferPointer, owner: (any AnyObject & Sendable)?) {
        self.bytes = bytes
        self.owner = owner
        isMapped = false
    }

    /// Maps the whole of a regular file.
    init(path: String) throws(GGUFError) {
        // Without O_NONBLOCK, opening a pipe would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("inspect", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw GGUFError(.io, "A model has to be a regular file.", path: path)
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            throw GGUFError(
                .truncated,
                "Magic at byte 0 needs 4 bytes, the file ends at byte 0.",
                path: path
            )
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0),
            start != MAP_FAILED
        else { throw .system("map", path) }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
        owner = nil
        isMapped = true
    }

    deinit {
        guard isMapped, let start = bytes.baseAddress else { return }
        munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }

    /// Tells the system how the pages of `range` will be used; a hint that may be ignored.
    func advise(_ advice: GGUFAdvice, _ range: Range<Int>) {
        guard isMapped, let start = bytes.baseAddress, !range.isEmpty else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = range.lowerBound / page * page
        let code =
            switch advice {
            case .willNeed: MADV_WILLNEED
            case .sequential: MADV_SEQUENTIAL
            case .random: MADV_RANDOM
            case .normal: MADV_NORMAL
            }
        _ = madvise(
            UnsafeMutableRawPointer(mutating: start + first),
            range.upperBound - first,
            code
        )
    }
}

/// How mapped pages will be used.
package enum GGUFAdvice: Sendable {
    /// Soon: read them ahead.
    case willNeed
    /// In order, once.
    case sequential
    /// In no order: reading ahead is a waste.
    case random
    /// The system's default.
    case normal
}

extension GGUFError {
    /// An error from the last failed system call on `path`.
    static func system(_ action: String, _ path: String) -> GGUFError {
        let reason = String(cString: strerror(errno))
        return GGUFError(.io, "Cannot \(action) the file: \(reason).", path: path)
    }
}
