import ApusStore
import Crypto
import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import ApusRegistry

@Suite(.timeLimit(.minutes(1))) struct AuthenticationTests {
    /// A registry that wants a token, which its own `/token` gives.
    private static func guarded(
        _ shelf: Shelf,
        realm: String,
        token: @escaping RogueRegistry.Answer
    ) -> RogueRegistry.Answer {
        { request in
            if request.path == "/token" { return token(request) }
            if request.headers.first(name: "Authorization") == "Bearer t0ken" {
                return shelf.answer(request)
            }
            let host = request.headers.first(name: "Host") ?? ""
            let place = realm.isEmpty ? "http://\(host)/token" : realm
            let challenge =
                #"Bearer realm="\#(place)",service="reg",scope="repository:team/m:pull x:y:z""#
            return .init(status: 401, headers: [("WWW-Authenticate", challenge)])
        }
    }

    @Test func challengeIsAnsweredWithASignature() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        let answer = Self.guarded(shelf, realm: "") { _ in .text(#"{"token":"t0ken"}"#) }
        try await RogueRegistry.run(answer) { registry in
            try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            let request = try #require(registry.requests.first { $0.path == "/token" })
            let proof = try #require(request.headers.first(name: "Authorization"))
            let parts = proof.split(separator: ":").compactMap { Data(base64Encoded: String($0)) }
            try #require(parts.count == 2)
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: parts[0].suffix(32))
            let url = "http://127.0.0.1:\(registry.port)\(request.target)"
            let empty = SHA256.hash(data: Data()).map { String(format: "%02x", $0) }.joined()
            let text = "GET,\(url),\(Data(empty.utf8).base64EncodedString())"
            #expect(key.isValidSignature(parts[1], for: Data(text.utf8)))
            let query = request.target.drop { $0 != "?" }.dropFirst().split(separator: "&")
            let names = query.map { $0.prefix { $0 != "=" } }
            #expect(names == ["nonce", "scope", "scope", "service", "ts"])
            #expect(query.contains("scope=repository%3Ateam%2Fm%3Apull"))
            // One token serves the whole pull.
            #expect(registry.requests.count { $0.path == "/token" } == 1)
        }
        let path = desk.folder.path("home/.ollama/id_ed25519")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func proofsGoToNoOtherHost() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run({ _ in .text(#"{"access_token":"t0ken"}"#) }) { thief in
            let realm = "http://127.0.0.1:\(thief.port)/token"
            let answer = Self.guarded(shelf, realm: realm) { _ in .init(status: 500) }
            try await RogueRegistry.run(answer) { registry in
                try await desk.pull(registry)
                #expect(thief.requests.count == 1)
                #expect(thief.requests.allSatisfy { !$0.headers.contains(name: "Authorization") })
                #expect(thief.requests.allSatisfy { !$0.target.contains("nonce") })
            }
            let code = try await RogueRegistry.run(answer) { registry in
                try await failure { try await desk.pull(registry, username: "me") }
            }
            #expect(code == nil || code == "unauthorized")
            #expect(thief.requests.count == 1)
        }
    }

    @Test(arguments: [
        ("", "unauthorized"), ("Negotiate", "unauthorized"),
        (#"Basic realm="x""#, "unauthorized"), ("Bearer", "protocolViolation"),
        (#"Bearer realm="ftp://x/""#, "protocolViolation"),
        (#"Bearer realm="Authentication required""#, "unauthorized"),
        (#"Bearer realm="http://169.254.169.254/""#, "forbiddenAddress"),
    ])
    func challengesThatCannotBeMetAreErrors(_ challenge: String, _ code: String) async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ _ in
            .init(status: 401, headers: [("WWW-Authenticate", challenge)])
        }) { registry in
            try await fails(code) { try await desk.pull(registry) }
        }
    }

    @Test(arguments: ["{}", "[]", #"{"token":""}"#, #"{"token":"a\r\nb"}"#, "x"])
    func tokensThatAreNoneAreErrors(_ text: String) async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run(Self.guarded(shelf, realm: "") { _ in .text(text) }) {
            registry in
            try await fails("protocolViolation") { try await desk.pull(registry) }
        }
    }

    @Test func challengesAreReadAsRFC7235HasThem() throws {
        let challenge = try #require(
            Challenge(#"Bearer realm="https://a/t?x=1,2" , Service=reg, scope="a:\"b\":c d""#)
        )
        #expect(challenge.scheme == .bearer)
        #expect(
            challenge.parameters == [
                "realm": "https://a/t?x=1,2", "service": "reg", "scope": #"a:"b":c d"#,
            ]
        )
        #expect(Challenge.best(of: ["Basic x", "bearer realm=r"])?.parameters["realm"] == "r")
        #expect(Challenge("Digest x") == nil)
    }
}

/// Keys in OpenSSH's format.
struct SigningKeyTests {
    @Test func keyThatWasMadeIsReadAgain() throws {
        let folder = try TemporaryFolder()
        let first = try SigningKey(path: folder.path("a/b/id_ed25519"))
        let second = try SigningKey(path: folder.path("a/b/id_ed25519"))
        #expect(first.publicText == second.publicText)
        let line = try String(contentsOfFile: folder.path("a/b/id_ed25519.pub"), encoding: .utf8)
        #expect(line == "ssh-ed25519 \(first.publicText)\n")
    }

    @Test func keyOfSSHKeygenIsRead() throws {
        let key = try SigningKey(path: Self.fixture("id_ed25519"))
        let line = try String(contentsOfFile: Self.fixture("id_ed25519.pub"), encoding: .utf8)
        #expect(line.split(separator: " ")[1] == key.publicText)
    }

    @Test(arguments: ["id_passphrase", "id_ecdsa", "id_ed25519.pub"])
    func otherKeysAreRefused(_ name: String) throws {
        let error = #expect(throws: RegistryError.self) {
            try SigningKey(path: Self.fixture(name))
        }
        #expect(error?.code == .invalidKey)
    }

    @Test func mutatedKeysNeverTrap() throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: Self.fixture("id_ed25519"))))
        var generator = SplitMix64(seed: 7)
        for _ in 0..<2000 {
            var mutated = bytes
            mutated[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: generator.next()
            )
            _ = try? OpenSSHKey.privateKey(mutated)
        }
    }

    private static func fixture(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
            .path
    }
}
