/// What the machine and its operator contribute: proxies, trust, the key, how we introduce ourselves.
package struct RegistrySettings: Sendable {
    /// Proxies.
    package var proxies: ProxySettings
    /// A PEM file with certificates to trust besides the system's; nil for none.
    package var authorityFile: String?
    /// The private key that signs requests for tokens; made when first needed.
    package var keyPath: String
    /// The `User-Agent` of all requests.
    package var userAgent: String
    /// What cannot be used of the environment; said when a registry is to be talked to.
    var problem: RegistryError?

    /// Settings without proxies and further certificates.
    package init(keyPath: String, userAgent: String) {
        proxies = .none
        self.keyPath = keyPath
        self.userAgent = userAgent
    }

    /// Settings from an environment: proxies, and `APUS_CA_FILE` (or `OLLAMA_CA_FILE`).
    ///
    /// The key is Ollama's, `~/.ollama/id_ed25519`, so that registries know both programs as one.
    /// `version` is the version of Ollama whose behaviour registries can rely on. Proxies that cannot
    /// be used are an error of every transfer, not of the program.
    package init(environment: [String: String], home: String, version: String) {
        self.init(
            keyPath: "\(home)/.ollama/id_ed25519",
            userAgent: "ollama/\(version) (\(Self.machine)) apus"
        )
        do {
            proxies = try ProxySettings(environment: environment)
        } catch {
            problem = error
        }
        let file = environment["APUS_CA_FILE"] ?? environment["OLLAMA_CA_FILE"] ?? ""
        authorityFile = file.isEmpty ? nil : file
    }

    private static var machine: String {
        #if arch(arm64)
        let processor = "arm64"
        #else
        let processor = "amd64"
        #endif
        #if os(Linux)
        return "\(processor) linux"
        #else
        return "\(processor) darwin"
        #endif
    }
}

/// What the one who asks for a pull or push may choose.
package struct RegistryOptions: Sendable, Equatable {
    /// Whether plain HTTP and certificates that nobody vouches for are fine, for the registry itself.
    package var allowsInsecure = false
    /// The name for registries that ask for a password.
    package var username: String?
    /// The password.
    package var password: String?
    /// The registries that may be at private addresses, as `host` or `host:port`; `*` is any of them,
    /// nil all.
    package var privateRegistries: [String]?

    /// Safe connections, no password.
    package init(
        allowsInsecure: Bool = false,
        username: String? = nil,
        password: String? = nil,
        privateRegistries: [String]? = nil
    ) {
        self.allowsInsecure = allowsInsecure
        self.username = username
        self.password = password
        self.privateRegistries = privateRegistries
    }

    /// Whether a registry may be at a private address.
    func mayBePrivate(_ url: RegistryURL) -> Bool {
        guard let privateRegistries else { return true }
        return privateRegistries.contains { entry in
            let entry = entry.lowercased()
            return entry == "*" || entry == url.host || entry == url.authority
        }
    }
}

/// A line of progress, in Ollama's words.
package struct RegistryProgress: Sendable, Equatable {
    /// What is being done; `success` at the end.
    package var status: String
    /// The blob it is done to.
    package var digest: String?
    /// Bytes of the blob.
    package var total: Int64?
    /// Bytes done; nil when none are.
    package var completed: Int64?

    /// Progress of a step.
    package init(
        _ status: String,
        digest: String? = nil,
        total: Int64? = nil,
        completed: Int64? = nil
    ) {
        self.status = status
        self.digest = digest
        self.total = total
        self.completed = completed
    }
}
