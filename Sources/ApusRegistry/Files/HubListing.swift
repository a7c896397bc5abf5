internal import ApusConversation
internal import ApusStore
internal import NIOHTTP1

/// The GGUF files of a repository of Hugging Face's hub, for models that its registry refuses.
///
/// `GET /api/models/USER/REPO/tree/main?recursive=true` answers with a list of
/// `{"type":"file","path":...,"size":...,"lfs":{"oid":<sha256>,"size":...}}`; `Link: <...>;
/// rel="next"` leads to more. Source: the hub's API as huggingface.js uses it (`listFiles`).
struct HubListing: Sendable {
    /// A file of the repository.
    struct File: Sendable, Hashable {
        /// Where it is, relative to the repository.
        let path: String
        /// Its SHA-256, if the hub states it.
        var digest: Digest?

        /// The last component of its path.
        var name: Substring { path.split(separator: "/").last ?? "" }
    }

    /// Everything that may be a model.
    let files: [File]

    /// Reads the listing of the repository that a session is about.
    ///
    /// Throws: `protocolViolation`, `tooLarge`, `notFound`.
    init(_ session: RegistrySession) async throws {
        let (name, policy) = (session.name, session.policy)
        var next: RegistryURL? = session.root.at(
            "/api/models/\(name.namespace)/\(name.model)/tree/main?recursive=true"
        )
        var files: [File] = []
        for _ in 0..<policy.maximumListingPages {
            guard let url = next else { break }
            let (page, following) = try await session.retrying {
                let response = try await session.succeed(
                    RegistryTransport.Request(url: url, headers: [("Accept", "application/json")])
                )
                let bytes = try await session.transport.document(
                    of: response,
                    limit: policy.maximumListingBytes
                )
                let link = Self.next(response.headers["Link"])
                return (bytes, try link.map { try session.transport.location($0, of: response) })
            }
            files += try Self.files(page, session.root.host)
            next = following
        }
        guard next == nil else {
            throw RegistryError(.tooLarge, "The repository has too many files to list.")
        }
        self.files = files
    }

    init(files: [File]) { self.files = files }

    /// The files of a page that may be models, or parts of them.
    private static func files(_ page: [UInt8], _ host: String) throws(RegistryError) -> [File] {
        guard let list = (try? JSONParser.parse(page, maximumDepth: 32))?.arrayValue else {
            throw RegistryError(.protocolViolation, "\(host) lists its files in an unknown way.")
        }
        return list.compactMap { entry in
            guard let object = entry.objectValue, object["type"]?.stringValue == "file",
                let path = object["path"]?.stringValue, path.lowercased().hasSuffix(".gguf")
            else { return nil }
            let content = object["lfs"]?.objectValue?["oid"]?.stringValue
            let file = File(path: path, digest: content.flatMap { try? Digest("sha256:\($0)") })
            // Projectors and importance matrices are GGUF files, too.
            let name = file.name.lowercased()
            return ["mmproj", "imatrix"].contains(where: name.contains) ? nil : file
        }
    }

    /// The target of `rel="next"` (RFC 8288).
    private static func next(_ headers: [String]) -> String? {
        for link in headers.flatMap({ $0.split(separator: ",") }) {
            let parts = link.split(separator: ";")
            let target = (parts.first ?? "").drop { $0 == " " }
            let isNext = parts.dropFirst().contains {
                $0.filter { $0 != " " && $0 != "\"" }.lowercased() == "rel=next"
            }
            if isNext, target.hasPrefix("<"), let end = target.firstIndex(of: ">") {
                return String(target[..<end].dropFirst())
            }
        }
        return nil
    }
}
