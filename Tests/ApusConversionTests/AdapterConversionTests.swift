import ApusConversation
import ApusConversion
import ApusFormats
import ApusGGUF
import TestSupport
import Testing

/// Adapters in PEFT's layout that become GGUF files; logits are compared with PEFT's by
/// Tests/Conformance/adapter.py.
@Suite struct AdapterConversionTests {
    /// Checks that updating the converted model is converting the updated checkpoint.
    private func check(
        _ adapter: AdapterFixture,
        of checkpoint: CheckpointFixture,
        line: Int = #line,
        scale: (_ module: String, _ rank: Int) -> Float = { _, rank in 6 / Float(rank) }
    ) throws {
        let model = try checkpoint.converted()
        let expected = try adapter.merged(into: checkpoint, scale: scale).converted()
        let converted = try GGUFAdapter(adapter.converted(for: model))
        try converted.check(against: model)
        #expect(converted.pairs.count * 2 == Set(converted.file.tensors.map(\.name)).count)
        for tensor in model.tensors {
            let actual = try #require(converted.merged(into: model, tensor.name))
            let wanted = try #require(expected.floats(tensor.name))
            let difference = zip(actual, wanted).map { abs($0 - $1) }.max() ?? 0
            #expect(difference < 1e-3, "\(tensor.name), line \(line)")
        }
    }

    @Test(arguments: [
        "LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM",
    ])
    func updatingAfterConvertingIsConvertingAfterUpdating(family: String) throws {
        var checkpoint = CheckpointFixture()
        checkpoint.config["architectures"] = [.string(family)]
        try check(.ofEverything(in: checkpoint), of: checkpoint)
    }

    @Test func expertsAreStacked() throws {
        var checkpoint = CheckpointFixture()
        checkpoint.config["architectures"] = ["MixtralForCausalLM"]
        checkpoint.config["num_local_experts"] = 3
        checkpoint.config["num_experts_per_tok"] = 1
        for part in ["gate_proj", "up_proj", "down_proj"] {
            checkpoint.tensors["model.layers.0.mlp.\(part).weight"] = nil
        }
        let block = "model.layers.0.block_sparse_moe"
        checkpoint.add("\(block).gate.weight", [3, 8])
        for expert in 0..<3 {
            for (name, shape) in [("w1", [16, 8]), ("w3", [16, 8]), ("w2", [8, 16])] {
                checkpoint.add("\(block).experts.\(expert).\(name).weight", shape)
            }
        }
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        try check(adapter, of: checkpoint)
        // One expert counts otherwise.
        adapter.config["alpha_pattern"] = ["experts.1.w2": 12]
        try check(adapter, of: checkpoint) { module, rank in
            (module.hasSuffix("experts.1.w2") ? 12 : 6) / Float(rank)
        }
        adapter.tensors = adapter.tensors.filter { !$0.key.contains("experts.2.w1") }
        #expect(throws: ConversionError.self) { try check(adapter, of: checkpoint) }
    }

    @Test func factorsThatDifferGoIntoTheMatrices() throws {
        let checkpoint = CheckpointFixture()
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        adapter.config["alpha_pattern"] = [
            "q_proj": 3, "self_attn.k_proj": -2, "^lm_head": 5, "^down_proj": 100,
            "layers.0.mlp.up_proj": 0, "proj": 100, "model\\.layers\\.0\\.self_attn\\.v_proj": 7,
        ]
        let alphas: [String: Float] = [
            "model.layers.0.self_attn.q_proj": 3, "model.layers.0.self_attn.k_proj": -2,
            "lm_head": 5, "model.layers.0.mlp.up_proj": 0, "model.layers.0.self_attn.v_proj": 7,
        ]
        try check(adapter, of: checkpoint) { (alphas[$0] ?? 6) / Float($1) }
    }

    @Test func ranksMayDifferByPattern() throws {
        let checkpoint = CheckpointFixture()
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        var random = SplitMix64(seed: 4)
        let name = "model.layers.0.self_attn.k_proj"
        adapter.add(name, [4, 8], rank: 3, using: &random)
        // Nobody said that ranks differ.
        #expect(throws: ConversionError.self) { try check(adapter, of: checkpoint) }
        adapter.config["rank_pattern"] = ["k_proj": 3]
        try check(adapter, of: checkpoint)
        adapter.config["use_rslora"] = true
        try check(adapter, of: checkpoint) { 6 / Float($1).squareRoot() }
    }

    @Test func numbersStayInTheirFormat() throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        var adapter = AdapterFixture()
        for half in ["A", "B"] {
            adapter.tensors["base_model.model.lm_head.lora_\(half).weight"] = .init(
                type: "BF16",
                half == "A" ? [2, 8] : [6, 2],
                bytes: Array(repeating: 0x40, count: half == "A" ? 32 : 24)
            )
        }
        #expect(
            try adapter.converted(for: model).tensors.map(\.format.name) == ["BF16", "BF16"]
        )
        adapter.config["alpha_pattern"] = ["lm_head": 5]
        #expect(try adapter.converted(for: model).tensors.map(\.format.name) == ["BF16", "F32"])
    }

    @Test(
        arguments: [
            ("peft_type", "IA3"), ("peft_type", nil), ("r", 0), ("r", "2"), ("r", nil),
            ("lora_alpha", 0), ("lora_alpha", nil), ("lora_alpha", "6"), ("use_dora", true),
            ("use_qalora", true), ("use_something_new", true), ("use_bdlora", [:]),
            ("bias", "all"), ("lora_bias", true), ("fan_in_fan_out", true),
            ("modules_to_save", ["lm_head"]), ("init_lora_weights", "pissa"),
            ("init_lora_weights", "loftq"), ("layer_replication", [[0, 1]]),
            ("target_parameters", ["mlp.experts.gate_up_proj"]),
            ("trainable_token_indices", [1]), ("alora_invocation_tokens", [1, 2]),
            ("alpha_pattern", ["layers.[01].mlp": 2]), ("alpha_pattern", ["": 2]),
            ("alpha_pattern", ["q_proj": "2"]), ("rank_pattern", ["q_proj": 1]),
        ] as [(String, JSONValue?)]
    )
    func whatCannotBeHonouredIsRefusedByName(key: String, value: JSONValue?) throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        adapter.config[key] = value
        if key == "rank_pattern" {
            // A pattern says that ranks differ, but not that halves of a pair do.
            adapter.tensors["base_model.model.lm_head.lora_A.weight"] = .init(
                [1, 8],
                Array(repeating: 0, count: 8)
            )
        }
        do {
            _ = try adapter.converted(for: model)
            Issue.record("converted")
        } catch let error as ConversionError {
            #expect(error.message.contains(key == "rank_pattern" ? "lm_head" : key))
        }
    }

    @Test(
        arguments: [
            "base_model.model.model.embed_tokens.lora_embedding_A",
            "base_model.model.model.embed_tokens.lora_A.weight",
            "base_model.model.model.norm.weight", "base_model.model.lm_head.lora_magnitude_vector",
            "base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias",
            "base_model.model.model.layers.0.mlp.experts.base_layer.lora_A.weight",
            "model.layers.0.self_attn.q_proj.lora_a", "base_model.model..lora_A.weight",
            "base_model.model.lm_head.lora_A.default.weight",
        ]
    )
    func tensorsThatAreNoUpdatesAreRefusedByName(name: String) throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        adapter.tensors[name] = .init([2, 8], Array(repeating: 1, count: 16))
        do {
            _ = try adapter.converted(for: model)
            Issue.record("converted")
        } catch let error as ConversionError {
            #expect(
                error.message.contains(name) || error.message.contains("embed_tokens")
                    || error.message.contains("experts.base_layer") || error.message.contains("''")
            )
        }
    }

    @Test func updatesThatDoNotFitTheModelAreRefused() throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        var random = SplitMix64(seed: 2)
        // Not heads of an even size.
        for rows in [1, 3, 6, 7] {
            var adapter = AdapterFixture()
            adapter.add("model.layers.0.self_attn.q_proj", [rows, 8], using: &random)
            #expect(throws: ConversionError.self) { try adapter.converted(for: model) }
        }
        // A layer, an output and a size that are not there.
        for (module, shape) in [
            ("model.layers.1.self_attn.q_proj", [8, 8]), ("model.layers.0.mlp.gate", [2, 8]),
            ("model.layers.0.self_attn.o_proj", [8, 10]),
        ] {
            var adapter = AdapterFixture()
            adapter.add(module, shape, using: &random)
            let converted = try GGUFAdapter(adapter.converted(for: model))
            #expect(throws: GGUFError.self) { try converted.check(against: model) }
        }
        #expect(throws: ConversionError.self) { try AdapterFixture().converted(for: model) }
        let other = try TinyGGUF(architecture: "gemma2").open()
        #expect(throws: ConversionError.self) {
            try AdapterFixture.ofEverything(in: checkpoint).converted(for: other)
        }
    }

    /// PEFT saves the matrix along that it updates.
    @Test func copiesOfTheModelsOwnMatricesAreFine() throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        let good = AdapterFixture.ofEverything(in: checkpoint)
        var adapter = good
        for (name, copy) in [
            ("lm_head.base_layer", "lm_head"), ("model.embed_tokens", "model.embed_tokens"),
        ] {
            adapter.tensors["base_model.model.\(name).weight"] =
                checkpoint.tensors["\(copy).weight"]
        }
        #expect(
            try adapter.converted(for: model).tensors.count
                == good.converted(for: model).tensors.count
        )
        let name = "base_model.model.lm_head.base_layer.weight"
        let others: [([Int], [Float])] = [
            ([6, 8], (0..<48).map { Float(47 - $0) }), ([7, 8], Array(repeating: 1, count: 56)),
            ([48], (0..<48).map { Float($0) }), ([6, 8], Array(repeating: .nan, count: 48)),
        ]
        for (shape, values) in others {
            adapter.tensors[name] = .init(shape, values)
            do {
                _ = try adapter.converted(for: model)
                Issue.record("converted")
            } catch let error as ConversionError {
                #expect(error.message.contains(name))
            }
        }
    }

    @Test func infiniteNumbersAreRefusedByName() throws {
        let checkpoint = CheckpointFixture()
        let model = try checkpoint.converted()
        var adapter = AdapterFixture.ofEverything(in: checkpoint)
        let name = "base_model.model.lm_head.lora_B.weight"
        adapter.tensors[name] = .init([6, 2], Array(repeating: .infinity, count: 12))
        do {
            _ = try adapter.converted(for: model)
            Issue.record("converted")
        } catch let error as ConversionError {
            #expect(error.code == .unfitWeight)
            #expect(error.message.contains("output.weight.lora_b"))
        }
    }
}
