internal import ApusDialects
internal import AsyncHTTPClient
internal import NIOCore

/// The frames of a streamed answer, one JSON document a line.
///
/// Ending the iteration ends the request. Throws: `failed` with the server's words when a frame
/// says so, `unexpectedAnswer` for a line that is no frame.
package struct FrameStream<Frame: Decodable & Sendable>: AsyncSequence, Sendable {
    package typealias Element = Frame

    private let body: HTTPClientResponse.Body

    init(_ response: HTTPClientResponse) { body = response.body }

    /// Iterates over the frames; can be done once.
    package func makeAsyncIterator() -> Iterator { Iterator(body: body.makeAsyncIterator()) }

    /// Iterates over the frames.
    package struct Iterator: AsyncIteratorProtocol {
        private var body: HTTPClientResponse.Body.AsyncIterator
        private var lines = LineBuffer(limit: ApusClient.maximumAnswerBytes)
        private var isAtEnd = false

        fileprivate init(body: HTTPClientResponse.Body.AsyncIterator) { self.body = body }

        /// The next frame; nil after the last.
        package mutating func next() async throws -> Frame? {
            while true {
                if let line = lines.next(isAtEnd: isAtEnd) { return try Self.frame(line) }
                if isAtEnd { return nil }
                if let piece = try await body.next() {
                    try lines.append(piece.readableBytesView)
                } else {
                    isAtEnd = true
                }
            }
        }

        private static func frame(_ line: [UInt8]) throws -> Frame {
            if let failure = try? OllamaWire.decode(OllamaFailure.self, from: line) {
                throw ClientError(.failed, failure.error)
            }
            do {
                return try OllamaWire.decode(Frame.self, from: line)
            } catch {
                throw ClientError(
                    .unexpectedAnswer,
                    "the server sent a line that is none: \(error.message)"
                )
            }
        }
    }
}

/// Cuts bytes into lines; pure, so that it can be tested without a server.
struct LineBuffer {
    private var bytes: [UInt8] = []
    /// Where the next line begins, and how far it has been looked at.
    private var start = 0
    private var searched = 0
    private let limit: Int

    /// Lines may have `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Takes in more bytes.
    ///
    /// Throws: `unexpectedAnswer` when a line exceeds the limit.
    mutating func append(_ piece: some Collection<UInt8>) throws {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        guard bytes.count + piece.count <= limit else {
            throw ClientError(
                .unexpectedAnswer,
                "the server sent a line of more than \(limit) bytes"
            )
        }
        bytes += piece
    }

    /// The next line that is not empty; at the end, also one that lacks its line feed.
    mutating func next(isAtEnd: Bool) -> [UInt8]? {
        while searched < bytes.count {
            let isLineFeed = bytes[searched] == UInt8(ascii: "\n")
            searched += 1
            guard isLineFeed else { continue }
            let line = Array(bytes[start..<(searched - 1)])
            start = searched
            if !Self.isBlank(line) { return line }
        }
        guard isAtEnd, start < bytes.count else { return nil }
        let line = Array(bytes[start...])
        start = bytes.count
        return Self.isBlank(line) ? nil : line
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }
    }
}
