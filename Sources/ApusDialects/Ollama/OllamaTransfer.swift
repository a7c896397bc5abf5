/// `POST /api/pull` and `POST /api/push`: a model comes from a registry, or goes to one.
package struct OllamaTransfer: OllamaNaming, Sendable, Equatable, Codable {
    /// The model's name, whose host is the registry; for pulls also the URL of a GGUF file.
    package var model: String?
    /// The same, from early clients.
    package var name: String?
    /// What a pulled model is to be called; absent means as it is called there.
    ///
    /// Not in Ollama's API.
    package var `as`: String?
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
        as other: String? = nil,
        insecure: Bool = false,
        username: String? = nil,
        password: String? = nil
    ) {
        self.model = model
        self.as = other
        self.insecure = insecure ? true : nil
        self.username = username
        self.password = password
    }
}
