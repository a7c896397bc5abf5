import ApusFormats
import ApusGGUF
import ApusTensors
import TestSupport

/// A random adapter to be changed, then built; and what it makes of a model's weights.
struct AdapterFixture {
    /// One update; numbers in row order.
    struct Pair {
        var shapes: (a: [Int], b: [Int])
        var a: [Float]
        var b: [Float]
        var format = BlockFormat.f32
    }

    var metadata: [(key: String, value: GGUFValue)]
    var alpha: Float
    var pairs: [(name: String, pair: Pair)] = []

    init(architecture: String = "llama", alpha: Float = 6) {
        self.alpha = alpha
        metadata = [
            ("general.type", .string("adapter")), ("general.architecture", .string(architecture)),
            ("adapter.type", .string("lora")), ("adapter.lora.alpha", .float32(alpha)),
        ]
    }

    /// Adds an update of a tensor of this shape.
    mutating func add(
        _ name: String,
        _ shape: [Int],
        rank: Int,
        format: BlockFormat = .f32,
        using random: inout SplitMix64
    ) {
        let stack = Array(shape.dropLast(2))
        let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
        func numbers(_ shape: [Int]) -> [Float] {
            (0..<shape.reduce(1, *)).map { _ in random.float() * 0.3 }
        }
        let shapes = (a: stack + [rank, columns], b: stack + [rows, rank])
        let pair = Pair(
            shapes: shapes,
            a: numbers(shapes.a),
            b: numbers(shapes.b),
            format: format
        )
        pairs.append((name, pair))
    }

    /// An update of every matrix of `model` but the embedding, with ranks from 1 to 5.
    static func ofEverything(in model: TinyGGUF, seed: UInt64 = 7) -> AdapterFixture {
        var random = SplitMix64(seed: seed)
        var fixture = AdapterFixture()
        for (index, (tensor, _)) in model.tensors.enumerated()
        where tensor.shape.count > 1 && tensor.name != "token_embd.weight" {
            fixture.add(tensor.name, tensor.shape, rank: 1 + index % 5, using: &random)
        }
        return fixture
    }

    /// The file.
    func file() throws -> TinyGGUF {
        var file = TinyGGUF()
        file.metadata = metadata
        for (name, pair) in pairs {
            try file.add(
                "\(name).lora_a",
                pair.format,
                pair.shapes.a,
                data: Self.packed(pair.a, pair.format)
            )
            try file.add(
                "\(name).lora_b",
                pair.format,
                pair.shapes.b,
                data: Self.packed(pair.b, pair.format)
            )
        }
        return file
    }

    /// The adapter, opened from memory.
    func open() throws -> GGUFAdapter { try GGUFAdapter(file().open()) }

    /// `model` with the updates added to its weights, which have to be F32.
    func merged(into model: TinyGGUF) throws -> TinyGGUF {
        var model = model
        for (name, pair) in pairs {
            guard let index = model.tensors.firstIndex(where: { $0.tensor.name == name }) else {
                continue
            }
            let rank = pair.shapes.b.last ?? 1
            let scale = alpha == 0 ? 1 : alpha / Float(rank)
            let columns = pair.shapes.a.last ?? 1
            let rows = pair.shapes.b[pair.shapes.b.count - 2]
            let (a, b) = (
                try Self.rounded(pair.a, pair.format), try Self.rounded(pair.b, pair.format)
            )
            var weights = model.tensors[index].data.withUnsafeBytes { bytes in
                (0..<bytes.count / 4).map {
                    bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)
                }
            }
            for place in weights.indices {
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                let first = row / rows * rank
                weights[place] +=
                    scale
                    * (0..<rank).reduce(0) { sum, k in
                        sum + b[row * rank + k] * a[(first + k) * columns + column]
                    }
            }
            model.tensors[index].data = weights.littleEndianBytes
        }
        return model
    }

    private static func packed(_ values: [Float], _ format: BlockFormat) throws -> [UInt8] {
        if format == .f32 { return values.littleEndianBytes }
        let count = format.byteCount(elements: values.count) ?? 0
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBytes { bytes in
            try WeightPacker(threads: 1).pack(0..<values.count, as: format, into: bytes) {
                range,
                floats in
                for (offset, index) in range.enumerated() { floats[offset] = values[index] }
            }
        }
        return bytes
    }

    /// The numbers as the format keeps them.
    private static func rounded(_ values: [Float], _ format: BlockFormat) throws -> [Float] {
        var result = values
        let bytes = try packed(values, format)
        try bytes.withUnsafeBytes { bytes in
            try result.withUnsafeMutableBufferPointer {
                try WeightPacker.unpack(bytes, as: format, into: $0)
            }
        }
        return result
    }
}

extension TinyGGUF {
    /// The random Llama with four experts in place of each dense block.
    static func mixtral(seed: UInt64 = 3) -> TinyGGUF {
        var model = TinyGGUF.llama(seed: seed)
        let sizes = Sizes()
        var random = SplitMix64(seed: seed + 1)
        model.tensors.removeAll { tensor, _ in
            ["ffn_gate", "ffn_up", "ffn_down"].contains { tensor.name.contains($0) }
        }
        model.set("llama.expert_count", .uint32(4))
        model.set("llama.expert_used_count", .uint32(2))
        for layer in 0..<sizes.layers {
            let name = "blk.\(layer).ffn"
            let (width, hidden) = (sizes.width, sizes.feedForward)
            model.addRandom("\(name)_gate_inp.weight", [4, width], scale: 1, using: &random)
            model.addRandom("\(name)_gate_exps.weight", [4, hidden, width], using: &random)
            model.addRandom("\(name)_up_exps.weight", [4, hidden, width], using: &random)
            model.addRandom("\(name)_down_exps.weight", [4, width, hidden], using: &random)
        }
        return model
    }
}
