internal import ApusStore
internal import NIOCore
internal import NIOHTTP1

/// What a host says about a GGUF file.
struct RemoteFile: Sendable {
    let url: RegistryURL
    /// Its name, for people.
    let name: String
    let sizeBytes: Int64
    /// Its SHA-256; nil when the host does not state it.
    let digest: Digest?
    /// What tells this content from a later one at the same URL: an entity tag, or the time of the
    /// last change; nil when the host gives neither.
    let version: String?

    /// What the download of the file is kept under.
    ///
    /// Without a version nothing could be resumed: each attempt is another one.
    var target: DownloadTarget {
        if let digest { return DownloadTarget(digest) }
        let random = { "\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))" }
        return DownloadTarget(place: url.text, version: version ?? random())
    }

    /// Asks for the first bytes of a file.
    ///
    /// `digest` is what is known of its content from elsewhere.
    /// Throws: `protocolViolation` for what is no GGUF file or has no stated size; `tooLarge`;
    /// `notFound`.
    static func find(
        _ url: RegistryURL,
        digest: Digest? = nil,
        _ session: RegistrySession
    ) async throws -> RemoteFile {
        let name = ModelURL.fileName(of: url)
        do {
            return try await session.retrying {
                try await ask(url, name, digest, session)
            }
        } catch let error as RegistryError {
            throw RegistryError(error.code, "\(StoreError.quoted(name)): \(error.message)")
        }
    }

    private static func ask(
        _ url: RegistryURL,
        _ name: String,
        _ digest: Digest?,
        _ session: RegistrySession
    ) async throws -> RemoteFile {
        let response = try await session.send(
            RegistryTransport.Request(url: url, headers: [("Range", "bytes=0-3")])
        )
        let size = try await size(response, session)
        guard size <= session.policy.maximumFileBytes else {
            throw RegistryError(
                .tooLarge,
                "\(size) bytes are beyond the limit of \(session.policy.maximumFileBytes)."
            )
        }
        try await requireGGUF(response, size, session.policy)
        let hubs = session.policy.hubHosts
        return RemoteFile(
            url: url,
            name: name,
            sizeBytes: size,
            digest: digest ?? Self.digest(response, hubHosts: hubs),
            version: version(response)
        )
    }

    private static func size(
        _ response: RegistryTransport.Response,
        _ session: RegistrySession
    ) async throws -> Int64 {
        let host = response.url.host
        let size: Int64?
        switch response.status {
        case 206:
            size = ContentRange(response).flatMap { $0.bytes.lowerBound == 0 ? $0.total : nil }
        case 200: size = response.header("Content-Length").flatMap { Int64($0) }
        case 416: size = 0
        case 400...: throw try await session.refusal(response)
        default:
            throw RegistryError(
                .protocolViolation,
                "\(host) answers \(response.status) to a request for a file."
            )
        }
        guard let size, size >= 0 else {
            throw RegistryError(.protocolViolation, "\(host) does not say how large the file is.")
        }
        return size
    }

    /// Checks the first four bytes.
    private static func requireGGUF(
        _ response: RegistryTransport.Response,
        _ size: Int64,
        _ policy: RegistryPolicy
    ) async throws {
        var start: [UInt8] = []
        if size >= 4 {
            let body = BlobBody(
                start: 0,
                isWhole: false,
                host: response.url.host,
                content: response.body
            )
            var stream = BodyStream(body, policy: policy)
            start = Array(try await stream.next(upTo: 4).readableBytesView)
        }
        guard start == Array("GGUF".utf8) else {
            let type = response.header("Content-Type")?.prefix { $0 != ";" } ?? ""
            let isPage = type.lowercased().hasPrefix("text/html")
            throw RegistryError(
                .protocolViolation,
                "\(response.url.host) sends \(isPage ? "a web page" : "something else") there, "
                    + "no GGUF file."
            )
        }
    }

    /// The SHA-256 that the hosts on the way to a file state.
    ///
    /// Hugging Face's hub has it in `X-Linked-ETag` of its redirect, other servers of its protocol
    /// as well; an entity tag of 64 digits means that at the hub alone.
    static func digest(
        _ response: RegistryTransport.Response,
        hubHosts: [String]
    ) -> Digest? {
        let hops = response.passed + [(response.url, response.headers)]
        let linked = hops.lazy.compactMap { digest($0.headers.first(name: "X-Linked-ETag")) }.first
        return linked
            ?? hops.lazy.filter { hubHosts.contains($0.url.host) }
            .compactMap { digest($0.headers.first(name: "ETag")) }.first
    }

    private static func digest(_ tag: String?) -> Digest? {
        tag.flatMap { try? Digest("sha256:\($0.filter { $0 != "\"" })") }
    }

    /// A strong entity tag, else the time of the last change, else a weak entity tag.
    static func version(_ response: RegistryTransport.Response) -> String? {
        let tag = response.header("ETag").flatMap { $0.isEmpty ? nil : $0 }
        if let tag, isStrong(tag) { return tag }
        return response.header("Last-Modified").flatMap { $0.isEmpty ? nil : $0 } ?? tag
    }

    /// Whether a version can stand in `If-Range`: times can, weak entity tags cannot (RFC 9110,
    /// 13.1.5).
    static func isStrong(_ version: String) -> Bool { !version.hasPrefix("W/") }
}
