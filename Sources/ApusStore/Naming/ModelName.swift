/// The name of a model: `[host/][namespace/]model[:tag]`.
///
/// Every value is complete and valid; there is no way to hold a name that is neither. Spelling is
/// kept as written, comparison ignores case. Rules (bytes, ASCII only):
///
/// | part      | length | first     | others             | default              |
/// |-----------|--------|-----------|--------------------|----------------------|
/// | host      | 1-350  | `A-z0-9_` | `A-z0-9_` `-` `.` `:` | `registry.ollama.ai` |
/// | namespace | 1-80   | `A-z0-9_` | `A-z0-9_` `-`      | `library`            |
/// | model     | 1-80   | `A-z0-9_` | `A-z0-9_` `-` `.`  | none                 |
/// | tag       | 1-80   | `A-z0-9_` | `A-z0-9_` `-` `.`  | `latest`             |
///
/// No part can be `.` or `..` or hold a `/`, so the parts are safe as names of folders.
package struct ModelName: Sendable, CustomStringConvertible {
    /// Where the model comes from, as in a URL: `registry.ollama.ai`, `localhost:5000`.
    package let host: String
    /// Whose model it is.
    package let namespace: String
    /// What it is called.
    package let model: String
    /// Which variant of it.
    package let tag: String
    /// `https` unless the name was written with another scheme before its host.
    package let scheme: String

    /// The host of names that name none.
    package static let defaultHost = "registry.ollama.ai"
    /// The namespace of names that name none.
    package static let defaultNamespace = "library"
    /// The tag of names that name none.
    package static let defaultTag = "latest"

    /// A name of these parts.
    ///
    /// Throws: `invalidName` when a part breaks the rules above.
    package init(
        host: String = defaultHost,
        namespace: String = defaultNamespace,
        model: String,
        tag: String = defaultTag,
        scheme: String = "https"
    ) throws(StoreError) {
        for (part, value) in zip(Part.allCases, [host, namespace, model, tag]) {
            guard part.accepts(value) else {
                throw StoreError(
                    .invalidName,
                    "\(StoreError.quoted(value)) cannot be the \(part) of a model."
                )
            }
        }
        self.host = host
        self.namespace = namespace
        self.model = model
        self.tag = tag
        self.scheme = scheme
    }

    /// All four parts: `registry.ollama.ai/library/llama3:latest`.
    package var description: String { "\(host)/\(namespace)/\(model):\(tag)" }

    /// The name as people see it: default host and namespace left out, the tag always shown.
    package var shortest: String {
        if !Self.isSame(host, Self.defaultHost) { return description }
        if !Self.isSame(namespace, Self.defaultNamespace) { return "\(namespace)/\(model):\(tag)" }
        return "\(model):\(tag)"
    }

    /// The four parts in the order of the folders on disk.
    var parts: [String] { [host, namespace, model, tag] }

    /// Whether two parts are the same but for case; names are ASCII, so ASCII case is all there is.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.lowercased() == right.lowercased()
    }
}

extension ModelName: Hashable {
    private var folded: [String] { parts.map { $0.lowercased() } }

    /// Whether two names mean the same model, whatever the case; the scheme does not matter.
    package static func == (left: ModelName, right: ModelName) -> Bool {
        left.folded == right.folded
    }

    /// Hashes what `==` compares.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(folded)
    }
}
