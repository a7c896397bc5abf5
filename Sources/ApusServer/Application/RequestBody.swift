internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension ServerConfiguration {
    /// The whole body of a request, decompressed.
    ///
    /// Throws: `bodyTooLarge`, before reading when the length is stated; `unsupportedCoding`;
    /// `invalidRequest` for a body that ends early or is not what its coding says.
    func body(of request: Request) async throws -> ByteBuffer {
        if let stated = request.headers[.contentLength].flatMap({ Int($0) }),
            stated > maximumBodyBytes
        {
            throw bodyTooLarge
        }
        let body: ByteBuffer
        do {
            if let coding = try ContentCoding(header: request.headers[.contentEncoding]) {
                body = try await decoded(request.body, coding)
            } else {
                body = try await collected(request.body)
            }
        } catch let error as CodingError {
            throw ServerError(error, orTooLarge: bodyTooLarge)
        }
        requestFolder?.keep(body, of: request)
        return body
    }

    private func collected(_ body: RequestBody) async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: maximumBodyBytes)
        } catch is NIOTooManyBytesError {
            throw bodyTooLarge
        } catch {
            throw ServerError.cutOffBody
        }
    }

    /// A compressed body; neither what comes in nor what comes out may exceed the limit.
    private func decoded(_ body: RequestBody, _ coding: ContentCoding) async throws -> ByteBuffer {
        let decoder = try coding.makeDecoder()
        var output = ByteBuffer()
        var received = 0
        var pieces = body.makeAsyncIterator()
        while let piece = try await pieces.nextOrCutOff() {
            received += piece.readableBytes
            if received > maximumBodyBytes { throw bodyTooLarge }
            try await decoder.decode(piece, into: &output, limit: maximumBodyBytes)
        }
        guard decoder.isComplete || received == 0 else {
            throw CodingError(.malformed, "the compressed body ends too early")
        }
        return output
    }

    private var bodyTooLarge: ServerError {
        ServerError(
            .bodyTooLarge,
            "request body is larger than \(maximumBodyBytes) bytes; OLLAMA_MAX_BODY raises the limit"
        )
    }
}

extension RequestBody.AsyncIterator {
    /// The next piece of a body.
    ///
    /// Throws: `ServerError.cutOffBody`.
    mutating func nextOrCutOff() async throws -> ByteBuffer? {
        do {
            return try await next()
        } catch {
            throw ServerError.cutOffBody
        }
    }
}

extension ServerError {
    /// A body that ends early or is no HTTP; most often its client has gone.
    static var cutOffBody: ServerError {
        ServerError(.invalidRequest, "the request's body ended before it was complete")
    }

    /// What a client is told of a body that could not be decompressed.
    fileprivate init(_ error: CodingError, orTooLarge tooLarge: ServerError) {
        switch error.code {
        case .unknown: self.init(.unsupportedCoding, error.message)
        case .malformed: self.init(.invalidRequest, error.message)
        case .tooLarge: self = tooLarge
        case .noMemory: self.init(.outOfMemory, error.message)
        }
    }
}
