import Testing

@testable import ApusStore

@Suite struct ManifestTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)
    private static let layer =
        #"{"mediaType":"application/vnd.ollama.image.model","digest":"\#(digest)","size":10}"#

    private func read(_ text: String) throws -> Manifest { try Manifest(Array(text.utf8)) }

    @Test func unknownMembersAndMissingConfigurationAreAccepted() throws {
        let manifest = try read(
            #"{"schemaVersion":2,"annotations":{"a":[1]},"layers":[\#(Self.layer)]}"#
        )
        #expect(manifest.config == nil)
        #expect(manifest.layers.map(\.sizeBytes) == [10])
        let empty = try read(
            #"{"schemaVersion":2,"config":{"mediaType":"","digest":"","size":0},"layers":null}"#
        )
        #expect(empty.allLayers.isEmpty)
    }

    @Test(arguments: [
        ("", "no JSON"), ("null", "no object"), ("[]", "no object"), ("{}", "schemaVersion"),
        (#"{"schemaVersion":1,"layers":[]}"#, "schemaVersion"),
        (#"{"schemaVersion":"2","layers":[]}"#, "schemaVersion"),
        (#"{"schemaVersion":2,"layers":{}}"#, "layers"),
        (#"{"schemaVersion":2,"layers":[1]}"#, "layers[0]"),
        (#"{"schemaVersion":2,"layers":[]} x"#, "no JSON"),
        (#"{"schemaVersion":2,"config":7,"layers":[]}"#, "config"),
        (#"{"schemaVersion":2,"layers":[{"digest":"\#(digest)","size":1}]}"#, "mediaType"),
        (#"{"schemaVersion":2,"layers":[{"mediaType":"a","size":1}]}"#, "layers[0].digest"),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"../../etc/passwd","size":1}]}"#,
            "layers[0].digest"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"sha256:../../../../../../../../../etc/ld.so.preload0000000000000000000000000","size":1}]}"#,
            "layers[0].digest"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)","size":-1}]}"#,
            "layers[0].size"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)","size":1e30}]}"#,
            "layers[0].size"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)","size":9223372036854775807}]}"#,
            "layers[0].size"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)","size":1.5}]}"#,
            "layers[0].size"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)"}]}"#,
            "layers[0].size"
        ),
        (
            #"{"schemaVersion":2,"layers":[{"mediaType":"a","digest":"\#(digest)","size":1,"from":[]}]}"#,
            "layers[0].from"
        ),
    ])
    func hostileManifestsAreRefusedNamingTheMember(text: String, mention: String) throws {
        let error = #expect(throws: StoreError.self) { try read(text) }
        #expect(error?.code == .corruptManifest)
        #expect(error?.message.contains(mention) == true, "\(String(describing: error))")
    }

    @Test func theSumOfSizesIsBounded() throws {
        let layer =
            #"{"mediaType":"a","digest":"\#(Self.digest)","size":\#(Manifest.maximumSizeBytes)}"#
        #expect(try read(#"{"schemaVersion":2,"layers":[\#(layer)]}"#).sizeBytes == 1 << 50)
        #expect(
            try storeErrorCode {
                _ = try read(#"{"schemaVersion":2,"layers":[\#(layer),\#(layer)]}"#)
            } == .corruptManifest
        )
    }

    @Test func giantAndDeepManifestsAreRefused() throws {
        let spaces = [UInt8](repeating: 0x20, count: Manifest.maximumBytes + 1)
        #expect(try storeErrorCode { _ = try Manifest(spaces) } == .tooLarge)
        let deep = #"{"schemaVersion":2,"x":"# + String(repeating: "[", count: 1 << 20)
        #expect(try storeErrorCode { _ = try read(deep) } == .corruptManifest)
        let element = #"{"mediaType":"a","digest":"\#(Self.digest)","size":0},"#
        #expect(element.utf8.count * Manifest.maximumLayers > Manifest.maximumBytes)
    }

    @Test(arguments: [
        ("[]", "no object"), (#"{"model_format":1}"#, "model_format"),
        (#"{"model_families":"llama"}"#, "model_families"),
        (#"{"model_families":[1]}"#, "model_families"),
        (#"{"context_length":"x"}"#, "context_length"), (#"{"draft":[]}"#, "draft"),
        (#"{"draft":{"config":1}}"#, "draft.config"), ("{", "no JSON"),
    ])
    func corruptConfigurationsAreRefusedNamingTheMember(text: String, mention: String) throws {
        let error = #expect(throws: StoreError.self) { try ModelConfig(Array(text.utf8)) }
        #expect(error?.code == .corruptConfig)
        #expect(error?.message.contains(mention) == true, "\(String(describing: error))")
    }

    @Test func registryConfigurationsWithRootFileSystemsAreRead() throws {
        let text = #"""
            {"model_format":"gguf","model_family":"llama","model_families":null,"model_type":"8B",\#
            "file_type":"Q4_0","architecture":"amd64","os":"linux",\#
            "rootfs":{"type":"layers","diff_ids":["sha256:00"]}}
            """#
        let config = try ModelConfig(Array(text.utf8))
        #expect(config.family == "llama")
        #expect(config.families.isEmpty)
        #expect(config.parameterSize == "8B")
    }
}
