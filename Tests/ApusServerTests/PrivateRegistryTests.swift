import HTTPTypes
import HummingbirdTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ApusServer

/// Who may name a registry inside this machine's network (CVE-2026-5530).
@Suite(.timeLimit(.minutes(1))) struct PrivateRegistryTests {
    /// Requests that name a registry at 127.0.0.1, which speaks no TLS.
    private static let requests = [
        ("/api/pull", #"{"model":"HOST/team/m","stream":false}"#),
        ("/api/create", #"{"model":"x","from":"HOST/team/m","stream":false}"#),
        ("/api/pull", #"{"model":"https://HOST/m.gguf","stream":false}"#),
        ("/api/create", #"{"model":"x","from":"https://HOST/m.gguf","stream":false}"#),
    ]

    @Test(arguments: 0..<requests.count)
    func thisMachineMay(_ index: Int) async throws {
        // Refused by TLS: there was a connection.
        let answer = try await answer(Self.requests[index])
        #expect(answer.status == 502 && answer.text.contains("does not speak TLS"))
    }

    @Test(arguments: 0..<requests.count)
    func whoeverIsBehindAProxyMayNot(_ index: Int) async throws {
        for name in ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"] {
            let name = try #require(HTTPField.Name(name))
            let headers: HTTPFields = [name: "127.0.0.1"]
            let refused = try await answer(Self.requests[index], headers: headers)
            #expect(refused.status == 403 && refused.text.contains("OLLAMA_PRIVATE_REGISTRIES"))
        }
    }

    @Test(arguments: [
        (["127.0.0.1"], 502), (["*"], 502), (["127.0.0.1:PORT"], 502), (["127.0.0.2"], 403),
        (["127.0.0.1:1"], 403),
    ])
    func listedRegistriesAreForAll(_ listed: [String], _ status: Int) async throws {
        let headers: HTTPFields = [.via: "1.1 proxy"]
        let answer = try await answer(Self.requests[0], headers: headers, listed: listed)
        #expect(answer.status == status)
    }

    /// Without a socket nobody knows whose request it is.
    @Test func unknownPeersMayNot() async throws {
        try await Bench(hasRegistry: true).run { client in
            let body = #"{"model":"10.0.0.1:5000/team/m","stream":false}"#
            let response = try await client.send(.post, "/api/pull", body)
            #expect(response.status == .forbidden)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1", true), ("127.8.8.8", "127.0.0.1", true), ("::1", "::1", true),
        ("::ffff:127.0.0.1", "::1", true), ("192.168.0.5", "192.168.0.5", true),
        ("192.168.0.5", "192.168.0.1", false), ("172.17.0.1", "172.17.0.2", false),
        ("fe80::1", "fe80::2", false), ("8.8.8.8", "127.0.0.1", false),
    ])
    func peersOfThisMachineAreKnown(_ peer: String, _ own: String, _ isLocal: Bool) throws {
        let found = ServerContext.isLocal(
            try SocketAddress(ipAddress: peer, port: 40_000),
            to: try SocketAddress(ipAddress: own, port: 11_434)
        )
        #expect(found == isLocal)
    }

    private func answer(
        _ request: (path: String, body: String),
        headers: HTTPFields = [:],
        listed: [String] = []
    ) async throws -> (status: Int, text: String) {
        var configuration = ServerConfiguration()
        let silent = try await Listener.open()
        defer { silent.close(promise: nil) }
        let host = "127.0.0.1:\(silent.localAddress?.port ?? 0)"
        configuration.privateRegistries = listed.map { $0 == "127.0.0.1:PORT" ? host : $0 }
        let bench = Bench(configuration: configuration, hasRegistry: true)
        let result = Mutex((0, ""))
        try await bench.run(.live) { client in
            let body = request.body.replacing("HOST", with: host)
            let response = try await client.send(.post, request.path, body, headers: headers)
            result.withLock { $0 = (response.status.code, response.text) }
        }
        return result.withLock { $0 }
    }
}

/// A listener that answers everything with plain text.
private enum Listener {
    static func open() async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(Handler())
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(text), promise: nil)
        }
    }
}
