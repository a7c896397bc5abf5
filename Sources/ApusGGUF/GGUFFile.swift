/// An open GGUF model: its metadata, its tensors, and their bytes in place.
///
/// Opening reads and checks the directory (see `GGUFPart` for what that covers) and touches no
/// tensor data. Tensors are used where they lie in the mapped file; nothing is copied.
///
/// Thread-safe: everything is immutable.
package final class GGUFFile: Sendable {
    /// The format version, 2 or 3.
    package let version: Int
    /// The metadata; of a split model, that of its first part.
    package let metadata: GGUFMetadata
    /// All tensors in file order, over all parts of a split model.
    package let tensors: [GGUFTensor]
    /// The files in order, one unless the model is split; empty when opened from memory.
    package let paths: [String]
    private let index: [String: Int]
    private let mappings: [GGUFMapping]

    /// Opens a model from a file.
    ///
    /// Of a split model, open the first part (`…-00001-of-0000N.gguf`): the others are found next
    /// to it by name.
    /// - Throws: a `GGUFError` that names the file, the field, its byte, and what was expected.
    package convenience init(path: String) throws(GGUFError) {
        let first = try Opened(path, index: 0)
        let siblings = try first.siblings(of: path)
        try self.init(Self.open([first], siblings))
    }

    /// Opens a split model whose parts do not follow the naming scheme, such as blobs of a store.
    ///
    /// The parts may come in any order; a single path is an ordinary model.
    /// - Throws: as `init(path:)`; `missingSplit` and `inconsistentSplit` name the part.
    package convenience init(paths: [String]) throws(GGUFError) {
        let parts = try Self.open([], paths)
        let order = try GGUFSplit.order(of: parts.map { ($0.split, $0.path) })
        if order == Array(parts.indices) {
            try self.init(parts)
        } else {
            try self.init(Self.open([], order.map { paths[$0] }))
        }
    }

    /// Opens a model that lies in memory, such as one built into the binary.
    ///
    /// Precondition: the bytes neither change nor go away while the file, its metadata or a pointer
    /// from `bytes(of:)` is in use; `owner` is released with the file, and nil means that the bytes
    /// are static.
    /// - Throws: as `init(path:)`, and `unalignedTensor` when the memory does not start at a
    ///   multiple of 8, which numbers in it rely on.
    package convenience init(
        bytes: UnsafeRawBufferPointer,
        owner: (any AnyObject & Sendable)? = nil
    ) throws(GGUFError) {
        guard UInt(bitPattern: bytes.baseAddress) % 8 == 0 else {
            throw GGUFError(
                .unalignedTensor,
                "The model in memory starts at an address that is not a multiple of 8."
            )
        }
        try self.init([Opened(GGUFMapping(bytes: bytes, owner: owner))])
    }

    /// Joins the parts, which are in order.
    private init(_ parts: [Opened]) throws(GGUFError) {
        _ = try GGUFSplit.order(of: parts.map { ($0.split, $0.path) })
        guard let first = parts.first else {
            throw GGUFError(.missingSplit, "No file was given, expected at least one.")
        }
        let paths = parts.compactMap(\.path)
        var tensors: [GGUFTensor] = []
        for part in parts {
            tensors += part.part.tensors
            guard tensors.count <= GGUFLimits.tensors else {
                throw GGUFError(
                    .limitExceeded,
                    "The parts have more than \(GGUFLimits.tensors) tensors.",
                    path: part.path
                )
            }
        }
        try first.split?.check(tensors: tensors.count, path: first.path)
        var index: [String: Int] = [:]
        index.reserveCapacity(tensors.count)
        for (position, tensor) in tensors.enumerated() {
            guard index.updateValue(position, forKey: tensor.name) == nil else {
                throw GGUFError(
                    .duplicateName,
                    "Tensor '\(tensor.name)' is in an earlier part already, expected it once.",
                    path: paths[tensor.fileIndex]
                )
            }
        }
        version = first.part.version
        metadata = first.metadata
        self.tensors = tensors
        self.paths = paths
        self.index = index
        mappings = parts.map(\.mapping)
    }

    /// The tensor with this name, or nil.
    package func tensor(named name: String) -> GGUFTensor? {
        index[name].map { tensors[$0] }
    }

    /// The data of one of this file's tensors, valid while this object lives.
    ///
    /// The start is aligned to at least 8 bytes; mapped files of the usual alignment, to 32.
    /// Precondition: `tensor` comes from this file.
    package func bytes(of tensor: GGUFTensor) -> UnsafeRawBufferPointer {
        precondition(
            mappings.indices ~= tensor.fileIndex,
            "Tensor \(tensor.name) is of another file."
        )
        let all = mappings[tensor.fileIndex].bytes
        let end = tensor.offset + tensor.byteCount
        precondition(end <= all.count, "Tensor \(tensor.name) is of another file.")
        return UnsafeRawBufferPointer(rebasing: all[tensor.offset..<end])
    }

    /// Calls `body` with the data of one of this file's tensors and keeps the file alive meanwhile.
    ///
    /// Precondition: `tensor` comes from this file.
    package func withBytes<R, E: Error>(
        of tensor: GGUFTensor,
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        let result = try body(bytes(of: tensor))
        withExtendedLifetime(self) {}
        return result
    }

    /// Tells the system how a tensor's pages, or all tensors' pages, will be used.
    ///
    /// A hint for mapped files, without effect on models in memory. Precondition: `tensor` comes
    /// from this file.
    package func advise(_ advice: GGUFAdvice, _ tensor: GGUFTensor? = nil) {
        if let tensor {
            mappings[tensor.fileIndex].advise(
                advice,
                tensor.offset..<tensor.offset + tensor.byteCount
            )
        } else {
            for mapping in mappings { mapping.advise(advice, 0..<mapping.bytes.count) }
        }
    }

    /// Bytes of all tensors, without padding.
    package var totalTensorBytes: Int { tensors.reduce(0) { $0 + $1.byteCount } }

    /// Bytes of all files, or of the memory opened from.
    package var fileBytes: Int { mappings.reduce(0) { $0 + $1.bytes.count } }

    /// Whether the bytes are pages of a file rather than memory.
    package var isMapped: Bool { mappings.allSatisfy(\.isMapped) }

    /// Where a file stands in a split model; nil for a file that is no part of one.
    ///
    /// - Throws: as `init(path:)`.
    package static func split(at path: String) throws(GGUFError) -> (number: Int, count: Int)? {
        try Opened(path, index: 0).split.map { ($0.number, $0.count) }
    }

    /// Opens further parts.
    private static func open(
        _ first: [Opened],
        _ paths: [String]
    ) throws(GGUFError) -> [Opened] {
        guard first.count + paths.count <= GGUFLimits.splits else {
            throw GGUFError(
                .limitExceeded,
                "\(paths.count) files were given, expected at most \(GGUFLimits.splits)."
            )
        }
        var parts = first
        for path in paths { parts.append(try Opened(path, index: parts.count)) }
        return parts
    }
}

/// One file of a model, its directory read.
private struct Opened {
    let path: String?
    let mapping: GGUFMapping
    let part: GGUFPart
    let metadata: GGUFMetadata
    let split: GGUFSplit?

    init(_ path: String, index: Int) throws(GGUFError) {
        do throws(GGUFError) {
            try self.init(GGUFMapping(path: path), index: index, path: path)
        } catch {
            guard index > 0, error.code == .io else { throw error.inFile(path) }
            throw GGUFError(
                .missingSplit,
                "Part \(index + 1) of the model is missing: \(error.message)",
                path: path
            )
        }
    }

    init(_ mapping: GGUFMapping, index: Int = 0, path: String? = nil) throws(GGUFError) {
        self.path = path
        self.mapping = mapping
        part = try GGUFPart(mapping.bytes, fileIndex: index)
        metadata = GGUFMetadata(part.entries, in: mapping)
        split = try GGUFSplit(metadata, path: path)
    }

    /// The paths of the other parts, if there are any.
    func siblings(of path: String) throws(GGUFError) -> [String] {
        guard let split, split.count > 1 else { return [] }
        try split.checkIsFirst(path: path)
        return try split.siblings(of: path)
    }
}
