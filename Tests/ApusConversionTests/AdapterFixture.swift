import ApusConversation
import ApusConversion
import ApusGGUF
import TestSupport

/// An adapter in PEFT's layout to be changed, then written and converted for a model.
struct AdapterFixture {
    var config: JSONObject = [
        "peft_type": "LORA", "r": 2, "lora_alpha": 6, "bias": "none", "use_rslora": false,
        "use_dora": false, "fan_in_fan_out": false, "init_lora_weights": true,
        "rank_pattern": [:], "alpha_pattern": [:], "modules_to_save": nil, "use_bdlora": nil,
    ]
    var tensors: [String: CheckpointFixture.Tensor] = [:]

    /// Adds the update of a module's weight [rows, columns]: whole numbers from -2 to 2.
    mutating func add(
        _ module: String,
        _ shape: [Int],
        rank: Int = 2,
        using random: inout SplitMix64
    ) {
        func numbers(_ count: Int) -> [Float] {
            (0..<count).map { _ in Float(Int(random.next() % 5) - 2) }
        }
        tensors["base_model.model.\(module).lora_A.weight"] = .init(
            [rank, shape[1]],
            numbers(rank * shape[1])
        )
        tensors["base_model.model.\(module).lora_B.weight"] = .init(
            [shape[0], rank],
            numbers(rank * shape[0])
        )
    }

    /// An update of every matrix of a checkpoint but its embedding.
    static func ofEverything(in checkpoint: CheckpointFixture, rank: Int = 2) -> AdapterFixture {
        var fixture = AdapterFixture()
        fixture.config["r"] = .integer(Int64(rank))
        var random = SplitMix64(seed: 1)
        for (name, tensor) in checkpoint.tensors.sorted(by: { $0.key < $1.key })
        where tensor.shape.count == 2 && name != "model.embed_tokens.weight" {
            fixture.add(String(name.dropLast(7)), tensor.shape, rank: rank, using: &random)
        }
        return fixture
    }

    /// The finished file for a model.
    func converted(for model: GGUFFile) throws -> GGUFFile {
        let folder = try TemporaryFolder()
        let settings = try folder.write(
            Array(JSONValue.object(config).jsonText().utf8),
            to: "adapter_config.json"
        )
        let weights = try folder.write(
            CheckpointFixture.encoded(tensors),
            to: "adapter_model.safetensors"
        )
        let files = CheckpointFiles([
            ("adapter_config.json", settings), ("adapter_model.safetensors", weights),
        ])
        var bytes: [UInt8] = []
        try ModelConversion.converting(adapter: files, for: model)
            .write(threads: 1, to: { bytes += $0 })
        return try GGUFFile(copying: bytes)
    }

    /// `checkpoint` with the updates added to its weights; `scale` is each module's.
    func merged(
        into checkpoint: CheckpointFixture,
        scale: (_ module: String, _ rank: Int) -> Float = { _, rank in 6 / Float(rank) }
    ) -> CheckpointFixture {
        var checkpoint = checkpoint
        for (name, a) in tensors where name.hasSuffix(".lora_A.weight") {
            let module = String(name.dropFirst(17).dropLast(14))
            guard let b = tensors["base_model.model.\(module).lora_B.weight"],
                let weight = checkpoint.tensors["\(module).weight"]
            else { continue }
            let (rank, columns) = (a.shape[0], a.shape[1])
            let scale = scale(module, rank)
            let (left, right) = (b.floats, a.floats)
            let sum = weight.floats.enumerated().map { place, number in
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                return number
                    + scale
                    * (0..<rank).reduce(0) {
                        $0 + left[row * rank + $1] * right[$1 * columns + column]
                    }
            }
            checkpoint.tensors["\(module).weight"] = .init(weight.shape, sum)
        }
        return checkpoint
    }
}

extension CheckpointFixture.Tensor {
    /// The numbers of an F32 tensor.
    var floats: [Float] {
        bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
            }
        }
    }
}

extension GGUFAdapter {
    /// The weights of `model` with the updates added; nil for tensors that are not F32.
    func merged(into model: GGUFFile, _ name: String) -> [Float]? {
        guard var weights = model.floats(name) else { return nil }
        for pair in pairs where pair.name == name {
            guard let a = file.floats(pair.a.name), let b = file.floats(pair.b.name) else {
                return nil
            }
            let rank = pair.b.shape.last ?? 1
            let columns = pair.a.shape.last ?? 1
            let rows = pair.b.shape[pair.b.shape.count - 2]
            for place in weights.indices {
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                let first = row / rows * rank
                weights[place] +=
                    pair.scale
                    * (0..<rank).reduce(0) {
                        $0 + b[row * rank + $1] * a[(first + $1) * columns + column]
                    }
            }
        }
        return weights
    }
}
