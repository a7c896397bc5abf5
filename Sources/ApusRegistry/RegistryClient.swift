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

    /// Takes note of progress; may wait, as for a client that reads slowly.
    package typealias Report = @Sendable (RegistryProgress) async throws -> Void

    /// A client that works on `store`.
    package init(
        store: ModelStore,
        settings: RegistrySettings,
        policy: RegistryPolicy = RegistryPolicy()
    ) {
        self.store = store
        self.settings = settings
        self.policy = policy
    }

    /// Downloads what the store lacks of a model, and gives the model its name.
    ///
    /// Nothing of the model is visible before every layer has its digest. Reports `pulling manifest`,
    /// `pulling <12 digits>` for each layer, `verifying sha256 digest`, `writing manifest`, perhaps
    /// `removing unused layers`, and `success`.
    /// Throws: `RegistryError`, `StoreError`.
    package func pull(
        _ name: ModelName,
        _ options: RegistryOptions = RegistryOptions(),
        report: @escaping Report
    ) async throws {
        try await report(RegistryProgress("pulling manifest"))
        try await RegistrySession.with(name, self, options) { session in
            try await ModelPull(session: session, store: store, report: report).run()
        }
        try await report(RegistryProgress("success"))
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
