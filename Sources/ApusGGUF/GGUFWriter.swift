#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Writes a GGUF file front to back, holding no tensor data.
///
/// The order of calls is fixed by the layout: all bytes of the first tensor, in pieces of any size,
/// then the second, and so on, then `finish`. Padding is added by the writer.
///
/// The file under `path` is incomplete until `finish` returns. A caller who replaces a model writes
/// to a temporary name on the same file system and renames it afterwards; a writer dropped before
/// `finish` closes its file and leaves removing it to the caller.
package struct GGUFWriter: ~Copyable {
    /// The plan being followed.
    package let layout: GGUFLayout
    private let path: String
    private let descriptor: Int32
    /// The tensor that the next bytes belong to.
    private var current = 0
    /// Bytes of it written so far.
    private var written = 0

    /// Creates the file, which must not exist, and writes everything before the tensor data.
    ///
    /// - Throws: `io`.
    package init(path: String, layout: GGUFLayout) throws(GGUFError) {
        self.path = path
        self.layout = layout
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system("create", path) }
        try put(array: layout.header)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The tensor whose bytes are expected next, or nil when all are written.
    package var nextTensor: GGUFLayout.Tensor? {
        current < layout.tensors.count ? layout.tensors[current] : nil
    }

    /// Appends bytes to the current tensor; a full tensor is padded and the next one begins.
    ///
    /// - Throws: `wrongData` for more bytes than the current tensor has left, `io`.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        guard !bytes.isEmpty else { return }
        guard let tensor = nextTensor else {
            throw GGUFError(
                .wrongData,
                "\(bytes.count) bytes are left over, expected none.",
                path: path
            )
        }
        let size = layout.byteCounts[current]
        guard bytes.count <= size - written else {
            throw GGUFError(
                .wrongData,
                "Tensor '\(tensor.name)' was given \(written + bytes.count) bytes, expected "
                    + "\(size).",
                path: path
            )
        }
        try put(bytes)
        written += bytes.count
        guard written == size else { return }
        try pad(behind: layout.offsets[current] + size)
        current += 1
        written = 0
    }

    /// Checks that nothing is missing and brings the file to the disk.
    ///
    /// - Throws: `wrongData` when tensors are missing or incomplete, `io`.
    package consuming func finish() throws(GGUFError) {
        if let tensor = nextTensor {
            throw GGUFError(
                .wrongData,
                "Tensor '\(tensor.name)' was given \(written) bytes, expected "
                    + "\(layout.byteCounts[current]).",
                path: path
            )
        }
        guard fsync(descriptor) == 0 else { throw .system("write", path) }
    }

    private func pad(behind end: Int) throws(GGUFError) {
        let count = (layout.alignment - end % layout.alignment) % layout.alignment
        try put(array: Array(repeating: 0, count: count))
    }

    private func put(array: [UInt8]) throws(GGUFError) {
        try array.withUnsafeBufferPointer { (buffer) throws(GGUFError) in
            try put(UnsafeRawBufferPointer(buffer))
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = systemWrite(piece)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// The system call, whose name the methods above hide.
    private func systemWrite(_ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}

extension GGUFLayout {
    /// The whole file in memory, for small models.
    ///
    /// - Parameter data: each tensor's bytes, in the layout's order.
    /// - Returns: the file's bytes.
    /// - Throws: `wrongData` where a tensor's bytes are missing, too few or too many.
    package func encoded(data: [[UInt8]]) throws(GGUFError) -> [UInt8] {
        guard data.count == tensors.count else {
            throw GGUFError(
                .wrongData,
                "There is data for \(data.count) tensors, expected \(tensors.count)."
            )
        }
        var file = header
        file.reserveCapacity(fileBytes)
        for (index, bytes) in data.enumerated() {
            guard bytes.count == byteCounts[index] else {
                throw GGUFError(
                    .wrongData,
                    "Tensor '\(tensors[index].name)' was given \(bytes.count) bytes, expected "
                        + "\(byteCounts[index])."
                )
            }
            file += bytes
            file += Array(
                repeating: 0,
                count: (alignment - file.count % alignment) % alignment
            )
        }
        return file
    }
}
