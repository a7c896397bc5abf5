internal import ApusConversation

/// One content of a model: what it is, which blob holds it and how large that is.
package struct Layer: Sendable, Hashable {
    /// What the content is; see `MediaType`.
    package var mediaType: String
    /// The blob.
    package var digest: Digest
    /// Its size in bytes, never negative.
    package var sizeBytes: Int64
    /// The name of the model this layer was taken over from, if it was.
    package var from: String?
    /// The tensor or file that the layer holds, in safetensors models.
    package var name: String?

    /// A layer; `from` and `name` are optional.
    package init(
        mediaType: String,
        digest: Digest,
        sizeBytes: Int64,
        from: String? = nil,
        name: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.sizeBytes = sizeBytes
        self.from = from
        self.name = name
    }
}

/// The list of layers that make up a model.
///
/// ```
/// {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",
///  "config":LAYER,"layers":[LAYER,...]}
/// LAYER = {"mediaType":"...","digest":"sha256:...","size":N,"from":"...","name":"..."}
/// ```
///
/// Read leniently as to members that are not listed, strictly as to those that are: a digest must
/// be one, sizes lie between 0 and 1 PiB, their sum too. Docker image manifest, version 2, with
/// Ollama's `from` and `name`.
package struct Manifest: Sendable, Hashable {
    /// The media type of the manifest itself.
    package var mediaType: String
    /// The layer of the configuration; early manifests may lack it.
    package var config: Layer?
    /// The other layers, in order.
    package var layers: [Layer]

    /// Longest manifest that is read, in bytes.
    package static let maximumBytes = 4 << 20
    /// Largest number of layers.
    package static let maximumLayers = 1 << 16
    /// Largest size a layer, or all of them, may claim, in bytes: 1 PiB.
    package static let maximumSizeBytes: Int64 = 1 << 50

    /// A manifest of these layers.
    package init(
        mediaType: String = MediaType.manifest,
        config: Layer?,
        layers: [Layer]
    ) {
        self.mediaType = mediaType
        self.config = config
        self.layers = layers
    }

    /// All layers, the configuration last.
    package var allLayers: [Layer] { layers + (config.map { [$0] } ?? []) }

    /// The blobs that this manifest needs.
    package var digests: Set<Digest> { Set(allLayers.map(\.digest)) }

    /// Bytes of all layers together.
    package var sizeBytes: Int64 {
        allLayers.reduce(0) { $0.addingReportingOverflow($1.sizeBytes).partialValue }
    }

    /// The layers of one kind, in order.
    package func layers(of mediaType: String) -> [Layer] {
        layers.filter { $0.mediaType == mediaType }
    }

    /// The file's content as Ollama writes it: compact, members in its order, a line feed.
    package var bytes: [UInt8] {
        let document: JSONObject = [
            "schemaVersion": .integer(2),
            "mediaType": .string(mediaType),
            "config": config?.json ?? .null,
            "layers": .array(layers.map(\.json)),
        ]
        return JSONSerializer.go.bytes(.object(document)) + [UInt8(ascii: "\n")]
    }
}

extension Layer {
    fileprivate var json: JSONValue {
        var document: JSONObject = [
            "mediaType": .string(mediaType),
            "digest": .string(digest.description),
            "size": .integer(sizeBytes),
        ]
        if let from, !from.isEmpty { document["from"] = .string(from) }
        if let name, !name.isEmpty { document["name"] = .string(name) }
        return .object(document)
    }
}
