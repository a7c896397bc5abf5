import ApusStore
import NIOCore
import Testing

@testable import ApusServer

@Suite(.timeLimit(.minutes(1))) struct PolicyTests {
    private let policy = HostPolicy(
        allowed: ["models.example"],
        servesShortNames: false,
        machineName: "box",
        addresses: { [try? SocketAddress(ipAddress: "203.0.113.9", port: 0)].compactMap { $0 } }
    )

    @Test(arguments: [
        "localhost", "LOCALHOST:1", "box", "Box:80", "x.localhost", "printer.local", "a.internal",
        "models.example:443", "Models.Example", "", nil,
    ])
    func localAndAddedNamesAreServed(_ host: String?) {
        #expect(policy.verdict(on: host) == .name)
    }

    @Test(arguments: [
        "127.0.0.1", "127.9.9.9:1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1:9",
        "0.0.0.0", "169.254.1.1", "[::1]", "[::1]:11434", "::1", "[::]", "[fd12::1]:1",
        "[fe80::1%eth0]", "[::ffff:10.0.0.1]", "203.0.113.9:5",
    ])
    func ownAddressesAreServed(_ host: String) {
        #expect(policy.verdict(on: host) == .address)
    }

    @Test(arguments: [
        "evil.example", "8.8.8.8", "172.32.0.1", "192.169.0.1", "203.0.113.10", "localhost.evil",
        "ollama",
        "xlocal", "[2001:db8::1]", "[::ffff:8.8.8.8]", "models.example.evil", "11.0.0.1",
    ])
    func everybodyElseIsRefused(_ host: String) {
        #expect(policy.verdict(on: host) == .refused)
    }

    @Test func aStarServesAll() {
        let open = HostPolicy(
            allowed: ["*"],
            servesShortNames: false,
            machineName: "box",
            addresses: { [] }
        )
        #expect(open.verdict(on: "evil.example") == .name)
    }

    @Test func shortNamesAreServedBeyondLoopback() {
        let open = HostPolicy(
            allowed: [],
            servesShortNames: true,
            machineName: "box",
            addresses: { [] }
        )
        #expect(open.verdict(on: "ollama:11434") == .name)
        #expect(open.verdict(on: "evil.example") == .refused)
    }

    @Test func originsMatchExactlyOrByOneStar() throws {
        let policy = try OriginPolicy(adding: ["https://*.a.example", "http://b.example"])
        for origin in [
            "https://x.a.example", "http://b.example", "http://localhost", "http://localhost:1",
            "HTTPS://X.A.EXAMPLE", "vscode-webview://abc",
        ] { #expect(policy.allows(origin), "\(origin)") }
        for origin in [
            "http://x.a.example", "https://a.example", "http://b.example:1", "null",
            "http://localhost.evil.example", "https://x.a.example.evil",
        ] { #expect(!policy.allows(origin), "\(origin)") }
    }

    @Test(arguments: [
        ("a", "registry.ollama.ai/library/a:latest"),
        ("a:local", "registry.ollama.ai/library/a:latest"),
        ("a:7b:local", "registry.ollama.ai/library/a:7b"),
        ("a:LOCAL", "registry.ollama.ai/library/a:latest"),
        ("host:5000/a/my-cloud", "host:5000/a/my-cloud:latest"),
        ("my-cloud", "registry.ollama.ai/library/my-cloud:latest"),
    ])
    func localSuffixesAreCut(_ text: String, _ name: String) throws {
        #expect(try ModelReference(text).name.description == name)
    }
}

@Suite(.timeLimit(.minutes(1))) struct FrameQueueTests {
    @Test func framesComeInOrderThenTheEnd() async throws {
        let queue = FrameQueue(capacity: 4)
        try await queue.send([1])
        try await queue.send([2])
        queue.finish()
        #expect(try await queue.next() == [1])
        #expect(try await queue.next() == [2])
        #expect(try await queue.next() == nil)
        #expect(throws: CancellationError.self) { try queue.offer([3]) }
    }

    @Test func errorsComeAfterWhatWasSent() async throws {
        let queue = FrameQueue()
        try queue.offer([1])
        queue.finish(throwing: ServerError(.stopping, "x"))
        #expect(try await queue.next() == [1])
        await #expect(throws: ServerError.self) { try await queue.next() }
    }

    @Test func aFullQueueHoldsItsMakerUp() async throws {
        let queue = FrameQueue(capacity: 2)
        try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                var sent = 0
                for number in 0..<100 {
                    try await queue.send([UInt8(number)])
                    sent += 1
                }
                queue.finish()
                return sent
            }
            var received: [UInt8] = []
            while let frame = try await queue.next() {
                received += frame
                await Task.yield()
            }
            #expect(received == (0..<100).map { UInt8($0) })
            #expect(try await group.next() == 100)
        }
    }

    @Test func makersNoticeThatNobodyReads() async throws {
        let queue = FrameQueue(capacity: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    while true { try await queue.send([1]) }
                }
            }
            _ = try await queue.next()
            queue.abandon()
            try await group.waitForAll()
        }
    }

    @Test func waitingEndsWithTheTask() async throws {
        let empty = FrameQueue()
        let reader = Task { try await empty.next() }
        let full = FrameQueue(capacity: 1)
        let writer = Task { while true { try await full.send([1]) } }
        reader.cancel()
        writer.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        await #expect(throws: CancellationError.self) { try await writer.value }
    }
}
