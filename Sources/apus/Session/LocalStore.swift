internal import ApusStore

/// The store of this user, for commands that work on its files and need no server.
enum LocalStore {
    /// What the help of such commands says.
    static let note = """
        Works on the model store of this machine ($OLLAMA_MODELS or ~/.ollama/models), under its \
        lock where files are removed: no server is asked, one may run meanwhile.
        """

    /// The store that a server with this environment has.
    static func open(
        environment: [String: String] = CommandEnvironment.variables,
        home: String = CommandEnvironment.home
    ) throws -> ModelStore {
        ModelStore(
            root: StoreLocation.root(environment: environment, home: home),
            builtIns: try BuiltInModels.forStore()
        )
    }
}
