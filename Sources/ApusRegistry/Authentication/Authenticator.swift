internal import ApusConversation
internal import FoundationEssentials
internal import NIOPosix

/// Gets what a registry wants to see in `Authorization`.
///
/// A password and a signature go to the registry's own host only, whatever its challenge says
/// (CVE-2025-51471). Where tokens come from another host, as with public OCI registries, one is asked
/// for without either.
actor Authenticator {
    private let transport: RegistryTransport
    private let options: RegistryOptions
    private let keyPath: String
    private let now: @Sendable () -> Int64
    private var current: String?

    init(
        transport: RegistryTransport,
        options: RegistryOptions,
        keyPath: String,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.transport = transport
        self.options = options
        self.keyPath = keyPath
        self.now = now
    }

    /// What to send with the next request; nil before anything was asked for.
    var authorization: String? { current }

    /// What to send after the registry at `url` answered 401 to a request with `rejected`.
    ///
    /// Throws: `unauthorized`, what the key's file and the token's server throw.
    func authorization(
        after headers: [String],
        from url: RegistryURL,
        rejected: String?
    ) async throws -> String {
        if let current, current != rejected { return current }
        guard let challenge = Challenge.best(of: headers) else {
            throw RegistryError(.unauthorized, "unauthorized: access denied")
        }
        let made =
            switch challenge.scheme {
            case .basic: try basic()
            case .bearer: try await bearer(challenge, url)
            }
        current = made
        return made
    }

    private func basic() throws(RegistryError) -> String {
        guard let username = options.username else {
            throw RegistryError(
                .unauthorized,
                "unauthorized: the registry asks for a user name and a password"
            )
        }
        let pair = "\(username):\(options.password ?? "")"
        return "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    private func bearer(_ challenge: Challenge, _ url: RegistryURL) async throws -> String {
        let place = challenge.parameters["realm"] ?? ""
        guard place.isEmpty || place.contains("://") else {
            // Words, as Hugging Face's files have them: no tokens are given out anywhere.
            throw RegistryError(.unauthorized, "unauthorized: access denied")
        }
        let realm = try RegistryURL(place)
        guard realm.isSecure || !url.isSecure || options.allowsInsecure else {
            throw RegistryError(.insecure, "Tokens are to come from \(realm.host) over plain HTTP.")
        }
        guard realm.host == url.host, realm.port == url.port else {
            guard options.username == nil else {
                throw RegistryError(
                    .unauthorized,
                    "realm host \"\(realm.authority)\" does not match original host "
                        + "\"\(url.authority)\""
                )
            }
            return try await token(from: plain(realm, challenge), authorization: nil)
        }
        if options.username != nil {
            return try await token(from: plain(realm, challenge), authorization: try basic())
        }
        let signed = self.signed(realm, challenge)
        let keyPath = keyPath
        let key = try await NIOThreadPool.singleton.runIfActive { try SigningKey(path: keyPath) }
        let proof = try key.authorization(for: Self.signedText(signed))
        do {
            return try await token(from: signed, authorization: proof)
        } catch let error as RegistryError where error.code == .unauthorized {
            // Registries other than Ollama's do not know such proofs, but may not need any.
            return try await token(from: plain(realm, challenge), authorization: nil)
        }
    }

    /// What is signed: the method, the URL as it is sent, and the digest of an empty body, in
    /// hexadecimal and then in base64, as Ollama does it.
    static func signedText(_ url: RegistryURL) -> String {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        return "GET,\(url.text),\(Data(empty.utf8).base64EncodedString())"
    }

    private func plain(_ realm: RegistryURL, _ challenge: Challenge) -> RegistryURL {
        Self.adding(Self.members(challenge), to: realm)
    }

    private func signed(_ realm: RegistryURL, _ challenge: Challenge) -> RegistryURL {
        let random = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        let nonce = Data(random).base64EncodedString().filter { $0 != "=" }
            .map { $0 == "+" ? "-" : $0 == "/" ? "_" : String($0) }.joined()
        return Self.adding(
            [("nonce", nonce)] + Self.members(challenge) + [("ts", String(now()))],
            to: realm
        )
    }

    private static func members(_ challenge: Challenge) -> [(String, String)] {
        let scopes = (challenge.parameters["scope"] ?? "").split(separator: " ")
        return scopes.map { ("scope", String($0)) }
            + (challenge.parameters["service"].map { [("service", $0)] } ?? [])
    }

    private static func adding(_ members: [(String, String)], to url: RegistryURL) -> RegistryURL {
        members.reduce(url) { url, member in
            url.adding(query: "\(member.0)=\(escaped(member.1))")
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            if byte < 128, isPlain || "-_.~".unicodeScalars.contains(scalar) {
                return String(scalar)
            }
            let hex = String(byte, radix: 16, uppercase: true)
            return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
        }.joined()
    }

    private func token(from url: RegistryURL, authorization: String?) async throws -> String {
        let response = try await transport.send(
            RegistryTransport.Request(url: url, authorization: authorization)
        )
        let bytes = try await transport.document(
            of: response,
            limit: transport.policy.maximumDocumentBytes
        )
        switch response.status {
        case 200..<300: break
        case 400, 401, 403, 404: throw RegistryError(.unauthorized, "unauthorized: access denied")
        default: throw RegistryRefusal.error(response, bytes)
        }
        let value = (try? JSONParser.parse(bytes, maximumDepth: 32))?.objectValue
        let text = value?["token"]?.stringValue ?? value?["access_token"]?.stringValue ?? ""
        let isPrintable = text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
        guard !text.isEmpty, isPrintable else {
            throw RegistryError(.protocolViolation, "\(url.host) answers without a token.")
        }
        return "Bearer \(text)"
    }
}
