internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// What went wrong on a connection, in this module's words.
enum TransportFailure {
    /// The error to report for one of the HTTP client's.
    static func error(_ error: any Error, host: String) -> RegistryError {
        switch error {
        case let error as RegistryError: error
        case let error as HTTPClientError: of(error, host)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            RegistryError(.untrusted, untrusted(error, host))
        case HTTPParserError.invalidEOFState:
            RegistryError(.truncated, "\(host) ended the connection too early.")
        case is HTTPParserError:
            RegistryError(.protocolViolation, "\(host) does not speak HTTP.")
        case let error as NIOConnectionError:
            RegistryError(.unreachable, "\(host) does not answer at port \(error.port).")
        case let error as IOError:
            RegistryError(.unreachable, "The connection to \(host) failed: \(error).")
        default:
            RegistryError(.unreachable, "The connection to \(host) failed: \(error).")
        }
    }

    private static func of(_ error: HTTPClientError, _ host: String) -> RegistryError {
        switch error {
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            RegistryError(.stalled, "\(host) has sent nothing for too long.")
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout,
            .httpProxyHandshakeTimeout, .socksHandshakeTimeout:
            RegistryError(.unreachable, "Connecting to \(host) takes too long.")
        case .remoteConnectionClosed, .bodyLengthMismatch:
            RegistryError(.truncated, "\(host) ended the connection too early.")
        case .proxyAuthenticationRequired:
            RegistryError(.unauthorized, "The proxy asks for a user name and a password.")
        case .invalidProxyResponse:
            RegistryError(.unreachable, "The proxy does not connect to \(host).")
        case .invalidURL, .emptyHost, .emptyScheme:
            RegistryError(.protocolViolation, "A URL of \(host) cannot be used.")
        default:
            RegistryError(.unreachable, "The connection to \(host) failed: \(error).")
        }
    }

    private static func untrusted(_ error: any Error, _ host: String) -> String {
        let text = String(describing: error)
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "\(host) does not speak TLS; 'insecure' allows plain HTTP."
        }
        return "The certificate of \(host) is not trusted; 'insecure' accepts it, and "
            + "OLLAMA_CA_FILE adds a certificate authority (\(text))."
    }
}

/// Runs `work` for at most so long.
///
/// Throws: `stalled`, with that message.
func withTimeout<Value: Sendable>(
    _ limit: Duration,
    _ message: String,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: work)
        group.addTask {
            try await Task.sleep(for: limit)
            throw RegistryError(.stalled, message)
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
