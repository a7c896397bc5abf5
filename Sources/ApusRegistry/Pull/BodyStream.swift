internal import AsyncHTTPClient
internal import NIOCore

/// The bytes of a body in order, in pieces worth writing, with an eye on their speed.
struct BodyStream {
    /// Bytes collected before they are handed on.
    private static let pieceBytes = 512 << 10

    private var body: HTTPClientResponse.Body.AsyncIterator
    private let host: String
    private let policy: RegistryPolicy
    private var rest = ByteBuffer()
    private var isAtEnd = false
    /// An error that came after bytes which have not been handed on.
    private var failure: RegistryError?
    /// The offset of the next byte.
    private(set) var position: Int64
    private var windowStart = ContinuousClock.now
    private var windowBytes: Int64 = 0

    init(_ body: BlobBody, policy: RegistryPolicy) {
        self.body = body.content.makeAsyncIterator()
        host = body.host
        position = body.start
        self.policy = policy
    }

    /// Passes over bytes that are not wanted.
    mutating func skip(to offset: Int64) async throws {
        while position < offset { _ = try await next(upTo: offset - position) }
    }

    /// The next bytes, at least one and at most `limit`.
    ///
    /// What a server sends beyond that is never read. Throws: `truncated`, `stalled`.
    mutating func next(upTo limit: Int64) async throws -> ByteBuffer {
        let wanted = Int(min(limit, Int64(Self.pieceBytes)))
        while rest.readableBytes < wanted, !isAtEnd, failure == nil { try await fill() }
        if let piece = rest.readSlice(length: min(wanted, rest.readableBytes)),
            piece.readableBytes > 0
        {
            position += Int64(piece.readableBytes)
            return piece
        }
        throw failure ?? RegistryError(.truncated, "\(host) ended the content too early.")
    }

    private mutating func fill() async throws {
        do {
            guard var piece = try await body.next() else {
                isAtEnd = true
                return
            }
            if rest.readableBytes == 0 {
                rest = piece
            } else {
                rest.discardReadBytes()
                rest.writeBuffer(&piece)
            }
            windowBytes += Int64(piece.readableBytes)
            noteSpeed()
        } catch {
            try Task.checkCancellation()
            failure = TransportFailure.error(error, host: host)
        }
    }

    private mutating func noteSpeed() {
        let now = ContinuousClock.now
        guard now - windowStart > policy.stallTimeout * 2 else { return }
        if windowBytes < policy.stallBytes {
            failure = RegistryError(.stalled, "\(host) sends next to nothing.")
        }
        windowStart = now
        windowBytes = 0
    }
}
