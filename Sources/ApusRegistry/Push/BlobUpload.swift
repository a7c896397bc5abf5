internal import ApusStore
internal import AsyncHTTPClient
internal import NIOHTTP1
internal import Synchronization

/// The pieces of a layer on their way to an upload that a registry has opened.
///
/// Pieces go to the registry with `PATCH`, or where it says so (Ollama's does, with 307) to its
/// storage with `PUT`. After a failure the registry is asked how much it has.
struct BlobUpload: Sendable {
    let session: RegistrySession
    let layer: Layer
    let reader: BlobReader
    let journal: UploadJournal?
    /// Told how many bytes have been sent altogether.
    let place: @Sendable (Int64) -> Void

    /// How often the registry may be elsewhere than it says, without progress in between, before an
    /// upload is given up for a new one.
    private static let maximumContradictions = 3

    private var policy: RegistryPolicy { session.policy }

    /// Sends what is missing, and makes the upload a blob of the registry.
    ///
    /// Throws: `UploadLost` when only a new upload can succeed.
    func run(_ state: UploadState, _ backOff: inout BackOff) async throws {
        var state = state
        if state.isRecorded {
            // A record that leads nowhere is one of an upload that is gone.
            do { _ = try await ask(&state) } catch is RegistryError { throw UploadLost() }
        }
        let pieceBytes = min(
            max(layer.sizeBytes / 16, policy.uploadBytes.lowerBound),
            policy.uploadBytes.upperBound
        )
        var contradictions = 0
        while state.position < layer.sizeBytes {
            place(state.position)
            do {
                let end = min(state.position + pieceBytes, layer.sizeBytes)
                try await send(state.position..<end, &state)
                backOff.reset(at: state.position)
                contradictions = 0
            } catch let error as RegistryError {
                let isElsewhere = Self.isElsewhere(error)
                try await backOff.pause(
                    after: isElsewhere ? RegistryError(.truncated, error.message) : error
                )
                let hasSaid = try await ask(&state)
                if isElsewhere || !hasSaid { contradictions += 1 }
                guard contradictions < Self.maximumContradictions else { throw UploadLost() }
            }
        }
        place(state.position)
        try await commit(state)
    }

    /// Whether a refusal may only mean that the registry is elsewhere in the upload.
    private static func isElsewhere(_ error: RegistryError) -> Bool {
        [.notFound, .refused(status: 410), .refused(status: 416)].contains(error.code)
    }

    /// Sends one piece, and records it.
    private func send(_ range: Range<Int64>, _ state: inout UploadState) async throws {
        var checksum: RangeChecksum?
        let response = try await session.send(request(.PATCH, range, nil, to: state.url))
        switch response.status {
        case 307:
            guard let location = response.header("Location") else {
                throw RegistryError(.badRedirect, "The registry redirects an upload to nowhere.")
            }
            let storage = try session.transport.location(location, of: response)
            let next =
                try response.header("Docker-Upload-Location").map {
                    try session.transport.location($0, of: response)
                } ?? state.url
            let made = RangeChecksum()
            try await store(request(.PUT, range, made, to: storage))
            checksum = made
            state.url = next
        case 200..<300:
            await session.transport.drain(response)
            state.url = try session.uploadURL(of: response)
        default:
            throw try await session.refusal(response)
        }
        state.take(to: range.upperBound, checksum?.value)
        let step = UploadJournal.Step(
            end: range.upperBound,
            checksum: checksum.map { UploadState.hexadecimal($0.value) },
            location: state.url.text
        )
        let journal = journal
        try await Disk.run { journal?.record(step) }
    }

    /// Puts a piece where the registry's storage wants it; nothing but the URL authorizes that.
    private func store(_ request: RegistryTransport.Request) async throws {
        var request = request
        request.headers = request.headers.filter { $0.name == "Content-Type" }
        let put = request
        try await session.retrying {
            let answer = try await session.transport.send(put)
            switch answer.status {
            case 200..<300:
                await session.transport.drain(answer)
            case 403, 410:
                // A signed link that ran out: the registry gives a new one.
                await session.transport.drain(answer)
                throw RegistryError(
                    .unreachable,
                    "\(answer.url.host) refuses \(layer.digest) (\(answer.status))"
                )
            default:
                throw try await session.refusal(answer)
            }
        }
    }

    private func request(
        _ method: HTTPMethod,
        _ range: Range<Int64>,
        _ checksum: RangeChecksum?,
        to url: RegistryURL
    ) -> RegistryTransport.Request {
        let progress = SentBytes(from: range.lowerBound, place: place)
        let reader = reader
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

    /// Asks where the upload goes on, and from which byte (distribution, "Get Upload").
    ///
    /// Gives whether the registry has said so; those that cannot are taken to be where they were.
    /// Throws: `UploadLost`.
    private func ask(_ state: inout UploadState) async throws -> Bool {
        let request = RegistryTransport.Request(url: state.url, isFollowing: false)
        let response = try await session.retrying {
            let response = try await session.send(request)
            guard response.status >= 500 || [408, 429].contains(response.status) else {
                return response
            }
            throw try await session.refusal(response)
        }
        guard (200..<300).contains(response.status) else {
            let limit = policy.maximumDocumentBytes
            let body = try await session.transport.document(of: response, limit: limit)
            if RegistryRefusal.isOfLostUpload(body) { throw UploadLost() }
            return false
        }
        await session.transport.drain(response)
        if response.header("Location") != nil { state.url = try session.uploadURL(of: response) }
        let bounds = (response.header("Range") ?? "0-0").split(separator: "-")
        guard bounds.count == 2, let last = Int64(bounds[1]), last >= 0, last < layer.sizeBytes
        else { throw UploadLost() }
        // A registry that has nothing says `0-0`, too; one byte is sent again then.
        state.move(to: last == 0 ? 0 : last + 1)
        return true
    }

    private func commit(_ state: UploadState) async throws {
        var url = state.url.adding(query: "digest=\(layer.digest)")
        if let tag = state.tag { url = url.adding(query: "etag=\(tag)") }
        let put = RegistryTransport.Request(method: .PUT, url: url, isFollowing: false)
        do {
            let response = try await session.retrying { try await session.succeed(put) }
            await session.transport.drain(response)
        } catch let error as RegistryError {
            switch error.code {
            case .notFound:
                // An earlier attempt may have succeeded without our hearing of it.
                let head = RegistryTransport.Request(
                    method: .HEAD,
                    url: session.path("blobs/\(layer.digest)")
                )
                if try await session.send(head).status == 200 { return }
                throw state.isRecorded ? UploadLost() : error
            case .refused(status: 400..<500) where state.isRecorded:
                // What an earlier push left there is not what it should be.
                throw UploadLost()
            default:
                throw error
            }
        }
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
