internal import ApusStore
internal import NIOHTTP1

/// The upload of one layer: asked for, taken over from another repository, or sent.
///
/// What the registry has taken is on record in the store, so that a push after a kill goes on there.
struct BlobPush: Sendable {
    let session: RegistrySession
    let store: ModelStore
    let layer: Layer
    /// Told how many bytes have been sent altogether.
    let place: @Sendable (Int64) -> Void

    /// How often another push's upload is looked at.
    private static let waiting = Duration.milliseconds(200)

    /// Sees to it that the registry has the layer.
    func run() async throws {
        if try await isThere() {
            let (store, digest, target) = (store, layer.digest, target)
            // A kill may have come between the last byte and the end of the record.
            try? await Disk.run { try store.forgetUpload(of: digest, to: target) }
            return
        }
        let (journal, hasWaited) = try await claim()
        if hasWaited, try await isThere() { return await forget(journal) }
        try await send(journal)
        await forget(journal)
    }

    /// What tells this repository from others in the record.
    private var target: String {
        "\(session.root.origin)\n\(session.name.namespace)/\(session.name.model)"
    }

    private func isThere() async throws -> Bool {
        try await session.retrying {
            let response = try await session.send(
                RegistryTransport.Request(
                    method: .HEAD,
                    url: session.path("blobs/\(layer.digest)")
                )
            )
            switch response.status {
            case 200..<300: return true
            case 404: return false
            default: throw RegistryRefusal.error(response, [])
            }
        }
    }

    /// The record of the upload, once nobody else is at it, and whether somebody was.
    ///
    /// A push from a store that cannot be written to does without a record.
    private func claim() async throws -> (UploadJournal?, hasWaited: Bool) {
        let (store, layer, target) = (store, layer, target)
        var hasWaited = false
        while true {
            let claim = try? await Disk.run {
                try store.claimUpload(of: layer.digest, sizeBytes: layer.sizeBytes, to: target)
            }
            try Task.checkCancellation()
            switch claim {
            case nil:
                return (nil, hasWaited)
            case .claimed(let journal):
                return (journal, hasWaited)
            case .busy(let completed):
                hasWaited = true
                self.place(completed)
                try await Task.sleep(for: Self.waiting)
            }
        }
    }

    private func forget(_ journal: UploadJournal?) async {
        try? await Disk.run { journal?.remove() }
    }

    /// Sends the layer, in as many uploads as it takes.
    private func send(_ journal: UploadJournal?) async throws {
        let (blobs, layer) = (store.blobs, layer)
        let reader = try await Disk.run {
            try BlobReader(layer.digest, sizeBytes: layer.sizeBytes, in: blobs)
        }
        let upload = BlobUpload(
            session: session,
            layer: layer,
            reader: reader,
            journal: journal,
            place: place
        )
        var backOff = BackOff(session.policy)
        var recorded = journal.flatMap { UploadState($0, session) }
        while true {
            do {
                if let state = recorded.take() {
                    return try await upload.run(state, &backOff)
                }
                guard let url = try await begin() else { return }
                try await Disk.run { journal?.begin(at: url.text) }
                return try await upload.run(UploadState(url), &backOff)
            } catch is UploadLost {
                place(0)
                try await backOff.pause(
                    after: RegistryError(
                        .truncated,
                        "\(session.root.host) does not know an upload that it opened."
                    )
                )
            }
        }
    }

    /// Where to upload to; nil when the registry took the layer from another of its repositories.
    private func begin() async throws -> RegistryURL? {
        var url = session.path("blobs/uploads/")
        if let from = layer.from.flatMap({ try? ModelName($0) }), from.host == session.name.host {
            url = url.adding(query: "mount=\(layer.digest)")
                .adding(query: "from=\(from.namespace)/\(from.model)")
        }
        let request = RegistryTransport.Request(method: .POST, url: url, isFollowing: false)
        let response = try await session.retrying { try await session.succeed(request) }
        await session.transport.drain(response)
        if response.status == 201 || response.status == 200 { return nil }
        return try session.uploadURL(of: response)
    }
}

extension RegistrySession {
    /// Where an upload goes on.
    func uploadURL(of response: RegistryTransport.Response) throws(RegistryError) -> RegistryURL {
        let location = response.header("Docker-Upload-Location") ?? response.header("Location")
        guard let location else {
            throw RegistryError(
                .protocolViolation,
                "\(response.url.host) does not say where to upload to."
            )
        }
        return try transport.location(location, of: response)
    }
}
