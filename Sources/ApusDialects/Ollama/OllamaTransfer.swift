/// `POST /api/pull` and `POST /api/push`: a model comes from a registry, or goes to one.
package struct OllamaTransfer: OllamaNaming, Sendable, Equatable, Codable {
    /// The model's name; its host is the registry.
    package var model: String?
    /// The same, from early clients.
    package var name: String?
    /// Whether plain HTTP and certificates that nobody vouches for are fine; absent means no.
    package var insecure: Bool?
    /// The name for registries that ask for a password.
    package var username: String?
    /// The password.
    package var password: String?
    /// Whether progress comes line by line; absent means yes.
    package var stream: Bool?

    /// A transfer of `model`.
    package init(
        model: String,
        insecure: Bool = false,
        username: String? = nil,
        password: String? = nil
    ) {
        self.model = model
        self.insecure = insecure ? true : nil
        self.username = username
        self.password = password
    }
}
