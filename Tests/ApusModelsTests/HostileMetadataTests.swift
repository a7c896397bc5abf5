import ApusFormats
import ApusGGUF
import ApusModels
import TestSupport
import Testing

/// Files that are well-formed and lie: each value is missing, of another type, or beyond all measure.
///
/// The classes behind CVE-2024-8063 (no layers), CVE-2025-0312 (a value that is missing),
/// CVE-2025-49847 (lengths that change their sign) and CVE-2026-33298 (sizes that overflow). Either
/// loading throws, or the model computes.
@Suite(.timeLimit(.minutes(2))) struct HostileMetadataTests {
    private static let keys = TinyGGUF.llama().metadata.map(\.key).filter { $0.contains("llama.") }

    private static let values: [GGUFValue] = [
        .uint32(0), .uint32(1), .uint32(3), .uint32(.max), .int32(-1), .int32(.min), .uint64(.max),
        .uint64(1 << 32), .int64(.min), .float32(.nan), .float32(.infinity), .float32(0),
        .float32(-1), .float64(1e300), .bool(true), .string("2"),
        .array(GGUFArray(integers: [] as [Int32])),
        .array(GGUFArray(integers: [2, -1] as [Int32])),
        .array(GGUFArray(integers: [2, 2] as [Int32])),
    ]

    /// Loads a model and lets it compute, if it can be loaded; gives whether it could.
    @discardableResult
    private func survives(_ model: TinyGGUF) throws -> Bool {
        let run: ModelRun
        do {
            run = try ModelRun(model.open(), threads: 1, pages: 2)
        } catch is GGUFError {
            return false
        } catch is ModelError {
            return false
        }
        return run.logits([1, 5, 7], steps: [2, 1]).count % 3 == 0
    }

    @Test func soundModelIsLoaded() throws {
        #expect(try survives(TinyGGUF.llama()))
    }

    @Test(arguments: keys)
    func valuesMayBeAnything(_ key: String) throws {
        for value in Self.values {
            var model = TinyGGUF.llama()
            model.set(key, value)
            try survives(model)
        }
        var model = TinyGGUF.llama()
        model.metadata.removeAll { $0.key == key }
        try survives(model)
    }

    @Test(arguments: ["block_count", "embedding_length", "attention.head_count", "context_length"])
    func whatThereMustBeMayNotBeZero(_ key: String) throws {
        var model = TinyGGUF.llama()
        model.set("llama.\(key)", .uint32(0))
        #expect(try survives(model) == false)
    }

    @Test func tensorsMayHaveAnyShape() throws {
        let sound = TinyGGUF.llama()
        for (index, entry) in sound.tensors.enumerated() {
            var missing = sound
            missing.tensors.remove(at: index)
            // The output is the embedding where there is none.
            #expect(try survives(missing) == (entry.tensor.name == "output.weight"))
            for shape in [[1], [32], [32, 32], [1, 1, 1, 1], [64, 1], [259]] {
                var model = sound
                model.tensors.remove(at: index)
                let count = shape.reduce(1, *)
                model.add(entry.tensor.name, shape, values: [Float](repeating: 0.5, count: count))
                if entry.tensor.shape == shape { continue }
                #expect(try survives(model) == false, "\(entry.tensor.name) of \(shape)")
            }
        }
    }
}
