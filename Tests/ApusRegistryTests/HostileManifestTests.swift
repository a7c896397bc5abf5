import ApusStore
import Testing

@testable import ApusRegistry

enum HostileManifest {
    static let digest = "sha256:" + String(repeating: "a", count: 64)

    /// A manifest of one layer.
    static func text(
        type: String = MediaType.model,
        digest: String = digest,
        size: String = "10",
        extra: String = "",
        kind: String = MediaType.manifest
    ) -> String {
        #"{"schemaVersion":2,"mediaType":"\#(kind)","config":{"mediaType":"c","digest":"#
            + #""sha256:\#(String(repeating: "b", count: 64))","size":2},"#
            + #""layers":[{"mediaType":"\#(type)","digest":"\#(digest)","size":\#(size)}\#(extra)]}"#
    }
}

/// Manifests made to do harm: refused by type, and nothing is written anywhere.
@Suite(.timeLimit(.minutes(1))) struct HostileManifestTests {
    static let cases: [(name: String, text: String, code: String)] = [
        ("no JSON", "<html>", "corruptManifest"),
        ("empty", "", "corruptManifest"),
        ("list", "[]", "corruptManifest"),
        ("deep", String(repeating: #"{"a":"#, count: 100_000), "corruptManifest"),
        ("path", HostileManifest.text(digest: "sha256:../../../../etc/passwd"), "corruptManifest"),
        ("absolute path", HostileManifest.text(digest: "/etc/passwd"), "corruptManifest"),
        (
            "path of the right length",
            HostileManifest.text(digest: "sha256:" + String(repeating: "../", count: 21) + "a"),
            "corruptManifest"
        ),
        ("other hash", HostileManifest.text(digest: "md5:abc"), "corruptManifest"),
        ("no digest", HostileManifest.text(digest: ""), "corruptManifest"),
        ("negative size", HostileManifest.text(size: "-1"), "corruptManifest"),
        ("huge size", HostileManifest.text(size: "9223372036854775807"), "corruptManifest"),
        ("fraction", HostileManifest.text(size: "1.5"), "corruptManifest"),
        ("text for size", HostileManifest.text(size: #""10""#), "corruptManifest"),
        (
            "two sizes",
            HostileManifest.text(
                extra: #",{"mediaType":"m","digest":"\#(HostileManifest.digest)","size":11}"#
            ),
            "protocolViolation"
        ),
        (
            "sum of sizes",
            HostileManifest.text(
                size: "1000000000000000",
                extra:
                    #",{"mediaType":"m","digest":"sha256:\#(String(repeating: "c", count: 64))","#
                    + #""size":1000000000000000}"#
            ),
            "corruptManifest"
        ),
        ("no layers", #"{"schemaVersion":2}"#, "protocolViolation"),
        ("version", #"{"schemaVersion":1}"#, "corruptManifest"),
        (
            "image",
            HostileManifest.text(type: "application/vnd.docker.image.rootfs.diff.tar.gzip"),
            "unsupported"
        ),
        ("tensors", HostileManifest.text(type: MediaType.tensor), "unsupported"),
        (
            "index",
            HostileManifest.text(kind: "application/vnd.oci.image.index.v1+json"),
            "unsupported"
        ),
        (
            "many layers",
            HostileManifest.text(extra: String(repeating: ",{}", count: 70_000)),
            "corruptManifest"
        ),
    ]

    @Test(arguments: cases)
    func isRefused(_ name: String, _ text: String, _ code: String) async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ _ in .text(text) }) { registry in
            try await fails(code) { try await desk.pull(registry) }
            // A slow machine may ask twice, but for nothing else.
            #expect(registry.requests.allSatisfy { $0.path.contains("/manifests/") })
        }
        #expect(try desk.files(in: "blobs").isEmpty)
        #expect(try desk.files(in: "manifests").isEmpty)
    }
}
