internal import AsyncHTTPClient
internal import NIOSSL

/// Whose certificates are believed: those the system believes, and a file of the operator's.
struct TrustedAuthorities: Sendable {
    private let certificates: [NIOSSLCertificate]
    private let isEmpty: Bool

    /// Reads the certificates of a PEM file, if there is one to read.
    ///
    /// Throws: `invalidSetting`.
    init(file: String?) throws(RegistryError) {
        isEmpty = file == nil
        do {
            certificates = try file.map { try NIOSSLCertificate.fromPEMFile($0) } ?? []
        } catch {
            throw Self.unreadable
        }
        guard isEmpty || !certificates.isEmpty else { throw Self.unreadable }
    }

    /// How to speak TLS; `isVerifying` says whether the other end must prove who it is.
    func configuration(isVerifying: Bool) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if !isVerifying { configuration.certificateVerification = .none }
        if !isEmpty { configuration.additionalTrustRoots = [.certificates(certificates)] }
        return configuration
    }

    private static var unreadable: RegistryError {
        RegistryError(
            .invalidSetting,
            "OLLAMA_CA_FILE must name a PEM file with certificates."
        )
    }
}

extension HTTPClient.Configuration.Proxy {
    init(_ proxy: ProxySettings.Proxy) {
        if proxy.isSOCKS {
            self = .socksServer(host: proxy.host, port: proxy.port)
        } else {
            self = .server(
                host: proxy.host,
                port: proxy.port,
                authorization: proxy.credentials.map { credentials in
                    let parts = credentials.split(separator: ":", maxSplits: 1)
                    return .basic(
                        username: parts.first.map(String.init) ?? "",
                        password: parts.count > 1 ? String(parts[1]) : ""
                    )
                }
            )
        }
    }
}
