package import ApusDialects
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Speaks the native API with a server, this program's or Ollama's.
///
/// Every call can be cancelled with its task; the server notices and stops. Errors are
/// `ClientError`s. Thread-safe.
package struct ApusClient: Sendable {
    /// Longest answer that is not a stream, and longest line of one, in bytes.
    static let maximumAnswerBytes = 256 << 20

    /// Where the server is.
    package let address: HostAddress
    private let http: HTTPClient

    /// A client of the server at `address`; call `shutdown` when done.
    package init(address: HostAddress) {
        self.address = address
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(10)
        // A long prompt can keep a server silent for minutes.
        configuration.timeout.read = nil
        configuration.decompression = .disabled
        // A server that is not there is said at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Runs `body` with a client of the server at `address`.
    package static func with<Value>(
        _ address: HostAddress,
        _ body: (ApusClient) async throws -> Value
    ) async throws -> Value {
        let client = ApusClient(address: address)
        do {
            let value = try await body(client)
            try await client.shutdown()
            return value
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Closes all connections.
    package func shutdown() async throws { try await http.shutdown() }

    /// Sends a request and returns the answer once its head is there.
    ///
    /// Throws: `unreachable`; `refused` with the server's words for a status of 400 and above.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        body: HTTPClientRequest.Body? = nil,
        type: String = "application/json"
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.connectURL + path)
        request.method = method
        request.headers.add(name: "User-Agent", value: "apus")
        request.headers.add(name: "Accept", value: "application/x-ndjson, application/json")
        if body != nil { request.headers.add(name: "Content-Type", value: type) }
        request.body = body
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, deadline: .distantFuture)
        } catch let error where Self.isUnreachable(error) {
            throw ClientError(
                .unreachable,
                "could not connect to a server at \(address.connectURL); start one with 'apus "
                    + "serve', or set OLLAMA_HOST to where one is"
            )
        }
        guard response.status.code < 400 else { throw await Self.refusal(response) }
        return response
    }

    /// Sends a value and returns the answer once its head is there.
    func send(
        _ method: HTTPMethod,
        _ path: String,
        value: some Encodable
    ) async throws -> HTTPClientResponse {
        let bytes = try OllamaWire.encode(value)
        return try await send(method, path, body: .bytes(ByteBuffer(bytes: bytes)))
    }

    /// The body of an answer as a value.
    func decode<Value: Decodable>(
        _ type: Value.Type,
        from response: HTTPClientResponse
    ) async throws -> Value {
        let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
        do {
            return try OllamaWire.decode(type, from: body.readableBytesView)
        } catch {
            throw ClientError(
                .unexpectedAnswer,
                "\(address.connectURL) does not answer like an Ollama server: \(error.message)"
            )
        }
    }

    /// Reads what is left of an answer that says nothing.
    func discard(_ response: HTTPClientResponse) async throws {
        for try await _ in response.body {}
    }

    private static func refusal(_ response: HTTPClientResponse) async -> ClientError {
        let body = try? await response.body.collect(upTo: 1 << 20)
        let bytes = body.map { Array($0.readableBytesView) } ?? []
        let failure = try? OllamaWire.decode(OllamaFailure.self, from: bytes)
        let text = failure?.error ?? String(decoding: bytes.prefix(200), as: UTF8.self)
        let code = Int(response.status.code)
        return ClientError(
            .refused(status: code),
            text.isEmpty ? "the server answered with \(code)" : text
        )
    }

    private static func isUnreachable(_ error: any Error) -> Bool {
        if error is NIOConnectionError || error is IOError { return true }
        return (error as? HTTPClientError) == .connectTimeout
    }
}
