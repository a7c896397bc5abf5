import ApusDialects
import ApusStore
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import ApusServer

/// The published attacks on Ollama, tried over HTTP; each test names its advisories.
///
/// What takes a rogue registry is in `ApusRegistryTests`: digests that are paths (CVE-2024-37032,
/// CVE-2026-7020) and manifests without layers (CVE-2025-1975) in `HostileManifestTests`, compressed
/// answers (CVE-2024-12886) in `PullTests`, proofs for other hosts (CVE-2025-51471) in
/// `AuthenticationTests`, redirects into private networks (CVE-2026-5530) in `RedirectTests` and
/// `PrivateRegistryTests`. What takes a rogue model is in `HostileFileTests` (CVE-2024-39720,
/// CVE-2024-12055, CVE-2025-0315, CVE-2025-0317, CVE-2025-66959, CVE-2025-66960) and
/// `HostileMetadataTests` (CVE-2024-8063, CVE-2025-0312).
@Suite(.timeLimit(.minutes(1))) struct KnownAttackTests {
    /// Names that would lead out of the store's folders.
    private static let paths = [
        "../../../../etc/passwd", "/etc/passwd", "..", "a/../../b", "./x", "a\\..\\b", "%2e%2e/x",
        "registry.ollama.ai/../../../etc/passwd", "sha256:../../etc/passwd", "x\u{0}y", "~/.ssh/id",
    ]

    private func json(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    /// CVE-2025-44779, CVE-2024-37032: what is no name is never a path.
    @Test(arguments: paths)
    func namesAreNoPaths(_ path: String) async throws {
        let bench = Bench(hasRegistry: true)
        try await bench.run { client in
            let sentinel = bench.folder + "/passwd"
            try FileManager.default.createDirectory(
                atPath: bench.folder + "/models",
                withIntermediateDirectories: true
            )
            try Data("secret".utf8).write(to: URL(fileURLWithPath: sentinel))
            let text = json(path)
            let requests: [(HTTPRequest.Method, String, String)] = [
                (.post, "/api/pull", #"{"model":\#(text)}"#),
                (.post, "/api/push", #"{"model":\#(text)}"#),
                (.delete, "/api/delete", #"{"model":\#(text)}"#),
                (.post, "/api/copy", #"{"source":\#(text),"destination":"x"}"#),
                (.post, "/api/copy", #"{"source":"x","destination":\#(text)}"#),
                (.post, "/api/show", #"{"model":\#(text)}"#),
                (.post, "/api/create", #"{"model":\#(text),"from":"x"}"#),
                (.post, "/api/generate", #"{"model":\#(text),"prompt":"x"}"#),
            ]
            for (method, route, body) in requests {
                let response = try await client.send(method, route, body)
                #expect([400, 404].contains(response.status.code), "\(route): \(response.text)")
                #expect(!response.text.contains("secret") && !response.text.contains(bench.folder))
            }
            #expect(FileManager.default.contents(atPath: sentinel) == Data("secret".utf8))
        }
    }

    /// CVE-2024-39719, CVE-2024-39722, ollama#13223: a file that exists is answered like one that
    /// does not, and no answer tells where the store is.
    @Test func answersDoNotTellWhatExists() async throws {
        let bench = Bench(hasRegistry: true)
        try await bench.run { client in
            for (route, field) in [
                ("/api/create", "from"), ("/api/push", "model"), ("/api/show", "model"),
            ] {
                var answers: Set<String> = []
                for path in ["/etc/passwd", "/etc/nothere"] {
                    let fields = route == "/api/create" ? #""model":"x","# : ""
                    let body = #"{\#(fields)"\#(field)":"\#(path)","stream":false}"#
                    let response = try await client.send(.post, route, body)
                    #expect(response.status.code >= 400)
                    answers.insert(response.text.replacing(path, with: "PATH"))
                    #expect(!response.text.contains(bench.folder))
                }
                #expect(answers.count == 1, "\(answers)")
            }
        }
    }

    /// CVE-2024-39721: nothing on the server's disk can be named, so no endless device can.
    @Test(arguments: ["/dev/random", "/dev/zero", "/proc/self/mem"])
    func devicesAreNotRead(_ path: String) async throws {
        try await Bench().run { client in
            for body in [
                #"{"model":"x","path":"\#(path)"}"#, #"{"model":"x","modelfile":"FROM \#(path)"}"#,
                #"{"model":"x","from":"\#(path)"}"#, #"{"model":"x","files":{"\#(path)":"x"}}"#,
                #"{"model":"x","files":{"a.gguf":"\#(path)"}}"#,
            ] {
                let response = try await client.send(.post, "/api/create", body)
                #expect(response.status.code == 400, "\(body): \(response.text)")
            }
        }
    }

    /// CVE-2024-45436: an archive is no model, whatever its members are called.
    @Test func archivesAreNotUnpacked() async throws {
        let bench = Bench()
        try await bench.run { client in
            // The head of a member of a ZIP archive, `../../evil`, stored.
            let name = Array("../../../evil".utf8)
            let zip =
                Array("PK\u{3}\u{4}".utf8) + [20, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                + [UInt8](repeating: 0, count: 12) + [UInt8(name.count), 0, 0, 0] + name
            let response = try await create(client, zip, name: "model.zip")
            #expect(response.status.code >= 400)
            #expect(try models(of: bench).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: bench.folder + "/evil"))
        }
    }

    /// CVE-2026-7482 ("Bleeding Llama"): tensors beyond the end of the file, to be quantized.
    @Test(arguments: ["", "Q8_0", "Q4_K_M", "F16"])
    func tensorsBeyondTheFileAreNotCopied(_ type: String) async throws {
        let bench = Bench()
        let sound = try bench.weights()
        try await bench.run { client in
            for cut in [1, 31, 32, 200] {
                let response = try await create(client, sound.dropLast(cut), quantize: type)
                #expect(response.status.code >= 400, "\(cut): \(response.text)")
                // What was uploaded is all there is.
                let digest = Digest(hashing: Array(sound.dropLast(cut)))
                let names = try FileManager.default.contentsOfDirectory(
                    atPath: bench.folder + "/models/blobs"
                )
                #expect(names.contains(digest.fileName))
                #expect(try models(of: bench).isEmpty)
            }
            let blobs = try FileManager.default.contentsOfDirectory(
                atPath: bench.folder + "/models/blobs"
            )
            #expect(blobs.count == 4)
        }
    }

    /// CVE-2024-39720, CVE-2025-0315, CVE-2025-66959 and their like reach nobody but their sender.
    @Test func brokenFilesAreRefusedAndTheServerGoesOn() async throws {
        let bench = Bench()
        let sound = try bench.weights()
        var files = [Array("GGUF".utf8), Array(sound.prefix(24)), [], [0]]
        for (place, bytes) in [(8, 8), (16, 8), (24, 8), (4, 4)] {
            var file = sound
            for index in place..<(place + bytes) { file[index] = 0xFF }
            files.append(file)
        }
        let broken = files
        try await bench.run { client in
            for file in broken {
                let response = try await create(client, file)
                #expect((400..<600).contains(response.status.code), "\(response.text)")
                #expect(!response.text.contains(bench.folder))
            }
            #expect(try models(of: bench).isEmpty)
            #expect(try await client.send(.get, "/api/tags").status == .ok)
        }
    }

    /// ollama#16308: a model cannot make the server ask another one.
    @Test func modelsElsewhereAreNotAsked() async throws {
        try await Bench(hasRegistry: true).run { client in
            let body = #"{"model":"x","from":"y","remote_host":"http://169.254.169.254"}"#
            let response = try await client.send(.post, "/api/create", body)
            #expect((400..<600).contains(response.status.code))
            #expect(response.text.contains("remote_host"))
        }
    }

    /// CVE-2026-5530: where clouds keep secrets, nobody is connected to, whoever asks.
    @Test(arguments: ["169.254.169.254", "169.254.169.254:80", "0.0.0.0:80", "224.0.0.1:1"])
    func linkLocalRegistriesAreRefused(_ host: String) async throws {
        var configuration = ServerConfiguration()
        configuration.privateRegistries = ["*"]
        try await Bench(configuration: configuration, hasRegistry: true).run { client in
            for scheme in ["", "http://"] {
                let body = #"{"model":"\#(scheme)\#(host)/a/b","insecure":true,"stream":false}"#
                let response = try await client.send(.post, "/api/pull", body)
                #expect(response.status == .forbidden, "\(response.text)")
            }
        }
    }

    /// CVE-2024-28224: also beyond loopback addresses, where upstream does not look any more.
    @Test(arguments: ["127.0.0.1", "0.0.0.0", "::"])
    func otherNamesAreRefusedOnEveryAddress(_ address: String) {
        var configuration = ServerConfiguration()
        configuration.address = HostAddress(address.contains(":") ? "[\(address)]:1" : address)
        let policy = HostPolicy(configuration)
        #expect(policy.verdict(on: "evil.example") == .refused)
        #expect(policy.verdict(on: "evil.example:11434") == .refused)
    }

    /// CVE-2025-63389: nobody but this machine reaches a server that was not told otherwise.
    @Test func serversListenOnLoopbackUnlessTold() throws {
        #expect(try ServerConfiguration(environment: [:]).address.host == "127.0.0.1")
    }

    /// Uploads are bounded, whether they say how long they are or not, and nothing of them stays.
    @Test func uploadsAreBounded() async throws {
        var configuration = ServerConfiguration()
        configuration.maximumBlobBytes = 1000
        let bench = Bench(configuration: configuration)
        try await bench.run { client in
            let content = String(repeating: "x", count: 1001)
            let digest = Digest(hashing: Array(content.utf8))
            let response = try await client.send(.post, "/api/blobs/\(digest)", content)
            #expect(response.status.code == 413, "\(response.text)")
            let blobs = bench.folder + "/models/blobs"
            let left = (try? FileManager.default.contentsOfDirectory(atPath: blobs)) ?? []
            #expect(left.isEmpty)
        }
    }

    /// CVE-2025-15514: an image that is none is an error.
    @Test(arguments: ["", "x", "AAAA", "!!!!", "iVBORw0KGgo="])
    func imagesThatAreNoneAreErrors(_ image: String) async throws {
        try await Bench().run { client in
            try await client.make("m")
            let body =
                #"{"model":"m","messages":[{"role":"user","content":"x","images":["\#(image)"]}]}"#
            let response = try await client.send(.post, "/api/chat", body)
            #expect((400..<500).contains(response.status.code), "\(response.text)")
        }
    }

    /// CVE-2026-21869: options below zero are no offsets.
    @Test func negativeOptionsAreNoOffsets() async throws {
        try await Bench().run { client in
            try await client.make("m")
            for option in ["num_keep", "num_ctx", "num_batch", "num_predict", "repeat_last_n"] {
                for value in ["-1", "-2147483648", "-9223372036854775808", "1e300", "-0.5"] {
                    let body =
                        #"{"model":"m","prompt":"x","stream":false,"options":{"\#(option)":\#(value)}}"#
                    let response = try await client.send(.post, "/api/generate", body)
                    #expect([200, 400].contains(response.status.code), "\(option) \(value)")
                }
            }
        }
    }

    private func create(
        _ client: BenchClient,
        _ file: some Sequence<UInt8> & Sendable,
        name: String = "m.gguf",
        quantize: String = ""
    ) async throws -> (status: HTTPResponse.Status, text: String) {
        let bytes = Array(file)
        let digest = Digest(hashing: bytes)
        _ = try await client.client.execute(
            uri: "/api/blobs/\(digest)",
            method: .post,
            body: .init(bytes: bytes)
        )
        let body =
            #"{"model":"x","files":{"\#(name)":"\#(digest)"},"quantize":"\#(quantize)","#
            + #""stream":false}"#
        let response = try await client.send(.post, "/api/create", body)
        return (response.status, response.text)
    }

    private func models(of bench: Bench) throws -> [String] {
        let folder = bench.folder + "/models/manifests"
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder)
    }
}
