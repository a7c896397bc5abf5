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
    private static let maximumCards = 512

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
        try await blocking { store in
            let stored = try store.resolve(name)
            if var card = self.cards.withLock({ $0[stored.summary.digest] }) {
                // Copies are the same model under another name, perhaps from another place.
                card.stored = stored
                return card
            }
            let weights = try self.weights(of: stored)
            let card = ModelCard(stored, weights: weights)
            self.cards.withLock { cards in
                if cards.count >= Self.maximumCards { cards = [:] }
                cards[stored.summary.digest] = card
            }
            return card
        }
    }

    /// Opens the weights of a model; their tensors are not read.
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
        case .file(let path): return try GGUFFile(path: path)
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

    /// Runs `work` where waiting for the disk holds up nobody.
    func blocking<Value: Sendable>(
        _ work: @escaping @Sendable (ModelStore) throws -> Value
    ) async throws -> Value {
        let store = store
        return try await NIOThreadPool.singleton.runIfActive { try work(store) }
    }
}
