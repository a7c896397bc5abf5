/// What a download is to become, and the name under which it is kept meanwhile.
package struct DownloadTarget: Sendable, Hashable {
    /// The digest that the content must have; nil when that is not known before.
    package let digest: Digest?
    /// The beginning of its files' names.
    let fileName: String
    /// Tells one content of the place from another; nil where the digest does.
    let version: Digest?

    /// Content of this digest.
    package init(_ digest: Digest) {
        self.digest = digest
        fileName = digest.fileName
        version = nil
    }

    /// Whatever content `place` has now, `version` being what tells it from a later one.
    ///
    /// Only hashes of both are kept: a URL may hold a secret.
    package init(place: String, version: String) {
        digest = nil
        fileName = "url-\(Digest(hashing: Array(place.utf8)).hex)"
        self.version = Digest(hashing: Array(version.utf8))
    }
}
