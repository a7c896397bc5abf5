import ApusConversation
import ApusConversion
import ApusFormats
import ApusGGUF
import Foundation
import TestSupport
import Testing

/// Checkpoints that become GGUF files, and those that are refused; numbers are compared with
/// transformers by Tests/Conformance/convert.py.
@Suite struct CheckpointTests {
    private func code(_ fixture: CheckpointFixture) throws -> ConversionError.Code? {
        do {
            _ = try fixture.converted()
            return nil
        } catch let error as ConversionError {
            return error.code
        }
    }

    @Test func tensorsAndMetadataAreThoseOfTheCheckpoint() throws {
        let file = try CheckpointFixture().converted()
        #expect(
            file.tensors.map(\.name) == [
                "token_embd.weight", "blk.0.attn_k.weight", "blk.0.attn_norm.weight",
                "blk.0.attn_output.weight", "blk.0.attn_q.weight", "blk.0.attn_v.weight",
                "blk.0.ffn_down.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_norm.weight",
                "blk.0.ffn_up.weight", "output.weight", "output_norm.weight",
            ]
        )
        let metadata = file.metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.int("llama.attention.head_count_kv") == 1)
        #expect(try metadata.int("llama.attention.key_length") == 4)
        #expect(try metadata.float("llama.rope.freq_base") == 10_000)
        #expect(try metadata.string("tokenizer.chat_template") == "T")
    }

    /// Rows of a head come as 0, 2, 1, 3: what turned with two further on turns with its neighbour.
    @Test func queriesAndKeysOfLlamaAreReordered() throws {
        let file = try CheckpointFixture().converted()
        func rows(_ list: [Int]) -> [Float] {
            list.flatMap { row in (0..<8).map { Float(row * 8 + $0) } }
        }
        #expect(file.floats("blk.0.attn_k.weight") == rows([0, 2, 1, 3]))
        #expect(file.floats("blk.0.attn_q.weight") == rows([0, 2, 1, 3, 4, 6, 5, 7]))
        #expect(file.floats("blk.0.attn_v.weight") == rows([0, 1, 2, 3]))
        var qwen = CheckpointFixture()
        qwen.config["architectures"] = ["Qwen2ForCausalLM"]
        #expect(try qwen.converted().floats("blk.0.attn_k.weight") == rows([0, 1, 2, 3]))
    }

    @Test func tokensBecomeScoresKindsAndPadding() throws {
        let metadata = try CheckpointFixture().converted().metadata
        #expect(try metadata.string("tokenizer.ggml.model") == "llama")
        let tokens = try metadata.strings("tokenizer.ggml.tokens")
        #expect(tokens == ["<unk>", "<s>", "a", "b", "ab", "[PAD5]"])
        #expect(try metadata.ints("tokenizer.ggml.token_type") == [2, 3, 1, 1, 1, 5])
        #expect(try metadata.floats("tokenizer.ggml.scores") == [0, 0, 0, 0, -1, 0])
        #expect(try metadata.int("tokenizer.ggml.bos_token_id") == 1)
        #expect(try metadata.bool("tokenizer.ggml.add_bos_token"))
        #expect(try metadata.bool("tokenizer.ggml.add_space_prefix"))
    }

    @Test func allTokensThatEndAGenerationAreNamed() throws {
        var fixture = CheckpointFixture()
        #expect(
            try fixture.converted().metadata.optionalInts("tokenizer.ggml.eos_token_ids") == nil
        )
        fixture.files["generation_config.json"] = #"{"eos_token_id": [4, 3, 4, 99, -1, "x"]}"#
        var metadata = try fixture.converted().metadata
        #expect(try metadata.int("tokenizer.ggml.eos_token_id") == 4)
        #expect(try metadata.ints("tokenizer.ggml.eos_token_ids") == [4, 3])
        fixture.config["eos_token_id"] = [2, 0]
        metadata = try fixture.converted().metadata
        #expect(try metadata.int("tokenizer.ggml.eos_token_id") == 2)
        #expect(try metadata.ints("tokenizer.ggml.eos_token_ids") == [2, 4, 3])
        fixture.files = [:]
        metadata = try fixture.converted().metadata
        #expect(try metadata.ints("tokenizer.ggml.eos_token_ids") == [2, 0])
    }

    @Test func templatesOfTheirOwnFilesGoFirst() throws {
        var fixture = CheckpointFixture()
        fixture.files["chat_template.jinja"] = "J"
        fixture.files["additional_chat_templates/tool_use.jinja"] = "U"
        let metadata = try fixture.converted().metadata
        #expect(try metadata.string("tokenizer.chat_template") == "J")
        #expect(try metadata.string("tokenizer.chat_template.tool_use") == "U")
    }

    @Test(
        arguments: [
            (#"{"type": "Metaspace"}"#, true, true, nil),
            (#"{"type": "Metaspace", "prepend_scheme": "first"}"#, true, true, true),
            (#"{"type": "Metaspace", "prepend_scheme": "never"}"#, false, nil, nil),
            (#"{"type": "Metaspace", "add_prefix_space": false}"#, false, nil, nil),
            (
                #"{"type": "Sequence", "pretokenizers": [{"type": "Metaspace"}]}"#, true, true, nil
            ),
        ] as [(String, Bool, Bool?, Bool?)]
    )
    func spacesBeforeTextFollowTheRule(
        rule: String,
        adds: Bool,
        isOne: Bool?,
        isAtStart: Bool?
    ) throws {
        var fixture = CheckpointFixture()
        var root = try #require(fixture.tokenizer.objectValue)
        root["normalizer"] = .null
        root["pre_tokenizer"] = try JSONValue(json: rule)
        fixture.tokenizer = .object(root)
        let metadata = try fixture.converted().metadata
        #expect(try metadata.bool("tokenizer.ggml.add_space_prefix") == adds)
        #expect(try metadata.optionalBool("apus.tokenizer.add_one_space_at_most") == isOne)
        #expect(try metadata.optionalBool("apus.tokenizer.add_space_at_start_only") == isAtStart)
    }

    @Test func expertsAreStackedAndTheRouterStaysExact() throws {
        var fixture = CheckpointFixture()
        fixture.config["architectures"] = ["MixtralForCausalLM"]
        fixture.config["num_local_experts"] = 2
        fixture.config["num_experts_per_tok"] = 1
        for part in ["gate_proj", "up_proj", "down_proj"] {
            fixture.tensors["model.layers.0.mlp.\(part).weight"] = nil
        }
        let block = "model.layers.0.block_sparse_moe"
        fixture.add("\(block).gate.weight", [2, 8])
        for expert in 0..<2 {
            for (name, shape) in [("w1", [16, 8]), ("w3", [16, 8]), ("w2", [8, 16])] {
                let values = (0..<128).map { Float(1000 * expert + $0) }
                fixture.tensors["\(block).experts.\(expert).\(name).weight"] =
                    CheckpointFixture.Tensor(shape, values)
            }
        }
        let file = try fixture.converted(to: "BF16")
        #expect(file.tensor(named: "blk.0.ffn_gate_inp.weight")?.format == .f32)
        let stack = try #require(file.tensor(named: "blk.0.ffn_down_exps.weight"))
        #expect(stack.shape == [2, 8, 16])
        #expect(stack.format == .bf16)
        let exact = try fixture.converted().floats("blk.0.ffn_down_exps.weight")
        let expected = (0..<256).map { (index: Int) -> Float in
            Float(index / 128 * 1000 + index % 128)
        }
        #expect(exact == expected)
        fixture.tensors["\(block).experts.1.w2.weight"] = nil
        #expect(try code(fixture) == .badCheckpoint)
    }

    @Test func eightBitFloatsAreMultipliedByTheirScales() throws {
        var fixture = CheckpointFixture()
        let name = "model.layers.0.mlp.up_proj.weight"
        // 0x38 is 1, 0xB8 is -1, 0x7E is 448, 0x01 is 2^-9.
        let codes = (0..<32).flatMap { _ in [0x38, 0xB8, 0x7E, 0x01] as [UInt8] }
        fixture.tensors[name] = .init(type: "F8_E4M3", [16, 8], bytes: codes)
        fixture.config["quantization_config"] = ["weight_block_size": [8, 4]]
        fixture.tensors[name + "_scale_inv"] = .init([2, 2], [1, 2, 3, 4])
        let weights = try #require(try fixture.converted().floats("blk.0.ffn_up.weight"))
        #expect(Array(weights[0..<4]) == [1, -1, 448, 0.001953125])
        #expect(Array(weights[4..<6]) == [2, -2])
        #expect(Array(weights[64..<66]) == [3, -3])
        #expect(Array(weights[124..<126]) == [4, -4])
        fixture.tensors[name + "_scale_inv"] = .init([3, 1], [1, 2, 3])
        #expect(try code(fixture) == .badCheckpoint)
        fixture.tensors[name + "_scale_inv"] = nil
        fixture.tensors[name + "_scale"] = .init([], [2])
        let single = try #require(try fixture.converted().floats("blk.0.ffn_up.weight"))
        #expect(Array(single[0..<2]) == [2, -2])
    }

    @Test func everyEightBitFloatWithFiveBitsOfExponentIsHalfAHalf() throws {
        var fixture = CheckpointFixture()
        let codes = (0..<128).map { UInt8($0 < 124 ? $0 : 0) }
        fixture.tensors["model.layers.0.mlp.up_proj.weight"] = .init(
            type: "F8_E5M2",
            [16, 8],
            bytes: codes
        )
        let halves = codes.flatMap { code -> [UInt8] in [0, code] }
        fixture.tensors["model.layers.0.mlp.gate_proj.weight"] = .init(
            type: "F16",
            [16, 8],
            bytes: halves
        )
        let file = try fixture.converted()
        #expect(file.floats("blk.0.ffn_up.weight") == file.floats("blk.0.ffn_gate.weight"))
    }

    @Test func withoutAWishTheTypeIsTheSources() throws {
        var fixture = CheckpointFixture()
        #expect(try fixture.converted(to: nil).metadata.int("general.file_type") == 1)
        fixture.tensors["lm_head.weight"] = .init(
            type: "BF16",
            [6, 8],
            bytes: Array(repeating: 0, count: 96)
        )
        #expect(try fixture.converted(to: nil).metadata.int("general.file_type") == 32)
        fixture.tensors["lm_head.weight"] = .init(
            type: "F8_E4M3",
            [6, 8],
            bytes: Array(repeating: 0, count: 48)
        )
        #expect(try fixture.converted(to: nil).metadata.int("general.file_type") == 7)
    }

    @Test(
        arguments: [
            ("architectures", ["GPT2LMHeadModel"], .unsupportedArchitecture),
            ("architectures", [], .unsupportedArchitecture),
            ("hidden_act", "gelu", .unsupportedVariant),
            ("partial_rotary_factor", 0.5, .unsupportedVariant),
            ("rope_scaling", ["type": "dynamic", "factor": 2], .unsupportedVariant),
            ("rope_scaling", ["type": "linear"], .badConfig),
            ("num_attention_heads", 0, .badConfig), ("num_attention_heads", -4, .badConfig),
            ("hidden_size", "8", .badConfig), ("hidden_size", 1e300, .badConfig),
            ("rms_norm_eps", nil, .badConfig), ("head_dim", 3, .badConfig),
            ("head_dim", 16, .badCheckpoint),
        ] as [(String, JSONValue?, ConversionError.Code)]
    )
    func configurationsThatCannotBeHonouredAreRefused(
        key: String,
        value: JSONValue?,
        expected: ConversionError.Code
    ) throws {
        var fixture = CheckpointFixture()
        fixture.config[key] = value
        #expect(try code(fixture) == expected)
    }

    @Test func tensorsThatNobodyKnowsAreRefused() throws {
        for name in [
            "model.layers.0.self_attn.sinks", "model.layers.00.mlp.up_proj.weight", "x",
            "model.layers.0.mlp.experts.0.up_proj.weight",
        ] {
            var fixture = CheckpointFixture()
            fixture.add(name, [4])
            #expect(try code(fixture) != nil, "\(name)")
        }
        var fixture = CheckpointFixture()
        fixture.tensors["lm_head.weight"]?.type = "I32"
        #expect(try code(fixture) == .unsupportedVariant)
    }

    @Test(arguments: [
        "model.norm.weight", "lm_head.weight", "model.embed_tokens.weight",
        "model.layers.0.mlp.up_proj.weight", "model.layers.0.self_attn.k_proj.weight",
    ])
    func aTensorThatIsMissingIsNamed(name: String) throws {
        var fixture = CheckpointFixture()
        fixture.tensors[name] = nil
        #expect(try code(fixture) == .badCheckpoint)
        fixture = CheckpointFixture()
        fixture.config["num_hidden_layers"] = 2
        #expect(try code(fixture) == .badCheckpoint)
        fixture = CheckpointFixture()
        fixture.add("model.layers.1.input_layernorm.weight", [8])
        #expect(try code(fixture) == .badCheckpoint)
    }

    @Test func anIndexHasToAgree() throws {
        var fixture = CheckpointFixture()
        let index = #"{"weight_map": {"lm_head.weight": "model.safetensors"}}"#
        fixture.files["model.safetensors.index.json"] = index
        #expect(try code(fixture) == nil)
        fixture.files["model.safetensors.index.json"] =
            #"{"weight_map": {"lm_head.weight": "other.safetensors"}}"#
        #expect(try code(fixture) == .badCheckpoint)
    }
}
