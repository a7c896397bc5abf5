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
        switch response.status {
        case 206:
            try checkRange(response, range)
            return BlobBody(
                start: range.lowerBound,
                isWhole: false,
                host: response.url.host,
                content: response.body
            )
        case 200:
            try checkLength(response)
            return BlobBody(
                start: 0,
                isWhole: range.count < layer.sizeBytes,
                host: response.url.host,
                content: response.body
            )
        case let status where [403, 410].contains(status) && response.url.origin != root.origin:
            // A signed link that ran out: the registry gives a new one.
            throw RegistryError(
                .unreachable,
                "\(response.url.host) refuses \(layer.digest) (\(response.status))"
            )
        case 400...:
            throw try await session.refusal(response)
        default:
            throw RegistryError(
                .protocolViolation,
                "\(response.url.host) answers \(response.status) to a request for a layer."
            )
        }
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

/// `Content-Range`: which bytes an answer holds, and of how many.
struct ContentRange {
    /// The offsets of its bytes; never empty.
    let bytes: Range<Int64>
    /// Bytes of the whole; nil when the answer does not say.
    let total: Int64?

    /// Reads the header; nil when it is missing or makes no sense (RFC 9110, 14.4).
    init?(_ response: RegistryTransport.Response) {
        let text = response.header("Content-Range") ?? ""
        guard text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(
            omittingEmptySubsequences: false,
            whereSeparator: { $0 == "-" || $0 == "/" }
        )
        guard numbers.count == 3, let first = Int64(numbers[0]), let last = Int64(numbers[1]),
            first >= 0, last >= first, last < .max
        else { return nil }
        bytes = first..<last + 1
        total = Int64(numbers[2])
        guard numbers[2] == "*" || total.map({ $0 > last }) == true else { return nil }
    }

    /// The error for an answer that holds something else than was asked for.
    static func wrong(
        _ response: RegistryTransport.Response,
        _ range: Range<Int64>,
        of sizeBytes: Int64
    ) -> RegistryError {
        RegistryError(
            .protocolViolation,
            "\(response.url.host) was asked for bytes \(range.lowerBound) to "
                + "\(range.upperBound - 1) of \(sizeBytes) and answers with "
                + "\(StoreError.quoted(response.header("Content-Range") ?? ""))."
        )
    }
}
