internal import ApusStore
internal import AsyncHTTPClient
internal import Crypto
internal import NIOHTTP1
internal import Synchronization

/// The upload of one layer: asked for, taken over from another repository, or sent in pieces.
///
/// Pieces go to the registry with `PATCH`, or where it says so (Ollama's does, with 307) to its
/// storage with `PUT`. After a failure the registry is asked how much it has.
struct BlobPush: Sendable {
    let session: RegistrySession
    let blobs: BlobStore
    let layer: Layer
    /// Told how many bytes have been sent altogether.
    let place: @Sendable (Int64) -> Void

    private var policy: RegistryPolicy { session.policy }

    /// Sees to it that the registry has the layer.
    func run() async throws {
        if try await session.retrying({ try await exists() }) { return }
        let (blobs, layer) = (blobs, layer)
        let reader = try await Disk.run {
            try BlobReader(layer.digest, sizeBytes: layer.sizeBytes, in: blobs)
        }
        guard let start = try await session.retrying({ try await begin() }) else { return }
        let (end, etag) = try await send(reader, to: start)
        try await commit(at: end, etag: etag)
    }

    private func exists() async throws -> Bool {
        let response = try await session.send(
            RegistryTransport.Request(
                method: .HEAD,
                url: session.path("blobs/\(layer.digest)")
            )
        )
        switch response.status {
        case 200..<300: return true
        case 404: return false
        default: throw RegistryRefusal.error(response, [])
        }
    }

    /// Where to upload to; nil when the registry took the layer from another of its repositories.
    private func begin() async throws -> RegistryURL? {
        var url = session.path("blobs/uploads/")
        if let from = layer.from.flatMap({ try? ModelName($0) }), from.host == session.name.host {
            url = url.adding(query: "mount=\(layer.digest)")
                .adding(query: "from=\(from.namespace)/\(from.model)")
        }
        let response = try await session.succeed(
            RegistryTransport.Request(method: .POST, url: url, isFollowing: false)
        )
        await session.transport.drain(response)
        if response.status == 201 || response.status == 200 { return nil }
        return try uploadURL(of: response)
    }

    /// Sends all pieces; gives where to commit them and the checksum over their checksums.
    private func send(
        _ reader: BlobReader,
        to start: RegistryURL
    ) async throws -> (RegistryURL, String) {
        let least = policy.uploadBytes.lowerBound
        let most = policy.uploadBytes.upperBound
        let pieceBytes = min(max(layer.sizeBytes / 16, least), most)
        var (url, position) = (start, Int64(0))
        var checksums: [UInt8] = []
        var pieces = 0
        var backOff = BackOff(policy)
        while position < layer.sizeBytes {
            let range = position..<min(position + pieceBytes, layer.sizeBytes)
            let checksum = RangeChecksum()
            do {
                url = try await send(reader, range, checksum, to: url)
                position = range.upperBound
                checksums += checksum.value
                pieces += 1
                backOff.reset()
            } catch let error as RegistryError {
                try await backOff.pause(after: error)
                (url, position) = try await status(of: url, atMost: range.upperBound)
            }
            place(position)
        }
        let sum = Insecure.MD5.hash(data: checksums)
        return (url, "\(Self.hex(sum))-\(max(1, pieces))")
    }

    /// Sends one piece; gives where the next one goes.
    private func send(
        _ reader: BlobReader,
        _ range: Range<Int64>,
        _ checksum: RangeChecksum,
        to url: RegistryURL
    ) async throws -> RegistryURL {
        let response = try await session.send(
            request(.PATCH, reader, range, checksum, to: url)
        )
        switch response.status {
        case 307:
            guard let location = response.header("Location") else {
                throw RegistryError(.badRedirect, "The registry redirects an upload to nowhere.")
            }
            let storage = try session.transport.location(location, of: response)
            let next =
                try response.header("Docker-Upload-Location").map {
                    try session.transport.location($0, of: response)
                } ?? url
            try await store(request(.PUT, reader, range, checksum, to: storage))
            return next
        case 200..<300:
            await session.transport.drain(response)
            return try uploadURL(of: response)
        default:
            throw try await session.refusal(response)
        }
    }

    /// Puts a piece where the registry's storage wants it; nothing but the URL authorizes that.
    private func store(_ request: RegistryTransport.Request) async throws {
        var request = request
        request.headers = request.headers.filter { $0.name == "Content-Type" }
        let put = request
        try await session.retrying {
            let answer = try await session.transport.send(put)
            guard answer.status < 300 else { throw try await session.refusal(answer) }
            await session.transport.drain(answer)
        }
    }

    private func request(
        _ method: HTTPMethod,
        _ reader: BlobReader,
        _ range: Range<Int64>,
        _ checksum: RangeChecksum,
        to url: RegistryURL
    ) -> RegistryTransport.Request {
        let progress = SentBytes(from: range.lowerBound, place: place)
        return RegistryTransport.Request(
            method: method,
            url: url,
            headers: [
                ("Content-Type", "application/octet-stream"),
                ("Content-Range", "\(range.lowerBound)-\(range.upperBound - 1)"),
                ("X-Redirect-Uploads", "1"),
            ],
            body: {
                progress.restart()
                return .stream(
                    BlobRange(
                        reader: reader,
                        range: range,
                        advance: { progress.add($0) },
                        checksum: checksum
                    ),
                    length: .known(Int64(range.count))
                )
            },
            isFollowing: false
        )
    }

    /// Where an upload goes on after a failure, and from which byte (distribution, "Get Upload").
    private func status(
        of url: RegistryURL,
        atMost limit: Int64
    ) async throws -> (RegistryURL, Int64) {
        let response = try await session.retrying {
            try await session.succeed(RegistryTransport.Request(url: url, isFollowing: false))
        }
        await session.transport.drain(response)
        let next = response.header("Location") == nil ? url : try uploadURL(of: response)
        let bounds = (response.header("Range") ?? "").split(separator: "-")
        guard bounds.count == 2, let last = Int64(bounds[1]), last >= 0, last < limit else {
            return (next, 0)
        }
        // A registry that has nothing says `0-0`, too; one byte is sent again then.
        return (next, last == 0 ? 0 : last + 1)
    }

    private func commit(at url: RegistryURL, etag: String) async throws {
        try await session.retrying {
            do {
                let response = try await session.succeed(
                    RegistryTransport.Request(
                        method: .PUT,
                        url: url.adding(query: "digest=\(layer.digest)")
                            .adding(query: "etag=\(etag)"),
                        isFollowing: false
                    )
                )
                await session.transport.drain(response)
            } catch let error as RegistryError {
                // An earlier attempt may have succeeded without our hearing of it.
                if error.code == .notFound, try await exists() { return }
                throw error
            }
        }
    }

    private func uploadURL(
        of response: RegistryTransport.Response
    ) throws(RegistryError) -> RegistryURL {
        let location = response.header("Docker-Upload-Location") ?? response.header("Location")
        guard let location else {
            throw RegistryError(
                .protocolViolation,
                "\(response.url.host) does not say where to upload to."
            )
        }
        return try session.transport.location(location, of: response)
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Counts what a request sends, from the start again for each attempt.
private final class SentBytes: Sendable {
    private let start: Int64
    private let place: @Sendable (Int64) -> Void
    private let sent: Mutex<Int64>

    init(from start: Int64, place: @escaping @Sendable (Int64) -> Void) {
        self.start = start
        self.place = place
        sent = Mutex(start)
    }

    func restart() {
        sent.withLock { $0 = start }
        place(start)
    }

    func add(_ count: Int) {
        place(
            sent.withLock { sent in
                sent += Int64(count)
                return sent
            }
        )
    }
}
