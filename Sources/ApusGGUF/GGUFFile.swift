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
        let (mapping, first) = try Self.open(path, index: 0)
        let siblings = try Self.siblings(of: first, in: mapping, path: path)
        try self.init(first, mapping, paths: [path] + siblings)
    }

    /// Opens a split model whose parts do not follow the naming scheme, such as blobs of a store.
    ///
    /// A single path is an ordinary model.
    /// - Throws: as `init(path:)`.
    package convenience init(paths: [String]) throws(GGUFError) {
        guard let path = paths.first else {
            throw GGUFError(.missingSplit, "No file was given, expected at least one.")
        }
        let (mapping, first) = try Self.open(path, index: 0)
        try self.init(first, mapping, paths: paths)
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
        let mapping = GGUFMapping(bytes: bytes, owner: owner)
        let first = try GGUFPart(bytes, fileIndex: 0)
        try self.init(first, mapping, paths: [])
    }

    /// Joins the parts; `paths` lists the first one too, which is open already.
    private init(
        _ first: GGUFPart,
        _ mapping: GGUFMapping,
        paths: [String]
    ) throws(GGUFError) {
        let metadata = GGUFMetadata(first.entries, in: mapping)
        let split = try GGUFSplit(metadata, path: paths.first)
        try split?.checkFirst(partsGiven: max(paths.count, 1), path: paths.first)
        var tensors = first.tensors
        var mappings = [mapping]
        for (number, path) in paths.enumerated().dropFirst() {
            let (mapping, part) = try Self.open(path, index: number)
            try split?.check(part, in: mapping, number: number, path: path)
            tensors += part.tensors
            guard tensors.count <= GGUFLimits.tensors else {
                throw GGUFError(
                    .limitExceeded,
                    "The parts have more than \(GGUFLimits.tensors) tensors.",
                    path: path
                )
            }
            mappings.append(mapping)
        }
        try split?.check(tensors: tensors.count, path: paths.first)
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
        version = first.version
        self.metadata = metadata
        self.tensors = tensors
        self.paths = paths
        self.index = index
        self.mappings = mappings
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

    private static func open(
        _ path: String,
        index: Int
    ) throws(GGUFError) -> (GGUFMapping, GGUFPart) {
        do throws(GGUFError) {
            let mapping = try GGUFMapping(path: path)
            return (mapping, try GGUFPart(mapping.bytes, fileIndex: index))
        } catch {
            guard index > 0, error.code == .io else { throw error.inFile(path) }
            throw GGUFError(
                .missingSplit,
                "Part \(index + 1) of the model is missing: \(error.message)",
                path: path
            )
        }
    }

    private static func siblings(
        of first: GGUFPart,
        in mapping: GGUFMapping,
        path: String
    ) throws(GGUFError) -> [String] {
        let metadata = GGUFMetadata(first.entries, in: mapping)
        guard let split = try GGUFSplit(metadata, path: path), split.count > 1 else { return [] }
        try split.checkNumber(0, path: path)
        return try split.siblings(of: path)
    }
}
