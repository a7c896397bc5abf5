internal import ApusStore

/// What is asked of a manifest before anything in it is fetched.
enum PulledManifest {
    /// Docker's format, which Ollama uses, and its successor, which has the same members.
    static let acceptedTypes =
        "\(MediaType.manifest), application/vnd.oci.image.manifest.v1+json"

    /// Formats of lists of images, of which none is a model.
    static let listTypes =
        "application/vnd.oci.image.index.v1+json, "
        + "application/vnd.docker.distribution.manifest.list.v2+json"

    /// Compares a manifest with the digest that came along, if one did.
    ///
    /// Throws: `truncated` on a difference: asking again may help.
    static func check(
        _ bytes: [UInt8],
        against response: RegistryTransport.Response
    ) throws(RegistryError) {
        guard let text = response.header("Docker-Content-Digest"), let digest = try? Digest(text)
        else { return }
        guard Digest(hashing: bytes) == digest else {
            throw RegistryError(.truncated, "the manifest does not have the digest \(digest)")
        }
    }

    /// The layers to fetch, each content once, the configuration last.
    ///
    /// Throws: `StoreError` `corruptManifest`; `unsupported` for what is no model of a kind that
    /// this program runs; `protocolViolation` for a digest with two sizes.
    static func layers(of bytes: [UInt8], from host: String) throws -> [Layer] {
        let manifest = try Manifest(bytes)
        guard !isList(manifest.mediaType) else { throw listRefusal(host) }
        guard manifest.config != nil || !manifest.layers.isEmpty else {
            throw RegistryError(.protocolViolation, "The manifest names no layers.")
        }
        let kinds = Set(manifest.layers.map(\.mediaType))
        if kinds.contains(MediaType.tensor) {
            throw RegistryError(
                .unsupported,
                "this model is stored tensor by tensor (safetensors), which is not supported; "
                    + "models in GGUF are"
            )
        }
        guard kinds.isEmpty || kinds.contains(where: { $0.hasPrefix("application/vnd.ollama.") })
        else {
            throw RegistryError(.unsupported, "\(host) has an image there that is no model.")
        }
        return try unique(manifest.allLayers)
    }

    /// Whether a media type is one of lists of images.
    static func isList(_ mediaType: String) -> Bool {
        mediaType.contains("manifest.list") || mediaType.contains("image.index")
    }

    /// The error for a list of images.
    static func listRefusal(_ host: String) -> RegistryError {
        RegistryError(
            .unsupported,
            "\(host) has a list of images there (an OCI index), not a model; "
                + "pull one of those that it lists by a tag of its own"
        )
    }

    private static func unique(_ layers: [Layer]) throws -> [Layer] {
        var sizes: [Digest: Int64] = [:]
        var result: [Layer] = []
        for layer in layers {
            if let size = sizes[layer.digest] {
                guard size == layer.sizeBytes else {
                    throw RegistryError(
                        .protocolViolation,
                        "The manifest gives \(layer.digest) two sizes."
                    )
                }
                continue
            }
            sizes[layer.digest] = layer.sizeBytes
            result.append(layer)
        }
        return result
    }
}
