package import ApusGGUF
package import ApusStore
internal import NIOPosix
internal import Synchronization

/// The models of the store, with what their weights say about them.
///
/// Everything that touches the disk runs on a pool of threads for that purpose. Cards are kept by
/// the digest of the manifest, so a changed model is read anew.
package final class ModelLibrary: Sendable {
    /// Cards kept at most; beyond it all are dropped.
    private static let maximumCards = 4096

    /// The store.
    package let store: ModelStore
    private let builtInWeights: @Sendable (ModelName) throws -> GGUFFile
    private let cards = Mutex<[String: ModelCard]>([:])

    /// The models of `store`.
    ///
    /// `builtInWeights` opens the weights of a model that is part of the program.
    package init(
        store: ModelStore,
        builtInWeights: @escaping @Sendable (ModelName) throws -> GGUFFile
    ) {
        self.store = store
        self.builtInWeights = builtInWeights
    }

    /// The card of a model.
    ///
    /// Throws: `StoreError`, `notFound` among them; `GGUFError`; `unusableModel` for models without
    /// weights or of another machine.
    func card(of name: ModelName) async throws -> ModelCard {
        try await blocking { store in try self.card(of: try store.resolve(name)) }
    }

    /// The card of a listed model, or of one with the same content.
    ///
    /// Nil when its files cannot be read. Blocks on the disk the first time.
    func card(of summary: ModelSummary) -> ModelCard? {
        if let card = cards.withLock({ $0[summary.digest] }) { return card }
        guard let stored = try? store.resolve(summary.name) else { return nil }
        return try? card(of: stored)
    }

    private func card(of stored: StoredModel) throws -> ModelCard {
        if var card = cards.withLock({ $0[stored.summary.digest] }) {
            // Copies are the same model under another name, perhaps from another place.
            card.stored = stored
            return card
        }
        let weights = try weights(of: stored)
        let card = ModelCard(stored, weights: weights)
        cards.withLock { cards in
            if cards.count >= Self.maximumCards { cards = [:] }
            cards[stored.summary.digest] = card
        }
        return card
    }

    /// Opens the weights of a model, all parts of them; their tensors are not read.
    ///
    /// Blocks on the disk.
    func weights(of stored: StoredModel) throws -> GGUFFile {
        guard stored.config.remoteHost.isEmpty else {
            throw ServerError(.unusableModel, "this server cannot run this remote model")
        }
        guard let first = stored.weights.first else {
            throw ServerError(
                .unusableModel,
                "model '\(stored.name.shortest)' has no weights that can be run"
            )
        }
        switch first.location {
        case .file: return try GGUFFile(paths: stored.weightsPaths)
        case .builtIn(let name): return try builtInWeights(name)
        }
    }

    /// Opens a GGUF file of the store that is no weights; blocks on the disk.
    func open(_ file: StoredModel.File) throws -> GGUFFile {
        switch file.location {
        case .file(let path): try GGUFFile(path: path)
        case .builtIn(let name): try builtInWeights(name)
        }
    }

    /// Threads on which models are made, so that making them never holds up reading them.
    private static let workshop: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    /// Runs `work` that may take minutes; a few at a time, the others wait.
    ///
    /// `isWanted`, which `work` gets, is false once the task is cancelled.
    func working<Value: Sendable>(
        _ work:
            @escaping @Sendable (
                _ store: ModelStore, _ isWanted: @escaping @Sendable () -> Bool
            ) throws -> Value
    ) async throws -> Value {
        let store = store
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await Self.workshop.runIfActive {
                try work(store) { !isCancelled.isRaised }
            }
        } onCancel: {
            isCancelled.raise()
        }
    }

    /// Runs `work` where waiting for the disk holds up nobody.
    func blocking<Value: Sendable>(
        _ work: @escaping @Sendable (ModelStore) throws -> Value
    ) async throws -> Value {
        let store = store
        return try await NIOThreadPool.singleton.runIfActive { try work(store) }
    }
}

/// Tells work on another thread that nobody waits for it any more.
private final class CancellationFlag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .relaxed) }

    func raise() { value.store(true, ordering: .relaxed) }
}
