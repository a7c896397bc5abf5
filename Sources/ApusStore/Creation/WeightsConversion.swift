/// Weights that can be made: how large they will be, and how to make them.
package struct WeightsConversion: Sendable {
    /// What is said meanwhile: `quantizing F16 model to Q4_K_M`.
    package var status: String
    /// Bytes of the finished file.
    package var sizeBytes: Int64
    /// Hands the file to `sink` piece by piece; `progress` gets the bytes done and may throw.
    package var write: Write

    /// See `write`.
    package typealias Write =
        @Sendable (
            _ sink: (UnsafeRawBufferPointer) throws -> Void,
            _ progress: (_ completed: Int64) throws -> Void
        ) throws -> Void

    /// A conversion that `write` carries out.
    package init(status: String, sizeBytes: Int64, write: @escaping Write) {
        self.status = status
        self.sizeBytes = sizeBytes
        self.write = write
    }
}

extension ModelCreation {
    /// A line of progress.
    package struct Progress: Sendable, Equatable {
        /// What is being done.
        package var status: String
        /// What it is done to, where that has a size.
        package var digest: String?
        /// Bytes there will be.
        package var totalBytes: Int64?
        /// Bytes done.
        package var completedBytes: Int64?

        /// A step without a size.
        init(_ status: String) { self.status = status }
    }
}

extension WeightsConversion {
    /// What Ollama calls weights whose digest is not known yet.
    private static let unknownDigest = "0000000000000000000"
    /// Lines of progress at most.
    private static let steps: Int64 = 200

    /// Makes the weights and stores them; nothing is kept when that fails.
    ///
    /// Throws: `noSpace` before anything is written when the disk is too small; `StoreError`; what
    /// `write` and `progress` throw.
    func store(
        in blobs: BlobStore,
        progress: (ModelCreation.Progress) throws -> Void
    ) throws -> BlobStore.Receipt {
        let writer = try blobs.ingest(sizeBytes: sizeBytes)
        var line = ModelCreation.Progress(status)
        line.digest = Self.unknownDigest
        line.totalBytes = sizeBytes
        var told: Int64 = -1
        try write(
            { try writer.write($0.bytes) },
            { completed in
                let step = completed / max(1, sizeBytes / Self.steps)
                if step == told, completed != sizeBytes { return }
                told = step
                line.completedBytes = completed
                try progress(line)
            }
        )
        return try writer.finish()
    }
}
