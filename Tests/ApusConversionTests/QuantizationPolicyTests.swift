import ApusFormats
import ApusGGUF
import TestSupport
import Testing

@testable import ApusConversion

@Suite struct QuantizationPolicyTests {
    private let dense = QuantizationPolicy.Model(architecture: "llama", layers: 32)

    private func format(
        _ type: FileType,
        _ model: QuantizationPolicy.Model,
        _ name: String,
        _ shape: [Int] = [4096, 4096],
        source: BlockFormat = .f16
    ) throws -> BlockFormat {
        try QuantizationPolicy(type, for: model).format(name: name, shape: shape, source: source)
    }

    /// The layers of a tensor that a mix stores in the format.
    private func layers(
        _ type: FileType,
        _ model: QuantizationPolicy.Model,
        _ part: String,
        in format: BlockFormat
    ) throws -> [Int] {
        try (0..<model.layers).filter {
            try self.format(type, model, "blk.\($0).\(part).weight") == format
        }
    }

    /// Layers as llama.cpp's `use_more_bits` chooses them of 32.
    @Test func mediumMixesSpreadTheirBetterLayers() throws {
        let better = [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]
        for type in [FileType.q4_K_M, .q5_K_M] {
            for part in ["attn_v", "attn_qkv", "attn_kv_b", "ffn_down", "ffn_down_shexp"] {
                #expect(try layers(type, dense, part, in: .q6_K) == better)
            }
            #expect(try layers(type, dense, "attn_q", in: .q6_K).isEmpty)
        }
        #expect(try format(.q4_K_M, dense, "blk.4.ffn_down.weight") == .q4_K)
        #expect(try format(.q5_K_M, dense, "blk.4.ffn_down.weight") == .q5_K)
    }

    /// llama.cpp counts matrices of values, not layers, where other layers are recurrent.
    @Test func betterValuesAreSpreadOverTheLayersThatHaveThem() throws {
        var file = TinyGGUF(architecture: "m")
        file.set("m.block_count", .uint32(64))
        let names = stride(from: 3, to: 64, by: 4).map { "blk.\($0).attn_v.weight" }
        let model = try QuantizationPolicy.Model(file.open().metadata, tensorNames: names)
        let better = try layers(.q4_K_M, model, "attn_v", in: .q6_K).filter { $0 % 4 == 3 }
        #expect(better.map { $0 / 4 } == [0, 1, 4, 7, 10, 13, 14, 15])
    }

    @Test func layersWithoutBoundsAreHarmless() throws {
        for count in [Int64.min, -1, .max] {
            var file = TinyGGUF(architecture: "m")
            file.set("m.block_count", .int64(count))
            for layer in [Int64.min, -1, .max] {
                let name = "blk.\(layer).ffn_down.weight"
                let model = try QuantizationPolicy.Model(file.open().metadata, tensorNames: [name])
                #expect(try [.q4_K, .q6_K].contains(format(.q4_K_M, model, name)))
            }
        }
    }

    @Test func smallMixesBetterTheFirstLayers() throws {
        #expect(try layers(.q4_K_S, dense, "attn_v", in: .q5_K) == [0, 1, 2, 3])
        #expect(try layers(.q4_K_S, dense, "ffn_down", in: .q5_K) == [0, 1, 2, 3])
        #expect(try layers(.q4_K_S, dense, "attn_k", in: .q4_K).count == 32)
    }

    @Test(arguments: [
        (FileType.f32, BlockFormat.f32), (.f16, .f16), (.bf16, .bf16), (.q8_0, .q8_0),
        (.q4_0, .q6_K), (.q4_1, .q6_K), (.q5_0, .q6_K), (.q5_1, .q6_K), (.q5_K_S, .q6_K),
        (.q4_K_S, .q6_K), (.q4_K_M, .q6_K), (.q5_K_M, .q6_K), (.q6_K, .q6_K),
    ])
    func theMatrixOfTheLogitsIsKeptBetter(type: FileType, head: BlockFormat) throws {
        var model = dense
        #expect(try format(type, model, "token_embd.weight") == head)
        model.hasOutput = true
        #expect(try format(type, model, "output.weight") == head)
        let base = try format(type, model, "blk.9.attn_q.weight")
        #expect(try format(type, model, "token_embd.weight") == base)
    }

    @Test(arguments: QuantizationPolicy.types)
    func normsRoutersAndBiasesStay(type: FileType) throws {
        for (name, shape) in [
            ("blk.0.attn_norm.weight", [4096]), ("output_norm.weight", [4096]),
            ("blk.0.ffn_gate_inp.weight", [8, 4096]), ("blk.0.attn_q.bias", [4096]),
            ("blk.0.ffn_norm.weight", [1, 4096]), ("v.blk.0.attn_q.weight", [64, 64]),
        ] {
            #expect(try format(type, dense, name, shape, source: .f32) == .f32)
            #expect(try format(type, dense, name, shape, source: .bf16) == .bf16)
        }
    }

    @Test(arguments: [(7, BlockFormat.q4_K), (8, .q5_K), (16, .q5_K), (384, .q5_K)])
    func expertsHaveFiveBitsFromEightOn(experts: Int, expected: BlockFormat) throws {
        let model = QuantizationPolicy.Model(architecture: "m", layers: 32, experts: experts)
        for type in [FileType.q4_K_S, .q4_K_M] {
            for part in ["ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"] {
                #expect(try format(type, model, "blk.4.\(part).weight", [8, 512, 512]) == expected)
            }
            #expect(try format(type, model, "blk.4.ffn_down.weight") == .q4_K)
        }
        #expect(try format(.q4_K_M, model, "blk.0.ffn_down_exps.weight") == .q6_K)
        let q4 = try format(.q4_0, model, "blk.4.ffn_up_exps.weight")
        #expect(q4 == (experts < 8 ? .q4_0 : .q5_K))
        #expect(try format(.q6_K, model, "blk.4.ffn_up_exps.weight") == .q6_K)
    }

    @Test func eightExpertsHaveExactKeysAndValues() throws {
        let model = QuantizationPolicy.Model(architecture: "llama", layers: 32, experts: 8)
        for part in ["attn_k", "attn_v"] {
            #expect(try format(.q4_K_M, model, "blk.9.\(part).weight") == .q8_0)
        }
        #expect(try format(.q4_K_M, model, "blk.9.attn_output.weight") == .q5_K)
    }

    @Test func aLargeLlamaWithSharedKeysHasBetterValues() throws {
        var model = QuantizationPolicy.Model(architecture: "llama", layers: 80)
        #expect(try format(.q4_K_S, model, "blk.40.attn_v.weight") == .q4_K)
        model.sharesKeys = true
        #expect(try format(.q4_K_S, model, "blk.40.attn_v.weight") == .q5_K)
    }

    @Test func rowsOfPartialBlocksGetAFormatThatFits() throws {
        #expect(try format(.q4_K_M, dense, "blk.5.attn_q.weight", [64, 896]) == .q5_0)
        #expect(try format(.q4_K_M, dense, "blk.3.attn_v.weight", [64, 896]) == .q8_0)
        #expect(try format(.q5_K_M, dense, "blk.5.attn_q.weight", [64, 896]) == .q5_1)
        #expect(try format(.q6_K, dense, "blk.5.attn_q.weight", [64, 896]) == .q8_0)
        #expect(try format(.q4_K_M, dense, "blk.5.attn_q.weight", [64, 40]) == .f16)
        #expect(try format(.q8_0, dense, "blk.5.attn_q.weight", [64, 40]) == .f16)
        #expect(try format(.f32, dense, "blk.5.attn_q.weight", [64, 41]) == .f32)
    }

    @Test func exceptionsOfArchitecturesHold() throws {
        let model = QuantizationPolicy.Model(architecture: "deepseek2", layers: 32, experts: 64)
        #expect(try format(.q4_K_M, model, "blk.5.attn_q_a.weight") == .q8_0)
        #expect(try format(.q4_K_M, model, "blk.5.attn_output.weight") == .q4_K)
        #expect(try format(.q6_K, model, "blk.5.attn_q_a.weight") == .q6_K)
    }

    @Test func namesAreThoseOfOllamaAndMore() throws {
        #expect(try QuantizationPolicy.type(named: "q4_K_m") == .q4_K_M)
        #expect(try QuantizationPolicy.type(named: "Q4_K") == .q4_K_M)
        for name in ["Q2_K", "", "IQ4_XS", "q4"] {
            let error = #expect(throws: ConversionError.self) {
                try QuantizationPolicy.type(named: name)
            }
            #expect(error?.code == .unsupportedQuantization)
            #expect(
                error?.message
                    == "unsupported quantization type \(name) - supported types are F32, F16, "
                    + "BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K"
            )
        }
    }
}
