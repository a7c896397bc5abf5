import ApusConversation
import ApusConversion
import ApusFormats
import ApusGGUF
import Foundation
import TestSupport

/// A checkpoint in a temporary folder: a tiny Llama to be changed, then written and converted.
struct CheckpointFixture {
    /// A tensor: type, shape and bytes.
    struct Tensor {
        var type = "F32"
        var shape: [Int]
        var bytes: [UInt8]

        init(_ shape: [Int], _ values: [Float]) {
            self.shape = shape
            bytes = values.littleEndianBytes
        }

        init(type: String, _ shape: [Int], bytes: [UInt8]) {
            (self.type, self.shape, self.bytes) = (type, shape, bytes)
        }
    }

    var config: JSONObject = [
        "architectures": ["LlamaForCausalLM"], "hidden_act": "silu", "hidden_size": 8,
        "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
        "max_position_embeddings": 64, "vocab_size": 6, "intermediate_size": 16,
        "rms_norm_eps": 1e-5,
    ]
    var tokenizer: JSONValue = [
        "model": [
            "type": "BPE", "byte_fallback": true, "unk_token": "<unk>",
            "vocab": ["<unk>": 0, "<s>": 1, "a": 2, "b": 3, "ab": 4], "merges": ["a b"],
        ],
        "added_tokens": [
            ["id": 0, "content": "<unk>", "special": true],
            ["id": 1, "content": "<s>", "special": true],
        ],
        "normalizer": ["type": "Prepend", "prepend": "\u{2581}"],
        "post_processor": [
            "type": "TemplateProcessing",
            "single": [["SpecialToken": ["id": "<s>"]], ["Sequence": ["id": "A"]]],
        ],
    ]
    var settings: JSONValue = ["bos_token": ["content": "<s>"], "chat_template": "T"]
    var tensors: [String: Tensor] = [:]
    /// Other files by name.
    var files: [String: String] = [:]

    init() {
        let shapes: [(String, [Int])] = [
            ("self_attn.q_proj", [8, 8]), ("self_attn.k_proj", [4, 8]),
            ("self_attn.v_proj", [4, 8]), ("self_attn.o_proj", [8, 8]),
            ("mlp.gate_proj", [16, 8]), ("mlp.up_proj", [16, 8]), ("mlp.down_proj", [8, 16]),
            ("input_layernorm", [8]), ("post_attention_layernorm", [8]),
        ]
        for (name, shape) in shapes { add("model.layers.0.\(name).weight", shape) }
        add("model.embed_tokens.weight", [6, 8])
        add("model.norm.weight", [8])
        add("lm_head.weight", [6, 8])
    }

    /// Adds a tensor of the numbers 0, 1, 2 and so on.
    mutating func add(_ name: String, _ shape: [Int]) {
        tensors[name] = Tensor(shape, (0..<shape.reduce(1, *)).map { Float($0) })
    }

    /// The bytes of a safetensors file.
    static func encoded(_ tensors: [String: Tensor]) -> [UInt8] {
        var header = JSONObject()
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let end = data.count + tensor.bytes.count
            header[name] = [
                "dtype": .string(tensor.type),
                "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
                "data_offsets": [.integer(Int64(data.count)), .integer(Int64(end))],
            ]
            data += tensor.bytes
        }
        return safetensors(header: JSONValue.object(header).jsonText()) + data
    }

    /// A safetensors file with this header and no data.
    static func safetensors(header: String, length: UInt64? = nil) -> [UInt8] {
        let length = length ?? UInt64(header.utf8.count)
        return withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array(header.utf8)
    }

    /// Writes everything and plans the conversion.
    func convert(_ folder: TemporaryFolder, to type: String? = "F32") throws -> ModelConversion {
        var texts = files
        texts["config.json"] = JSONValue.object(config).jsonText()
        texts["tokenizer.json"] = tokenizer.jsonText()
        texts["tokenizer_config.json"] = settings.jsonText()
        var list: [(name: String, path: String)] = []
        for (name, text) in texts {
            let path = try folder.write(Array(text.utf8), to: name.replacing("/", with: "-"))
            list.append((name, path))
        }
        let weights = try folder.write(Self.encoded(tensors), to: "model.safetensors")
        list.append(("model.safetensors", weights))
        let type = try type.map { try QuantizationPolicy.type(named: $0) }
        return try ModelConversion.converting(CheckpointFiles(list), to: type).conversion
    }

    /// The finished file.
    func converted(to type: String? = "F32") throws -> GGUFFile {
        let folder = try TemporaryFolder()
        var bytes: [UInt8] = []
        try convert(folder, to: type).write(threads: 2, to: { bytes += $0 })
        return try GGUFFile(copying: bytes)
    }
}

extension GGUFFile {
    /// The weights of a tensor in F32.
    func floats(_ name: String) -> [Float]? {
        guard let tensor = tensor(named: name), tensor.format == .f32 else { return nil }
        return withBytes(of: tensor) { bytes in
            (0..<bytes.count / 4).map {
                bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
            }
        }
    }
}
