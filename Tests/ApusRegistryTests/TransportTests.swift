import ApusStore
import NIOHTTP1
import TestSupport
import Testing

@testable import ApusRegistry

struct RegistryURLTests {
    @Test(arguments: [
        ("https://a.example", "https://a.example/"),
        ("HTTP://A.example:80/x", "http://a.example/x"),
        ("https://a:5000/x?y=%2F#z", "https://a:5000/x?y=%2F"),
        ("http://[::1]:5000/x", "http://[::1]:5000/x"),
        ("https://a?x={y} z", "https://a/?x=%7By%7D%20z"),
    ])
    func isReadAndWritten(_ text: String, _ expected: String) throws {
        #expect(try RegistryURL(text).text == expected)
    }

    @Test(arguments: [
        "", "a", "//a", "https://", "https:///x", "https://a:0/", "https://a:65536/",
        "https://a:x/", "https://a b/", "https://u@a/", "https://a\\b/", "https://a/\r\nX: y",
        "https://[::1/", "https://[g]/", "https://a:+1/", "https://ä/", "javascript:1",
    ])
    func otherTextIsRefused(_ text: String) {
        #expect(throws: RegistryError.self) { try RegistryURL(text) }
    }

    @Test(arguments: [
        ("/z", "https://a/z"), ("z", "https://a/x/z"), ("?z", "https://a/x/y?z"),
        ("//b/z", "https://b/z"), ("http://c", "http://c/"), ("", "https://a/x/y"),
    ])
    func referencesAreResolved(_ reference: String, _ expected: String) throws {
        #expect(try RegistryURL("https://a/x/y?q").resolving(reference).text == expected)
    }
}

/// Text from outside, whatever it is, is read or refused.
struct ReadingFuzzTests {
    @Test func readersNeverTrap() {
        var generator = SplitMix64(seed: 11)
        let seeds = [
            "https://user@[::1]:5000/a/b?c=%2F#d", "Bearer realm=\"https://a\\\"b\",scope=x y",
            "//a:1/../..?x", "basic ,,, a=\"", "socks5://[fe80::1%25en0]:99999",
        ]
        for round in 0..<5000 {
            var text = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(text.count))
                text[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            let input = String(decoding: text, as: UTF8.self)
            let url = try? RegistryURL(input)
            // What was read is written so that it is read the same way.
            if let url { #expect((try? RegistryURL(url.text)) == url) }
            _ = try? RegistryURL("https://a/b").resolving(input)
            _ = Challenge(input)
            _ = try? ProxySettings(environment: ["HTTPS_PROXY": input, "NO_PROXY": input])
        }
    }
}

struct AddressKindTests {
    @Test(arguments: [
        ("8.8.8.8", AddressKind.open), ("2606:4700::1", .open), ("10.1.2.3", .closed),
        ("127.0.0.1", .closed), ("172.16.0.1", .closed), ("172.32.0.1", .open),
        ("192.168.1.1", .closed), ("100.64.0.1", .closed), ("::1", .closed), ("fd00::1", .closed),
        ("169.254.169.254", .forbidden), ("0.0.0.0", .forbidden), ("224.0.0.1", .forbidden),
        ("255.255.255.255", .forbidden), ("::", .forbidden), ("fe80::1", .forbidden),
        ("ff02::1", .forbidden), ("::ffff:10.0.0.1", .closed),
        ("::ffff:169.254.169.254", .forbidden), ("64:ff9b::a9fe:a9fe", .forbidden),
        ("2002:a9fe:a9fe::", .forbidden), ("2002:0808:0808::", .open),
    ])
    func isKnown(_ address: String, _ kind: AddressKind) {
        #expect(AddressKind(address) == kind)
    }

    @Test(arguments: ["localhost", "1.2.3", "0x7f000001", "2130706433", "", "1.2.3.4.5"])
    func namesAreNoAddresses(_ text: String) { #expect(AddressKind(text) == nil) }

    @Test func addressesAreTheirOwnResolution() throws {
        #expect(try AddressKind.resolve("127.0.0.1") == ["127.0.0.1"])
        #expect(try AddressKind.resolve("localhost").allSatisfy { AddressKind($0) == .closed })
    }
}

struct ProxySettingsTests {
    private func host(_ environment: [String: String], _ url: String) throws -> String? {
        let proxy = try ProxySettings(environment: environment).proxy(for: RegistryURL(url))
        return proxy.map { "\($0.host):\($0.port)" }
    }

    @Test func schemesHaveTheirProxies() throws {
        let environment = ["HTTPS_PROXY": "http://a:1", "http_proxy": "b:2", "HTTP_PROXY": "c:3"]
        #expect(try host(environment, "https://x.example") == "a:1")
        #expect(try host(environment, "http://x.example") == "b:2")
        #expect(try host([:], "https://x.example") == nil)
    }

    @Test(arguments: [
        ("*", "x.example", false), ("x.example", "x.example", false),
        ("x.example", "a.x.example", false), (".x.example", "x.example", true),
        (".x.example", "a.x.example", false), ("x.example:8080", "x.example", true),
        ("x.example:443", "x.example", false), ("y, x.example", "x.example", false),
        ("10.0.0.0/8", "10.2.3.4", false), ("10.0.0.0/8", "11.2.3.4", true),
        ("fd00::/8", "[fd01::1]", false), ("", "127.0.0.1", false), ("", "localhost", false),
        ("", "[::1]", false), ("ample", "x.example", true),
    ])
    func exceptionsAreDirect(_ list: String, _ target: String, _ isProxied: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://p:1", "NO_PROXY": list]
        #expect(try (host(environment, "https://\(target)/") != nil) == isProxied)
    }

    @Test func passwordsAreUnescaped() throws {
        let settings = try ProxySettings(environment: ["HTTPS_PROXY": "http://u:p%40%3A@h:1"])
        #expect(settings.proxy(for: try RegistryURL("https://x"))?.credentials == "u:p@:")
    }

    @Test(arguments: ["https://p:1", "ftp://p", "http://", "http://p:x", "socks5://u:p@h:1"])
    func proxiesThatCannotBeSpokenToAreRefused(_ text: String) {
        #expect(throws: RegistryError.self) {
            try ProxySettings(environment: ["HTTPS_PROXY": text])
        }
    }

    @Test func unusableProxiesAreSaidWhenTheyAreNeeded() async throws {
        let folder = try TemporaryFolder()
        let client = RegistryClient(
            store: ModelStore(root: folder.path("models")),
            settings: RegistrySettings(
                environment: ["https_proxy": "https://p:1"],
                home: folder.path("home"),
                version: "1"
            ),
            inspector: Desk.inspector
        )
        let name = try ModelName("registry.invalid/team/m")
        try await fails("invalidSetting") { try await client.pull(name) { _ in } }
    }

    @Test func requestsGoThroughTheProxy() async throws {
        try await RogueRegistry.run({ _ in .init(status: 502) }) { proxy in
            let desk = try Desk { $0.attempts = 1 }
            var settings = desk.client.settings
            settings.proxies = try ProxySettings(
                environment: ["HTTPS_PROXY": "http://me:pw@127.0.0.1:\(proxy.port)"]
            )
            let client = RegistryClient(
                store: desk.store,
                settings: settings,
                inspector: Desk.inspector,
                policy: desk.client.policy
            )
            let name = try ModelName("registry.invalid/team/m")
            try await fails("unreachable") { try await client.pull(name) { _ in } }
            #expect(proxy.requests.map(\.method) == ["CONNECT"])
            #expect(proxy.requests.map(\.target) == ["registry.invalid:443"])
            let credentials = proxy.requests.first?.headers.first(name: "Proxy-Authorization")
            #expect(credentials == "Basic bWU6cHc=")
        }
    }
}
