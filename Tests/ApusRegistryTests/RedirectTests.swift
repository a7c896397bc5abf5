import ApusStore
import NIOHTTP1
import Testing

@testable import ApusRegistry

/// Redirects and credentials: who gets to see what, and where nobody is sent.
@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
    @Test func credentialsStayWithTheirHost() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run(shelf.answer) { storage in
            let port = storage.port
            try await RogueRegistry.run({ request in
                guard request.headers.first(name: "Authorization") == "Basic bWU6c2VjcmV0" else {
                    return .init(
                        status: 401,
                        headers: [("WWW-Authenticate", #"Basic realm="x""#)]
                    )
                }
                guard request.path == shelf.weightsPath else { return shelf.answer(request) }
                return .init(
                    status: 307,
                    headers: [("Location", "http://localhost:\(port)\(request.path)?signed=1")]
                )
            }) { registry in
                try await desk.pull(registry, username: "me")
                #expect(try desk.has(shelf, from: registry))
            }
            #expect(!storage.requests.isEmpty)
            #expect(storage.requests.allSatisfy { !$0.headers.contains(name: "Authorization") })
            #expect(storage.requests.allSatisfy { $0.target.hasSuffix("?signed=1") })
        }
    }

    @Test(arguments: [
        ("http://169.254.169.254/latest/meta-data", "forbiddenAddress"),
        ("http://[fe80::1]/", "forbiddenAddress"), ("http://0.0.0.0/", "forbiddenAddress"),
        ("http://[::ffff:169.254.169.254]/", "forbiddenAddress"),
        ("file:///etc/passwd", "protocolViolation"), ("gopher://x/", "protocolViolation"),
        ("http://user:pw@127.0.0.1/", "protocolViolation"), ("http://", "protocolViolation"),
        ("http://127.0.0.1\\@evil/", "protocolViolation"),
    ])
    func redirectsToForbiddenPlacesAreRefused(_ location: String, _ code: String) async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ _ in .init(status: 302, headers: [("Location", location)]) })
        { registry in
            try await fails(code) { try await desk.pull(registry) }
            #expect(registry.requests.count == 1)
        }
    }

    @Test func privateAddressesCanBeRefusedAltogether() async throws {
        let (shelf, desk) = (Shelf(), try Desk { $0.privateAddresses = .never })
        try await RogueRegistry.run(shelf.answer) { registry in
            try await fails("forbiddenAddress") { try await desk.pull(registry) }
            #expect(registry.requests.isEmpty)
        }
    }

    /// A registry on the Internet cannot send us into this network, a private one can.
    @Test(arguments: ["127.0.0.1", "10.0.0.1", "[::1]", "[fd00::1]", "localhost"])
    func privateAddressesAreForRegistriesThatAreThere(_ host: String) async throws {
        let desk = try Desk()
        for (registry, isAllowed) in [("8.8.8.8", false), ("192.168.0.9", true)] {
            let transport = try RegistryTransport(
                registryHost: registry,
                settings: desk.client.settings,
                policy: desk.client.policy,
                allowsInsecure: true
            )
            let own = try RegistryURL("https://\(registry)/")
            #expect(try await transport.checkedAddress(of: own, isProxied: false) == registry)
            let code = try await failure {
                let url = try RegistryURL("http://\(host)/")
                _ = try await transport.checkedAddress(of: url, isProxied: false)
            }
            #expect(code == (isAllowed ? nil : "forbiddenAddress"))
        }
    }

    @Test func loopsEnd() async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ .init(status: 307, headers: [("Location", $0.target)]) }) {
            registry in
            try await fails("badRedirect") { try await desk.pull(registry) }
            #expect(registry.requests.count == 11)
        }
    }

    @Test func plainHTTPNeedsToBeAllowed() async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ _ in .init(status: 500) }) { registry in
            let name = try Desk.name(registry)
            try await fails("insecure") { try await desk.client.pull(name) { _ in } }
            let secure = try ModelName("127.0.0.1:\(registry.port)/team/m")
            try await fails("untrusted") { try await desk.client.pull(secure) { _ in } }
            #expect(registry.requests.isEmpty)
        }
    }

    @Test func insecureFallsBackToPlainHTTP() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            let name = try ModelName("127.0.0.1:\(registry.port)/team/m")
            try await desk.client.pull(name, RegistryOptions(allowsInsecure: true)) { _ in }
            #expect(try desk.has(shelf, from: registry))
        }
    }
}
