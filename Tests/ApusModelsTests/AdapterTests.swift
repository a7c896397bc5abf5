import ApusFormats
import ApusGGUF
import ApusModels
import ApusTensors
import Foundation
import TestSupport
import Testing

/// Adapters: what is computed with them, and which are refused.
@Suite struct AdapterTests {
    private static let tokens: [Int32] = (0..<24).map { Int32($0 * 37 % 250 + 3) }

    private func logits(
        _ model: TinyGGUF,
        _ adapters: [AdapterFixture] = [],
        steps: [Int] = [24]
    ) throws -> [Float] {
        let run = try ModelRun(model.open(), adapters: adapters.map { try $0.open() })
        return run.logits(Self.tokens, steps: steps)
    }

    @Test(arguments: [[24], Array(repeating: 1, count: 24), [7, 1, 16]])
    func anAdapterIsAsGoodAsMergedWeights(steps: [Int]) throws {
        for model in [TinyGGUF.llama(), TinyGGUF.mixtral()] {
            let adapter = AdapterFixture.ofEverything(in: model)
            let expected = try logits(adapter.merged(into: model), steps: steps)
            #expect(normalizedError(try logits(model, [adapter], steps: steps), expected) < 1e-6)
            // And not because it changes nothing.
            #expect(normalizedError(try logits(model, steps: steps), expected) > 1e-2)
        }
    }

    @Test(arguments: [BlockFormat.f16, .bf16, .q8_0])
    func adaptersComeInSmallerFormats(format: BlockFormat) throws {
        let model = TinyGGUF.llama()
        var random = SplitMix64(seed: 9)
        var adapter = AdapterFixture(alpha: 16)
        for (name, shape) in [("blk.0.attn_q", [32, 32]), ("blk.1.ffn_down", [32, 64])] {
            adapter.add("\(name).weight", shape, rank: 32, format: format, using: &random)
        }
        let expected = try logits(adapter.merged(into: model))
        // With Q8_0, activations are rounded to eight bits.
        let bound = format == .q8_0 ? 1e-3 : 1e-6
        #expect(normalizedError(try logits(model, [adapter]), expected) < bound)
    }

    @Test func adaptersAddUp() throws {
        let model = TinyGGUF.llama()
        let one = AdapterFixture.ofEverything(in: model, seed: 1)
        let two = AdapterFixture.ofEverything(in: model, seed: 2)
        let expected = try logits(two.merged(into: one.merged(into: model)))
        #expect(normalizedError(try logits(model, [one, two]), expected) < 1e-6)
    }

    @Test func anAlphaOfZeroOrNoneMeansAFactorOfOne() throws {
        let model = TinyGGUF.llama()
        var adapter = AdapterFixture.ofEverything(in: model)
        adapter.alpha = 0
        let expected = try logits(adapter.merged(into: model))
        adapter.metadata[3].value = .float32(0)
        #expect(normalizedError(try logits(model, [adapter]), expected) < 1e-6)
        adapter.metadata.remove(at: 3)
        #expect(normalizedError(try logits(model, [adapter]), expected) < 1e-6)
    }

    @Test func anAdapterOfZerosChangesNotOneBit() throws {
        let model = TinyGGUF.mixtral()
        var adapter = AdapterFixture.ofEverything(in: model)
        for index in adapter.pairs.indices {
            adapter.pairs[index].pair.b = adapter.pairs[index].pair.b.map { _ in 0 }
        }
        #expect(try logits(model, [adapter]) == logits(model))
    }

    /// A Qwen3 and an adapter of PEFT's; Fixtures/tiny_adapter.py made both and the logits.
    @Test(arguments: [[40], Array(repeating: 1, count: 40), [33, 7]])
    func logitsAgreeWithPEFTAtEveryPosition(steps: [Int]) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures")
        func open(_ name: String) throws -> GGUFFile {
            try GGUFFile(path: folder.appending(path: name).path)
        }
        let run = try ModelRun(
            open("qwen3.gguf"),
            adapters: [GGUFAdapter(open("qwen3-adapter.gguf"))]
        )
        let tokens = try ReferenceLogitsTests.fixture("qwen3.tokens.i32", as: Int32.self)
        let expected = try ReferenceLogitsTests.fixture("qwen3-adapter.logits.f32", as: Float.self)
        let actual = run.logits(tokens, steps: steps)
        for position in tokens.indices {
            let row = position * 96..<(position + 1) * 96
            let error = normalizedError(Array(actual[row]), Array(expected[row]))
            #expect(error < 1e-6, "position \(position)")
        }
    }
}

/// Adapters that are damaged, or made for another model.
@Suite struct HostileAdapterTests {
    /// What loading a change of a good adapter says; nil when it is loaded.
    private func refusal(
        _ change: (inout AdapterFixture) -> Void,
        _ model: TinyGGUF = .llama()
    ) throws -> String? {
        var fixture = AdapterFixture()
        var random = SplitMix64(seed: 5)
        fixture.add("blk.0.attn_k.weight", [16, 32], rank: 4, using: &random)
        change(&fixture)
        do {
            _ = try ModelRun(model.open(), adapters: [fixture.open()])
            return nil
        } catch let error as GGUFError {
            #expect(error.code == .badAdapter || error.code == .missingKey, "\(error.message)")
            return error.message
        } catch let error as ModelError {
            #expect(error.code == .badAdapter, "\(error.message)")
            return error.message
        }
    }

    @Test func whatIsNoAdapterOfThisModelIsNamed() throws {
        #expect(try refusal { _ in } == nil)
        func expect(
            _ part: String,
            _ change: (inout AdapterFixture) -> Void,
            line: Int = #line
        ) throws {
            let message = try refusal(change)
            #expect(message?.contains(part) == true, "line \(line): \(message ?? "loaded")")
        }
        try expect("'model'") { $0.metadata.remove(at: 0) }
        try expect("general.architecture") { $0.metadata.remove(at: 1) }
        try expect("'qwen2'") { $0.metadata[1].value = .string("qwen2") }
        try expect("adapter.type") { $0.metadata.remove(at: 2) }
        try expect("'ia3'") { $0.metadata[2].value = .string("ia3") }
        try expect("finite") { $0.metadata[3].value = .float32(.nan) }
        try expect("alora") {
            $0.metadata.append(("adapter.alora.invocation_tokens", .uint32(1)))
        }
        try expect("no tensors") { $0.pairs = [] }
        try expect("does not have") { $0.pairs[0].name = "blk.7.attn_k.weight" }
        try expect("do not update [32]") { $0.pairs[0].name = "blk.0.attn_norm.weight" }
        for number in [Float.nan, .infinity, -.infinity] {
            try expect("'blk.0.attn_k.weight.lora_a'") { $0.pairs[0].pair.a[127] = number }
            try expect("'blk.0.attn_k.weight.lora_b'") { $0.pairs[0].pair.b[0] = number }
        }
    }

    @Test func shapesThatAreNotThoseOfAnUpdateAreRefused() throws {
        func change(_ a: [Int], _ b: [Int]) throws -> String? {
            try refusal {
                $0.pairs[0].pair.shapes = (a, b)
                $0.pairs[0].pair.a = Array(repeating: 0, count: a.reduce(1, *))
                $0.pairs[0].pair.b = Array(repeating: 0, count: b.reduce(1, *))
            }
        }
        #expect(try change([4, 32], [16, 4]) == nil)
        for (a, b) in [
            ([4, 32], [16, 3]), ([32, 4], [4, 16]), ([4, 31], [16, 4]), ([4, 32], [17, 4]),
            ([4, 32], [16]), ([32], [16]), ([1, 4, 32], [1, 16, 4]), ([4, 32], [1, 16, 4]),
            ([2, 2, 32], [2, 16, 2]), ([1, 1, 4, 32], [1, 1, 16, 4]),
            ([1 << 15, 32], [16, 1 << 15]),
        ] {
            #expect(try change(a, b) != nil, "\(a) \(b)")
        }
    }

    @Test func updatesOfEmbeddingsAreRefusedByName() throws {
        let message = try refusal {
            $0.pairs[0].name = "token_embd.weight"
            $0.pairs[0].pair.shapes = ([259, 4], [32, 4])
            $0.pairs[0].pair.a = Array(repeating: 0, count: 259 * 4)
            $0.pairs[0].pair.b = Array(repeating: 0, count: 32 * 4)
        }
        #expect(message?.contains("embeddings") == true)
    }

    @Test func halfAPairAndStrayTensorsAreRefused() throws {
        var fixture = AdapterFixture()
        var random = SplitMix64(seed: 5)
        fixture.add("blk.0.attn_k.weight", [16, 32], rank: 4, using: &random)
        let good = try fixture.file()
        for name in ["blk.0.attn_k.weight.lora_a", "blk.0.attn_k.weight.lora_b"] {
            var file = good
            file.tensors.removeAll { $0.tensor.name == name }
            #expect(throws: GGUFError.self) { try GGUFAdapter(file.open()) }
        }
        for name in ["blk.0.attn_norm.weight", ".lora_a", "lora_b", ""] {
            var file = good
            file.add(name, [4], values: [1, 2, 3, 4])
            #expect(throws: GGUFError.self, "\(name)") { try GGUFAdapter(file.open()) }
        }
    }

    @Test func theOutputOfATiedModelCannotBeUpdated() throws {
        var model = TinyGGUF.llama()
        model.tensors.removeAll { $0.tensor.name == "output.weight" }
        let message = try refusal(
            {
                var random = SplitMix64(seed: 6)
                $0.add("output.weight", [259, 32], rank: 2, using: &random)
            },
            model
        )
        #expect(message?.contains("'output.weight'") == true)
    }

    /// Whatever the bytes are, there is an answer: no adapter, or one that can be computed with.
    @Test func damagedFilesAreErrors() throws {
        let model = TinyGGUF.llama()
        var fixture = AdapterFixture()
        var random = SplitMix64(seed: 11)
        fixture.add("blk.0.attn_k.weight", [16, 32], rank: 2, using: &random)
        let bytes = try fixture.file().bytes()
        for length in stride(from: 0, to: bytes.count, by: 13) {
            #expect(throws: GGUFError.self) {
                try GGUFAdapter(GGUFFile(copying: Array(bytes[..<length])))
            }
        }
        let file = try model.open()
        let backend = try CPUBackend(threads: 1)
        for _ in 0..<400 {
            var copy = bytes
            for _ in 0..<Int(1 + random.next() % 3) {
                copy[Int(random.next() % UInt64(copy.count))] = UInt8(
                    truncatingIfNeeded: random.next()
                )
            }
            guard let adapter = try? GGUFAdapter(GGUFFile(copying: copy)) else { continue }
            _ = try? Architectures.load(file, adapters: [adapter], backend: backend)
        }
    }
}
