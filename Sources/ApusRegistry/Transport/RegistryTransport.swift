internal import ApusStore
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// The one HTTP client of pulls and pushes: every request, to whichever host, passes through `send`.
///
/// Host names are looked up here, their addresses checked, and the connection made to the address
/// that was checked, so that a second answer of the name service changes nothing. Redirects are
/// followed here, one by one, under the same checks; what authorizes a request stays with the host
/// it was meant for. Compressed answers are refused, so none can swell. Thread-safe.
final class RegistryTransport: Sendable {
    /// A request.
    struct Request: Sendable {
        var method = HTTPMethod.GET
        var url: RegistryURL
        var headers: [(name: String, value: String)] = []
        var authorization: String?
        var body: (@Sendable () throws -> HTTPClientRequest.Body)?
        /// Whether redirects are followed.
        var isFollowing = true
    }

    /// The head of an answer, and a body to read.
    struct Response: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: HTTPClientResponse.Body
        /// Whose answer it is, after redirects.
        let url: RegistryURL
        /// The redirects that led here, in order.
        var passed: [(url: RegistryURL, headers: HTTPHeaders)] = []

        func header(_ name: String) -> String? { headers.first(name: name) }
    }

    private struct State {
        /// Clients by origin, each bound to one address.
        var clients: [String: HTTPClient] = [:]
        /// Clients whose address did not answer; others may still be using them.
        var retired: [HTTPClient] = []
        /// Which of a host's addresses is next, by origin.
        var turns: [String: Int] = [:]
        /// Whether the registry is a private one; nil before it was looked up.
        var isRegistryClosed: Bool?
    }

    let policy: RegistryPolicy
    private let settings: RegistrySettings
    private let registryHost: String
    private let allowsInsecure: Bool
    private let authorities: TrustedAuthorities
    private let state = Mutex(State())

    /// A client for the registry at that host, and for the hosts that it redirects to.
    ///
    /// Throws: `invalidSetting` for proxies that cannot be used and a file of certificates that cannot
    /// be read.
    init(
        registryHost: String,
        settings: RegistrySettings,
        policy: RegistryPolicy,
        allowsInsecure: Bool
    ) throws(RegistryError) {
        if let problem = settings.problem { throw problem }
        self.registryHost = registryHost
        self.settings = settings
        self.policy = policy
        self.allowsInsecure = allowsInsecure
        authorities = try TrustedAuthorities(file: settings.authorityFile)
    }

    /// Closes all connections.
    func shutdown() async {
        let clients = state.withLock { state in
            defer { (state.clients, state.retired) = ([:], []) }
            return state.clients.values + state.retired
        }
        for client in clients { try? await client.shutdown() }
    }

    /// Sends a request and returns the head of the answer, whatever its status.
    ///
    /// Throws: `RegistryError`.
    func send(_ request: Request) async throws -> Response {
        var request = request
        var passed: [(url: RegistryURL, headers: HTTPHeaders)] = []
        for _ in 0...policy.maximumRedirects {
            var response = try await exchange(request)
            response.passed = passed
            guard request.isFollowing, [301, 302, 303, 307, 308].contains(response.status) else {
                return response
            }
            guard let location = response.header("Location") else {
                throw RegistryError(
                    .badRedirect,
                    "\(response.url.host) redirects without saying where to."
                )
            }
            let next = try self.location(location, of: response)
            await drain(response)
            passed.append((response.url, response.headers))
            if next.origin != request.url.origin { request.authorization = nil }
            request.url = next
        }
        throw RegistryError(
            .badRedirect,
            "\(request.url.host) redirects more than \(policy.maximumRedirects) times."
        )
    }

    /// The URL that an answer refers to, if it may be used.
    ///
    /// Throws: `protocolViolation`; `insecure` when it would leave TLS.
    func location(_ text: String, of response: Response) throws(RegistryError) -> RegistryURL {
        try location(text, from: response.url)
    }

    /// The URL that was found at another one, if it may be used; see `location(_:of:)`.
    func location(_ text: String, from base: RegistryURL) throws(RegistryError) -> RegistryURL {
        guard text.utf8.count <= policy.maximumURLBytes else {
            throw RegistryError(.tooLarge, "\(base.host) sends a URL that is too long.")
        }
        let next = try base.resolving(text)
        guard next.isSecure || !base.isSecure || allowsInsecure else {
            throw RegistryError(.insecure, "\(base.host) redirects to plain HTTP at \(next.host).")
        }
        return next
    }

    /// The whole of a short answer.
    ///
    /// Throws: `tooLarge`, `stalled`, `truncated`.
    func document(of response: Response, limit: Int) async throws -> [UInt8] {
        if let length = response.header("Content-Length").flatMap({ Int($0) }), length > limit {
            throw Self.tooLarge(response, limit)
        }
        return try await withTimeout(policy.documentTimeout, "\(response.url.host) is too slow.") {
            var bytes: [UInt8] = []
            do {
                for try await piece in response.body {
                    guard bytes.count + piece.readableBytes <= limit else {
                        throw Self.tooLarge(response, limit)
                    }
                    bytes += piece.readableBytesView
                }
            } catch {
                throw TransportFailure.error(error, host: response.url.host)
            }
            return bytes
        }
    }

    /// Reads what little is left of an answer, so that its connection can be used again.
    func drain(_ response: Response) async {
        guard let length = response.header("Content-Length").flatMap({ Int($0) }), length <= 1 << 14
        else { return }
        _ = try? await document(of: response, limit: 1 << 14)
    }

    private static func tooLarge(_ response: Response, _ limit: Int) -> RegistryError {
        RegistryError(
            .tooLarge,
            "The answer of \(response.url.host) is beyond the limit of \(limit) bytes."
        )
    }

    /// One request, one answer.
    private func exchange(_ request: Request) async throws -> Response {
        let url = request.url
        let client = try await client(for: url)
        var message = HTTPClientRequest(url: url.text)
        message.method = request.method
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        message.headers.replaceOrAdd(name: "User-Agent", value: settings.userAgent)
        message.headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
        if let authorization = request.authorization {
            message.headers.replaceOrAdd(name: "Authorization", value: authorization)
        }
        message.body = try request.body?()
        // Sending takes as long as it takes; standing still is noticed by the client.
        let deadline: NIODeadline =
            request.body == nil ? .now() + TimeAmount(policy.answerTimeout) : .distantFuture
        let response: HTTPClientResponse
        do {
            response = try await client.execute(message, deadline: deadline)
        } catch {
            try Task.checkCancellation()
            let failure = TransportFailure.error(error, host: url.host)
            if failure.code == .unreachable { turn(from: client, of: url) }
            throw failure
        }
        let encoding = response.headers.first(name: "Content-Encoding") ?? "identity"
        guard encoding.lowercased() == "identity" || request.method == .HEAD else {
            throw RegistryError(
                .unsupported,
                "\(url.host) sends compressed content (\(StoreError.quoted(encoding))), "
                    + "which was not asked for."
            )
        }
        return Response(
            status: Int(response.status.code),
            headers: response.headers,
            body: response.body,
            url: url
        )
    }

    /// A client whose connections go to one address of the URL's host.
    private func client(for url: RegistryURL) async throws -> HTTPClient {
        if let client = state.withLock({ $0.clients[url.origin] }) { return client }
        let proxy = settings.proxies.proxy(for: url)
        let address = try await checkedAddress(of: url, isProxied: proxy != nil)
        let made = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration(for: url, address, proxy)
        )
        // Two requests may have come here at once; the first one's client stays.
        let (kept, isFull) = state.withLock { state in
            if let first = state.clients[url.origin] { return (first as HTTPClient?, false) }
            guard state.clients.count < policy.maximumHosts else { return (nil, true) }
            state.clients[url.origin] = made
            return (nil, false)
        }
        guard kept != nil || isFull else { return made }
        try? await made.shutdown()
        guard let kept else {
            throw RegistryError(
                .badRedirect,
                "The registry refers to more than \(policy.maximumHosts) hosts."
            )
        }
        return kept
    }

    private func configuration(
        for url: RegistryURL,
        _ address: String?,
        _ proxy: ProxySettings.Proxy?
    ) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(policy.connectTimeout)
        configuration.timeout.read = TimeAmount(policy.stallTimeout)
        configuration.timeout.write = TimeAmount(policy.stallTimeout)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit =
            policy.blobsAtOnce * policy.streamsPerBlob
        configuration.tlsConfiguration = authorities.configuration(
            isVerifying: !(allowsInsecure && url.host == registryHost)
        )
        configuration.proxy = proxy.map(HTTPClient.Configuration.Proxy.init)
        if let address { configuration.dnsOverride = [url.host: address] }
        return configuration
    }

    /// The address to connect to; nil when a proxy looks the name up.
    ///
    /// Throws: `unreachable`, `forbiddenAddress`.
    func checkedAddress(of url: RegistryURL, isProxied: Bool) async throws -> String? {
        let isRegistry = url.host == registryHost
        if isProxied, AddressKind(url.host) == nil {
            if isRegistry { state.withLock { $0.isRegistryClosed = false } }
            return nil
        }
        let host = url.host
        let addresses = try await NIOThreadPool.singleton.runIfActive {
            try AddressKind.resolve(host)
        }
        let kinds = Set(addresses.compactMap { AddressKind($0) })
        let allowed = addresses.filter { address in
            switch AddressKind(address) {
            case .open: true
            case .closed: policy.privateAddresses == .ofPrivateRegistries && mayBeClosed(isRegistry)
            case .forbidden, nil: false
            }
        }
        if isRegistry { state.withLock { $0.isRegistryClosed = kinds.contains(.closed) } }
        guard !allowed.isEmpty else {
            let reason =
                isRegistry && kinds.contains(.closed)
                ? "a private address: OLLAMA_PRIVATE_REGISTRIES says which of those other machines "
                    + "may name" : "an address that must not be connected to from here"
            throw RegistryError(.forbiddenAddress, "\(url.host) is at \(reason).")
        }
        if isProxied { return nil }
        let turn = state.withLock { state in
            defer { state.turns[url.origin, default: 0] += 1 }
            return state.turns[url.origin] ?? 0
        }
        return allowed[turn % allowed.count]
    }

    private func mayBeClosed(_ isRegistry: Bool) -> Bool {
        isRegistry || state.withLock { $0.isRegistryClosed ?? false }
    }

    /// Lets the next connection look the host up again, and go to another of its addresses.
    private func turn(from client: HTTPClient, of url: RegistryURL) {
        state.withLock { state in
            guard state.retired.count < policy.maximumHosts,
                state.clients[url.origin] === client
            else { return }
            state.clients[url.origin] = nil
            state.retired.append(client)
        }
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
