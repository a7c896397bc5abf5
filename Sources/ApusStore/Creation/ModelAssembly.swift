internal import ApusConversation

/// The layers of a model while it is being made, with what is said about each at the end.
struct ModelAssembly {
    var config = ModelConfig()
    private(set) var layers: [(layer: Layer, status: String)] = []
    /// The contents that were made here, which are small and can be written again.
    private var contents: [Digest: [UInt8]] = [:]
    /// Weights made here that the store did not have.
    private(set) var madeWeights: Set<Digest> = []
    private let blobs: BlobStore

    init(blobs: BlobStore) {
        self.blobs = blobs
    }

    /// The layers alone.
    var plainLayers: [Layer] { layers.map(\.layer) }

    /// Where the contents of the layers of a kind are.
    func paths(of mediaType: String) -> [String] {
        plainLayers.filter { $0.mediaType == mediaType }.map { blobs.path(of: $0.digest) }
    }

    /// Adds a layer whose blob exists.
    ///
    /// Throws: `missingBlob`; `sizeMismatch` when a size is claimed that the blob does not have.
    mutating func add(existing layer: Layer) throws(StoreError) {
        guard let size = blobs.size(of: layer.digest) else {
            throw BlobStore.missing(layer.digest)
        }
        guard size == layer.sizeBytes else {
            throw StoreError(
                .sizeMismatch,
                "Blob \(layer.digest) has \(size) bytes and should have \(layer.sizeBytes)."
            )
        }
        FileSystem.touch(blobs.path(of: layer.digest))
        layers.append((layer, "using existing layer \(layer.digest)"))
    }

    /// Adds a file of the request, which was uploaded before, as a layer of `mediaType`.
    mutating func add(_ file: ModelCreation.File, as mediaType: String) throws(StoreError) {
        guard let size = blobs.size(of: file.digest) else {
            throw BlobStore.missing(file.digest)
        }
        try add(existing: Layer(mediaType: mediaType, digest: file.digest, sizeBytes: size))
    }

    /// Adds a layer with new content; `status` replaces what is said about it.
    mutating func add(
        _ bytes: [UInt8],
        as mediaType: String,
        status: String? = nil
    ) throws(StoreError) {
        let receipt = try blobs.store(bytes)
        contents[receipt.digest] = bytes
        let layer = Layer(
            mediaType: mediaType,
            digest: receipt.digest,
            sizeBytes: receipt.sizeBytes
        )
        let verb = receipt.existed ? "using existing layer" : "creating new layer"
        layers.append((layer, status ?? "\(verb) \(receipt.digest)"))
    }

    /// Adds weights that were made here.
    mutating func add(_ receipt: BlobStore.Receipt, as mediaType: String) {
        let layer = Layer(
            mediaType: mediaType,
            digest: receipt.digest,
            sizeBytes: receipt.sizeBytes
        )
        if !receipt.existed { madeWeights.insert(receipt.digest) }
        let verb = receipt.existed ? "using existing layer" : "creating new layer"
        layers.append((layer, "\(verb) \(receipt.digest)"))
    }

    /// Drops the layers of these kinds.
    mutating func remove(_ mediaTypes: String...) {
        layers.removeAll { mediaTypes.contains($0.layer.mediaType) }
    }

    /// Stores the configuration and returns the manifest of everything.
    mutating func manifest() throws(StoreError) -> Manifest {
        let bytes = config.bytes
        let receipt = try blobs.store(bytes)
        contents[receipt.digest] = bytes
        let layer = Layer(
            mediaType: MediaType.config,
            digest: receipt.digest,
            sizeBytes: receipt.sizeBytes
        )
        return Manifest(config: layer, layers: plainLayers)
    }

    /// Makes sure that everything in `manifest` is there, now that nobody can remove it any more.
    ///
    /// While no manifest named them, another process may have removed the blobs made here with a
    /// model of its own that had the same contents.
    /// Throws: `missingBlob` for one that was not made here.
    func secure(_ manifest: Manifest, _ held: borrowing HeldLock) throws(StoreError) {
        for digest in manifest.digests where !blobs.exists(digest) {
            guard let bytes = contents[digest] else { throw BlobStore.missing(digest) }
            try blobs.store(bytes)
        }
    }
}
