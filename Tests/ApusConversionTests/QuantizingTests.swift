import ApusConversion
import ApusFormats
import ApusGGUF
import ApusTensors
import Foundation
import TestSupport
import Testing

/// Whole files, quantized and opened again.
@Suite struct QuantizingTests {
    private static let sizes = {
        var sizes = TinyGGUF.Sizes()
        (sizes.layers, sizes.width, sizes.feedForward) = (1, 256, 256)
        return sizes
    }()

    private func quantized(_ file: GGUFFile, _ type: FileType) throws -> GGUFFile? {
        guard let conversion = try ModelConversion.quantizing(file, to: type) else { return nil }
        var bytes: [UInt8] = []
        var told = 0
        try conversion.write(
            threads: 2,
            to: { bytes += $0 },
            progress: { completed in
                #expect(completed >= told)
                told = completed
            }
        )
        #expect(bytes.count == conversion.fileBytes)
        #expect(told == bytes.count)
        return try GGUFFile(copying: bytes)
    }

    private func weights(_ file: GGUFFile, _ name: String) throws -> [Float] {
        let tensor = try #require(file.tensor(named: name))
        var floats = [Float](repeating: .nan, count: tensor.elementCount)
        try floats.withUnsafeMutableBufferPointer { buffer in
            try file.withBytes(of: tensor) {
                try WeightPacker.unpack($0, as: tensor.format, into: buffer)
            }
        }
        return floats
    }

    /// Bounds on the root mean square error of uniform weights from -0.1 to 0.1: two steps of a
    /// quantizer with that many levels.
    @Test(
        arguments: [
            (FileType.f32, 0), (.f16, 1e-4), (.bf16, 1e-3), (.q8_0, 1e-3), (.q4_0, 8e-3),
            (.q4_1, 8e-3), (.q5_0, 4e-3), (.q5_1, 4e-3), (.q4_K_S, 6e-3), (.q4_K_M, 6e-3),
            (.q5_K_S, 3e-3), (.q5_K_M, 3e-3), (.q6_K, 2e-3),
        ] as [(FileType, Double)]
    )
    func everyMixKeepsTheWeights(type: FileType, bound: Double) throws {
        var model = TinyGGUF.llama(Self.sizes)
        model.set("general.file_type", .uint32(FileType.q2_K.code))
        let source = try model.open()
        let result = try #require(try quantized(source, type))
        #expect(result.tensors.map(\.name) == source.tensors.map(\.name))
        for tensor in source.tensors {
            let (x, y) = (try weights(source, tensor.name), try weights(result, tensor.name))
            if tensor.shape.count == 1 {
                #expect(result.tensor(named: tensor.name)?.format == .f32)
                #expect(x == y)
                continue
            }
            var error = 0.0
            for index in stride(from: 0, to: x.count, by: 5) {
                error += Double((x[index] - y[index]) * (x[index] - y[index]))
            }
            #expect((error * 5 / Double(x.count)).squareRoot() <= bound, "\(tensor.name)")
        }
        #expect(try result.metadata.int("general.file_type") == Int(type.code))
        let version = try result.metadata.optionalInt("general.quantization_version")
        #expect(version == ([.f32, .f16, .bf16].contains(type) ? nil : 2))
        #expect(
            try result.metadata.strings("tokenizer.ggml.tokens")
                == source.metadata.strings("tokenizer.ggml.tokens")
        )
    }

    @Test func aFileOnTheDiskGivesTheSameAsOneInMemory() throws {
        let folder = try TemporaryFolder()
        let model = TinyGGUF.llama(Self.sizes)
        try model.write(to: folder.path("model.gguf"))
        let mapped = try #require(
            try quantized(try GGUFFile(path: folder.path("model.gguf")), .q4_K_M)
        )
        let memory = try #require(try quantized(try model.open(), .q4_K_M))
        for tensor in memory.tensors {
            let bytes = memory.bytes(of: tensor)
            let other = mapped.bytes(of: try #require(mapped.tensor(named: tensor.name)))
            #expect(bytes.elementsEqual(other))
        }
    }

    @Test func sixteenBitSourcesAreQuantizedToo() throws {
        for type in [FileType.f16, .bf16] {
            let narrow = try #require(
                try quantized(try TinyGGUF.llama(Self.sizes).open(), type)
            )
            let result = try #require(try quantized(narrow, .q8_0))
            #expect(result.tensor(named: "blk.0.attn_q.weight")?.format == .q8_0)
        }
    }

    @Test func theSameTypeIsNothingToDo() throws {
        let file = try TinyGGUF.llama().open()
        #expect(try quantized(file, .f32) == nil)
    }

    @Test func aQuantizedSourceIsRefused() throws {
        let file = try #require(try quantized(try TinyGGUF.llama(Self.sizes).open(), .q8_0))
        let error = #expect(throws: ConversionError.self) {
            try ModelConversion.quantizing(file, to: .q4_K_M)
        }
        #expect(error?.code == .quantizedSource)
        #expect(
            error?.message == "quantization is only supported for F16, BF16 and F32 models"
        )
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 3e38])
    func aWeightThatDoesNotFitIsNamed(value: Float) throws {
        var model = TinyGGUF(architecture: "llama")
        var values = [Float](repeating: 0.5, count: 512 * 256)
        values[70_000] = value
        model.add("blk.0.ffn_up.weight", [512, 256], values: values)
        let conversion = try #require(
            try ModelConversion.quantizing(try model.open(), to: .q4_K_M)
        )
        let error = #expect(throws: ConversionError.self) { try conversion.write(to: { _ in }) }
        #expect(error?.code == .unfitWeight)
        #expect(error?.message.contains("'blk.0.ffn_up.weight': weight 70000 ") == true)
    }

    @Test(arguments: [FileType.q8_0, .f16, .f32])
    func aNormThatIsNoNumberIsNamed(type: FileType) throws {
        var model = TinyGGUF(architecture: "llama")
        model.add(
            "blk.0.attn_norm.weight",
            [256],
            values: [1, 1, .nan] + Array(repeating: 1, count: 253)
        )
        let conversion = try #require(try ModelConversion.quantizing(try model.open(), to: type))
        let error = #expect(throws: ConversionError.self) { try conversion.write(to: { _ in }) }
        #expect(error?.code == .unfitWeight)
        #expect(error?.message.contains("'blk.0.attn_norm.weight': weight 2 is nan") == true)
    }

    @Test func aFileThatShrinksIsAnError() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        try TinyGGUF.llama(Self.sizes).write(to: path)
        let file = try GGUFFile(path: path)
        let conversion = try #require(try ModelConversion.quantizing(file, to: .q8_0))
        #expect(truncate(path, 4096) == 0)
        let error = #expect(throws: ConversionError.self) { try conversion.write(to: { _ in }) }
        #expect(error?.code == .truncated)
    }

    @Test func whoTakesTheFileCanStop() throws {
        let file = try TinyGGUF.llama(Self.sizes).open()
        let conversion = try #require(try ModelConversion.quantizing(file, to: .q8_0))
        #expect(throws: CancellationError.self) {
            try conversion.write(to: { _ in }, progress: { _ in throw CancellationError() })
        }
    }
}
