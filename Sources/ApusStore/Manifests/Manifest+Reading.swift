internal import ApusConversation

extension Manifest {
    /// Reads a manifest.
    ///
    /// Throws: `tooLarge` beyond `maximumBytes`; `corruptManifest`, naming the member.
    package init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count <= Self.maximumBytes else {
            throw StoreError(
                .tooLarge,
                "A manifest of \(bytes.count) bytes is beyond \(Self.maximumBytes)."
            )
        }
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes, maximumDepth: 32)
        } catch {
            throw StoreError(.corruptManifest, "A manifest is no JSON: \(error.message)")
        }
        let fields = try FieldReader(
            document,
            path: "",
            code: .corruptManifest,
            subject: "manifest"
        )
        guard try fields.integer("schemaVersion") == 2 else {
            throw fields.error("schemaVersion", "must be 2")
        }
        mediaType = try fields.text("mediaType") ?? MediaType.manifest
        config = try fields.object("config").flatMap { fields throws(StoreError) in
            try Layer(config: fields)
        }
        layers = []
        let elements = try fields.array("layers") ?? []
        guard elements.count <= Self.maximumLayers else {
            throw fields.error("layers", "has more than \(Self.maximumLayers) elements")
        }
        layers.reserveCapacity(elements.count)
        for element in elements { layers.append(try Layer(element)) }
        try checkSize(fields)
    }

    private func checkSize(_ fields: FieldReader) throws(StoreError) {
        var sum: Int64 = 0
        for layer in allLayers {
            let (next, overflowed) = sum.addingReportingOverflow(layer.sizeBytes)
            guard !overflowed, next <= Self.maximumSizeBytes else {
                throw fields.error("layers", "claims more than \(Self.maximumSizeBytes) bytes")
            }
            sum = next
        }
    }
}

extension Layer {
    /// Reads one element of `layers`.
    init(_ fields: FieldReader) throws(StoreError) {
        guard let mediaType = try fields.text("mediaType"), !mediaType.isEmpty else {
            throw fields.error("mediaType", "is missing")
        }
        guard let digestText = try fields.text("digest") else {
            throw fields.error("digest", "is missing")
        }
        self.mediaType = mediaType
        do {
            digest = try Digest(digestText)
        } catch {
            throw fields.error("digest", "is no digest: \(StoreError.quoted(digestText))")
        }
        guard let size = try fields.integer("size") else {
            throw fields.error("size", "is missing")
        }
        guard size >= 0, size <= Manifest.maximumSizeBytes else {
            throw fields.error("size", "is \(size), not 0 to \(Manifest.maximumSizeBytes)")
        }
        sizeBytes = size
        from = try fields.text("from")
        name = try fields.text("name")
    }

    /// Reads `config`; Ollama writes an empty layer when there is none.
    fileprivate init?(config fields: FieldReader) throws(StoreError) {
        if try fields.text("digest") ?? "" == "" { return nil }
        try self.init(fields)
    }
}
