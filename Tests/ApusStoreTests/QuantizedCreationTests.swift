import Testing

@testable import ApusStore

/// Creation with `quantize`, with a conversion that only pretends.
@Suite struct QuantizedCreationTests {
    private static let made = Array("GGUF quantized weights".utf8)

    /// Makes `made` in pieces, as announced or not.
    private func inspector(sizeBytes: Int64 = Int64(made.count)) -> ModelInspector {
        var inspector = ModelInspector(facts: { paths in
            var facts = StoreFixture.facts
            let isMade = paths.allSatisfy { $0.hasSuffix(Digest(hashing: Self.made).fileName) }
            facts.quantization = isMade ? "Q4_K_M" : "F16"
            return facts
        })
        inspector.quantization = { _, type in
            if type == "F16" { return nil }
            return WeightsConversion(
                status: "quantizing F16 model to \(type)",
                sizeBytes: sizeBytes
            ) { sink, progress in
                for (index, byte) in Self.made.enumerated() {
                    try [byte].withUnsafeBytes(sink)
                    try progress(Int64(index + 1))
                }
            }
        }
        return inspector
    }

    private func creation(_ fixture: StoreFixture, _ type: String) throws -> ModelCreation {
        let digest = try fixture.plant("GGUF weights")
        var creation = ModelCreation(
            name: try ModelName("x"),
            source: .files([.init(name: "model.gguf", digest: digest)])
        )
        creation.quantization = type
        return creation
    }

    @Test func theQuantizedWeightsBecomeTheLayer() throws {
        let fixture = try StoreFixture()
        var lines: [ModelCreation.Progress] = []
        try fixture.store.create(creation(fixture, "Q4_K_M"), inspector: inspector()) {
            lines.append($0)
        }
        let digest = Digest(hashing: Self.made)
        let statuses = lines.map(\.status)
        #expect(statuses.first == "parsing GGUF")
        #expect(statuses[1] == "quantizing F16 model to Q4_K_M")
        #expect(lines[1].digest == "0000000000000000000")
        #expect(lines[1].totalBytes == Int64(Self.made.count))
        #expect(
            lines.last { $0.status == statuses[1] }?.completedBytes == Int64(Self.made.count)
        )
        #expect(
            statuses.suffix(3)
                == ["creating new layer \(digest)", "writing manifest", "success"]
        )
        let model = try fixture.store.resolve(ModelName("x"))
        #expect(model.manifest.layers.map(\.digest) == [digest])
        #expect(model.config.quantization == "Q4_K_M")
    }

    @Test func aModelIsQuantizedFromAnother() throws {
        let fixture = try StoreFixture()
        try fixture.store.create(creation(fixture, ""), inspector: inspector())
        var second = try creation(fixture, "Q4_K_M")
        second.source = .model(try ModelName("x"))
        second.name = try ModelName("y")
        try fixture.store.create(second, inspector: inspector())
        let (x, y) = (
            try fixture.store.resolve(ModelName("x")), try fixture.store.resolve(ModelName("y"))
        )
        #expect(x.config.quantization == "F16")
        #expect(y.config.quantization == "Q4_K_M")
        #expect(y.manifest.layers.map(\.digest) == [Digest(hashing: Self.made)])
    }

    @Test func theSameQuantizationChangesNothing() throws {
        let fixture = try StoreFixture()
        try fixture.store.create(creation(fixture, "F16"), inspector: inspector())
        let model = try fixture.store.resolve(ModelName("x"))
        #expect(
            model.manifest.layers.map(\.digest) == [Digest(hashing: Array("GGUF weights".utf8))]
        )
    }

    /// Whatever is said last before the end, nothing is left when it fails there.
    @Test(arguments: ["quantizing F16 model to Q4_K_M", "creating new layer", "writing manifest"])
    func whoStopsLeavesTheStoreAsItWas(status: String) throws {
        let fixture = try StoreFixture()
        let request = try creation(fixture, "Q4_K_M")
        let before = fixture.blobNames
        #expect(throws: CancellationError.self) {
            try fixture.store.create(request, inspector: inspector()) { progress in
                if progress.status.hasPrefix(status), progress.completedBytes ?? 9 > 5 {
                    throw CancellationError()
                }
            }
        }
        #expect(fixture.blobNames == before)
    }

    @Test func weightsThatDoNotFitOnTheDiskAreRefusedAtOnce() throws {
        let fixture = try StoreFixture()
        let request = try creation(fixture, "Q4_K_M")
        let before = fixture.blobNames
        let code = try storeErrorCode {
            try fixture.store.create(request, inspector: inspector(sizeBytes: 1 << 60))
        }
        #expect(code == .noSpace)
        #expect(fixture.blobNames == before)
    }
}
