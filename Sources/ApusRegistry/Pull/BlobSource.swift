internal import ApusStore
internal import AsyncHTTPClient

/// A body that holds bytes of a blob, from `start` on.
struct BlobBody: Sendable {
    /// The offset of its first byte.
    let start: Int64
    /// Whether it begins at the beginning although less was asked for: ranges are not understood.
    let isWhole: Bool
    let host: String
    let content: HTTPClientResponse.Body
}

/// Where the bytes of a blob come from.
protocol BlobSource: Sendable {
    /// Asks for a range of the blob; the answer may hold less, or all of it.
    ///
    /// Throws: `protocolViolation` when the answer is of another range or another size.
    func open(_ range: Range<Int64>) async throws -> BlobBody
}

/// The bytes of a layer, at its registry.
struct LayerSource: BlobSource {
    let session: RegistrySession
    let layer: Layer

    private var root: RegistryURL { session.root }

    func open(_ range: Range<Int64>) async throws -> BlobBody {
        let response = try await session.send(
            RegistryTransport.Request(
                url: session.path("blobs/\(layer.digest)"),
                headers: [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
            )
        )
        try await session.requireContent(response, of: "\(layer.digest)", asking: root)
        let isWhole = response.status == 200
        if isWhole { try checkLength(response) } else { try checkRange(response, range) }
        return BlobBody(
            start: isWhole ? 0 : range.lowerBound,
            isWhole: isWhole && range.count < layer.sizeBytes,
            host: response.url.host,
            content: response.body
        )
    }

    private func checkRange(
        _ response: RegistryTransport.Response,
        _ range: Range<Int64>
    ) throws(RegistryError) {
        guard let answer = ContentRange(response), range.contains(answer.bytes),
            answer.bytes.lowerBound == range.lowerBound,
            answer.total == nil || answer.total == layer.sizeBytes
        else { throw ContentRange.wrong(response, range, of: layer.sizeBytes) }
    }

    private func checkLength(_ response: RegistryTransport.Response) throws(RegistryError) {
        guard let text = response.header("Content-Length") else { return }
        guard Int64(text) == layer.sizeBytes else {
            throw RegistryError(
                .protocolViolation,
                "Layer \(layer.digest) has \(layer.sizeBytes) bytes in its manifest and "
                    + "\(StoreError.quoted(text)) at \(response.url.host)."
            )
        }
    }
}

extension RegistrySession {
    /// Checks that an answer holds content, all or a part of what `url`'s host was asked for.
    ///
    /// Throws: `unreachable` for a signed link that ran out; the refusal; `protocolViolation` for an
    /// answer that is neither.
    func requireContent(
        _ response: RegistryTransport.Response,
        of content: String,
        asking url: RegistryURL
    ) async throws {
        switch response.status {
        case 200, 206: return
        case let status where [403, 410].contains(status) && response.url.origin != url.origin:
            // The first host gives a new link.
            throw RegistryError(
                .unreachable,
                "\(response.url.host) refuses \(content) (\(status))"
            )
        case 400...: throw try await refusal(response)
        default:
            throw RegistryError(
                .protocolViolation,
                "\(response.url.host) answers \(response.status) to a request for \(content)."
            )
        }
    }
}
