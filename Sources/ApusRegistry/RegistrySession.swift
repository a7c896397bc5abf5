internal import ApusStore
internal import AsyncHTTPClient
internal import NIOHTTP1

/// One conversation with the registry of a model: requests with what authorizes them.
struct RegistrySession: Sendable {
    let name: ModelName
    /// The root of the registry, with the scheme that it turned out to speak.
    let root: RegistryURL
    let transport: RegistryTransport
    private let authenticator: Authenticator

    var policy: RegistryPolicy { transport.policy }

    /// Runs `body` in a session, and closes all connections after it.
    ///
    /// Where that was allowed, plain HTTP is spoken if the registry does not speak TLS.
    /// Throws: `insecure` for `http://` that was not allowed.
    static func with<Value: Sendable>(
        _ name: ModelName,
        _ client: RegistryClient,
        _ options: RegistryOptions,
        _ body: (RegistrySession) async throws -> Value
    ) async throws -> Value {
        let root = try RegistryURL(registryOf: name, isSecure: name.scheme == "https")
        return try await with(name, at: root, probes: true, client, options, body)
    }

    /// As above, with the host at `root` in the registry's place.
    ///
    /// `probes` says whether plain HTTP is tried where TLS is asked for and not spoken.
    static func with<Value: Sendable>(
        _ name: ModelName,
        at root: RegistryURL,
        probes: Bool = false,
        _ client: RegistryClient,
        _ options: RegistryOptions,
        _ body: (RegistrySession) async throws -> Value
    ) async throws -> Value {
        guard root.isSecure || options.allowsInsecure else {
            // Of names these are Ollama's words.
            let hint = probes ? "" : ": plain HTTP has to be allowed with 'insecure' (--insecure)"
            throw RegistryError(.insecure, "insecure protocol http\(hint)")
        }
        var policy = client.policy
        if !options.mayBePrivate(root) { policy.privateAddresses = .never }
        let transport = try RegistryTransport(
            registryHost: root.host,
            settings: client.settings,
            policy: policy,
            allowsInsecure: options.allowsInsecure
        )
        let authenticator = Authenticator(
            transport: transport,
            options: options,
            keyPath: client.settings.keyPath
        )
        do {
            let session = RegistrySession(
                name: name,
                root: probes ? try await spoken(root, transport, options) : root,
                transport: transport,
                authenticator: authenticator
            )
            let value = try await body(session)
            await transport.shutdown()
            return value
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    /// The root under the scheme that the registry speaks.
    private static func spoken(
        _ root: RegistryURL,
        _ transport: RegistryTransport,
        _ options: RegistryOptions
    ) async throws -> RegistryURL {
        guard options.allowsInsecure, root.isSecure else { return root }
        do {
            let probe = RegistryTransport.Request(url: root.at("/v2/"), isFollowing: false)
            await transport.drain(try await transport.send(probe))
            return root
        } catch let error as RegistryError {
            guard [.untrusted, .unreachable, .truncated, .protocolViolation].contains(error.code)
            else { throw error }
            return try RegistryURL("http://\(root.authority)/")
        }
    }

    /// The path of something of this model's repository: `/v2/library/llama3/<rest>`.
    func path(_ rest: String) -> RegistryURL {
        root.at("/v2/\(name.namespace)/\(name.model)/\(rest)")
    }

    /// Sends a request, with a token or password where the registry wants one.
    ///
    /// The answer may have any status but 401. Throws: `unauthorized`.
    func send(_ request: RegistryTransport.Request) async throws -> RegistryTransport.Response {
        var request = request
        let isOwn = request.url.origin == root.origin
        if isOwn { request.authorization = await authenticator.authorization }
        let response = try await transport.send(request)
        guard response.status == 401 else { return response }
        // A host that was redirected to gets no answer to its challenge.
        guard isOwn, response.url.origin == root.origin else {
            throw RegistryError(.unauthorized, "unauthorized: access denied")
        }
        await transport.drain(response)
        request.authorization = try await authenticator.authorization(
            after: response.headers["WWW-Authenticate"],
            from: root,
            rejected: request.authorization
        )
        let second = try await transport.send(request)
        guard second.status != 401 else {
            throw RegistryError(.unauthorized, "unauthorized: access denied")
        }
        return second
    }

    /// Sends a request and makes an error of every status of 400 and above.
    func succeed(_ request: RegistryTransport.Request) async throws -> RegistryTransport.Response {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        throw try await refusal(response)
    }

    /// The error for an answer of 400 and above.
    func refusal(_ response: RegistryTransport.Response) async throws -> RegistryError {
        let body = try await transport.document(
            of: response,
            limit: policy.maximumDocumentBytes
        )
        return RegistryRefusal.error(response, body)
    }

    /// Does `work` again while it fails in ways that pass, with growing pauses.
    ///
    /// Throws: the last failure, after `policy.attempts`.
    func retrying<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        try await BackOff.retrying(policy, work)
    }
}
