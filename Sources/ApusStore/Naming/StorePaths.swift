/// The only place where a digest or a name becomes a path.
///
/// ```
/// root/manifests/<host>/<namespace>/<model>/<tag>   manifest, JSON
/// root/blobs/sha256-<64 hex>                        content
/// root/blobs/partial/sha256-<64 hex>                download in progress
/// root/blobs/partial/sha256-<64 hex>.journal        what that download has, and its lock
/// root/blobs/partial/url-<64 hex>[.journal]         the same for content whose digest is not known,
///                                                   under the hash of where it comes from
/// root/blobs/incoming-<random>                      upload in progress
/// root/apus.lock                                    lock between processes
/// root/apus.key                                     signs what clients send back
/// root/batches/                                     see `BatchFolder`
/// root/uploads/<64 hex>                             see `UploadJournal`
/// ```
///
/// Paths are made from `Digest` and `ModelName` alone, and neither type has a value that could
/// leave its folder. Layout after Ollama, so that both programs can share one folder.
package struct StorePaths: Sendable, Hashable {
    /// The folder that holds everything.
    package let root: String

    /// The paths below `root`; a trailing slash is dropped.
    package init(root: String) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
    }

    /// The folder of all blobs.
    package var blobs: String { "\(root)/blobs" }
    /// The folder of all manifests.
    package var manifests: String { "\(root)/manifests" }
    /// The file whose lock serialises writers.
    package var lock: String { "\(root)/apus.lock" }

    /// The file of the key that signs what clients are to send back unchanged.
    package var signingKey: String { "\(root)/apus.key" }
    /// The folder of message batches.
    package var batches: String { "\(root)/batches" }

    /// The folder of what is known of unfinished uploads.
    package var uploads: String { "\(root)/uploads" }

    /// The record of the upload of a blob to one place; `place` is told apart by its digest.
    func uploadPath(of digest: Digest, to place: String) -> String {
        "\(uploads)/\(Digest(hashing: Array("\(place)\n\(digest)".utf8)).hex)"
    }

    /// The file of a blob.
    package func path(of digest: Digest) -> String { "\(blobs)/\(digest.fileName)" }

    /// The folder of unfinished downloads.
    ///
    /// When Ollama starts it removes files of an hour that it does not know from the blobs, but no
    /// folders. Its own downloads are files there, named `sha256-<64 hex>-partial`; what is in them
    /// only Ollama knows.
    package var partials: String { "\(blobs)/partial" }

    /// The file in which a download collects, so that it can be resumed.
    package func partialPath(of target: DownloadTarget) -> String {
        "\(partials)/\(target.fileName)"
    }

    /// The file that records the pieces of a download.
    package func journalPath(of target: DownloadTarget) -> String {
        partialPath(of: target) + ".journal"
    }

    /// The file of a manifest, for exactly this spelling of the name.
    package func path(of name: ModelName) -> String {
        ([manifests] + name.parts).joined(separator: "/")
    }
}
