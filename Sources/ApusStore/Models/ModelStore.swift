/// The models of this user: manifests, blobs and what the program brings along.
///
/// A value without state of its own: everything is on disk, so any number of copies, threads and
/// processes (Ollama's included) may use one folder. Writers take a lock, readers none. All calls
/// block on the disk; call them off Swift's cooperative pool.
package struct ModelStore: Sendable {
    /// Where things are.
    package let paths: StorePaths
    /// The contents of the models.
    package let blobs: BlobStore
    /// The models that are part of the program.
    package let builtIns: [BuiltInModel]
    let lock: StoreLock

    /// The store at `root`, which need not exist yet.
    ///
    /// `patience` is how long a writer waits for another one.
    package init(
        root: String,
        builtIns: [BuiltInModel] = [],
        patience: Duration = .seconds(30)
    ) {
        paths = StorePaths(root: root)
        blobs = BlobStore(paths: paths)
        self.builtIns = builtIns
        lock = StoreLock(path: paths.lock, patience: patience)
    }

    /// The built-in model of that name, whether or not the store has one of that name, too.
    func builtIn(_ name: ModelName) -> BuiltInModel? { builtIns.first { $0.name == name } }

    static func notFound(_ name: ModelName) -> StoreError {
        StoreError(.notFound, "model '\(name.shortest)' not found")
    }
}
