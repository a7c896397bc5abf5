package import ApusStore
internal import NIOPosix

/// Pulls models from registries into the store, and pushes them from it.
///
/// Speaks Ollama's registry protocol, which any OCI distribution registry understands. A value
/// without state; every call makes its own connections and can be cancelled with its task: what was
/// downloaded stays for the next attempt. Thread-safe.
package struct RegistryClient: Sendable {
    /// The store.
    package let store: ModelStore
    /// Proxies, trust, the key.
    package let settings: RegistrySettings
    /// The limits.
    package let policy: RegistryPolicy
    /// Looks into files that come without a manifest.
    let inspector: ModelInspector

    /// Takes note of progress; may wait, as for a client that reads slowly.
    package typealias Report = @Sendable (RegistryProgress) async throws -> Void

    /// A client that works on `store`.
    package init(
        store: ModelStore,
        settings: RegistrySettings,
        inspector: ModelInspector,
        policy: RegistryPolicy = RegistryPolicy()
    ) {
        self.store = store
        self.inspector = inspector
        self.settings = settings
        self.policy = policy
    }

    /// Downloads what the store lacks of a model, and gives the model its name, or the one it is to
    /// be `called`.
    ///
    /// Nothing of the model is visible before every layer has its digest. Reports `pulling manifest`,
    /// `pulling <12 digits>` for each layer, `verifying sha256 digest`, `writing manifest`, perhaps
    /// `removing unused layers`, and `success`. What Hugging Face's registry refuses, as split GGUF
    /// files, is looked for among the files of the repository.
    /// Throws: `RegistryError`, `StoreError`, what the inspector throws.
    package func pull(
        _ name: ModelName,
        called other: ModelName? = nil,
        _ options: RegistryOptions = RegistryOptions(),
        report: @escaping Report
    ) async throws {
        try await report(RegistryProgress("pulling manifest"))
        try await RegistrySession.with(name, self, options) { session in
            let pull = ModelPull(
                session: session,
                store: store,
                name: other ?? name,
                report: report
            )
            let manifest: [UInt8]
            do {
                manifest = try await pull.manifestBytes()
            } catch let refusal as RegistryError {
                let isOfHub = policy.hubHosts.contains(session.root.host)
                guard isOfHub, case .refused(status: 400) = refusal.code else { throw refusal }
                let files = try await HubListing(session).files(for: name.tag)
                guard !files.isEmpty else { throw refusal }
                let wishes = files.map { file in
                    FilesPull.Wish(url: file.url(of: name, at: session.root), digest: file.digest)
                }
                return try await self.files(session, other ?? name, nil, report).run(wishes)
            }
            try await pull.run(manifest)
        }
        try await report(RegistryProgress("success"))
    }

    /// Downloads the GGUF file at a URL, or all parts of it, and makes a model of it.
    ///
    /// Reports as above, with the name of a file whose digest is not known. A name that is made of the
    /// file's is not taken from a model that comes from elsewhere.
    /// Throws: `RegistryError`, `unsupported` for such a name; `StoreError`; what the inspector throws.
    package func pull(
        _ url: ModelURL,
        called other: ModelName? = nil,
        _ options: RegistryOptions = RegistryOptions(),
        report: @escaping Report
    ) async throws {
        try await report(RegistryProgress("pulling manifest"))
        let name = try other ?? url.name
        guard let first = url.files.first else { return }
        if other == nil { try await requireFree(name, for: url) }
        try await RegistrySession.with(name, at: first.at("/"), self, options) { session in
            let wishes = url.files.map { FilesPull.Wish(url: $0) }
            try await files(session, name, url.origin, report).run(wishes)
        }
        try await report(RegistryProgress("success"))
    }

    private func requireFree(_ name: ModelName, for url: ModelURL) async throws {
        let store = store
        try await Disk.run {
            // One that cannot be read is repaired, as by other pulls.
            guard !url.isNameOfHub, let model = try? store.resolve(name),
                model.config.origin != url.origin.hex
            else { return }
            throw RegistryError(
                .unsupported,
                "model '\(name.shortest)' is there already and comes from elsewhere; "
                    + "ask for another name ('as')"
            )
        }
    }

    private func files(
        _ session: RegistrySession,
        _ name: ModelName,
        _ origin: Digest?,
        _ report: @escaping Report
    ) -> FilesPull {
        FilesPull(
            session: session,
            store: store,
            inspector: inspector,
            name: name,
            origin: origin,
            report: report
        )
    }

    /// Uploads what the registry lacks of a model, and its manifest last.
    ///
    /// Reports `retrieving manifest`, `pushing <12 digits>` for each layer, `pushing manifest` and
    /// `success`; `couldn't retrieve manifest` before it throws for want of one.
    /// Throws: `RegistryError`, `StoreError`: `notFound`, also for built-in models.
    package func push(
        _ name: ModelName,
        _ options: RegistryOptions = RegistryOptions(),
        report: @escaping Report
    ) async throws {
        try await report(RegistryProgress("retrieving manifest"))
        let store = store
        let (bytes, manifest): ([UInt8], Manifest)
        do {
            bytes = try await Disk.run { try store.manifestBytes(of: name) }
            manifest = try Manifest(bytes)
        } catch {
            try await report(RegistryProgress("couldn't retrieve manifest"))
            throw error
        }
        try await RegistrySession.with(name, self, options) { session in
            try await ModelPush(
                session: session,
                store: store,
                manifest: manifest,
                bytes: bytes,
                report: report
            ).run()
        }
        try await report(RegistryProgress("success"))
    }
}

/// Work that waits for the disk.
enum Disk {
    /// Runs `work` on a thread for that.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
