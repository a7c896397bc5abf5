import ApusFormats
import ApusGGUF
import Foundation
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: Sample.scalars.map(\.0))
    func scalarsSurvive(_ name: String) throws {
        let written = try #require(Sample.scalars.first { $0.0 == name }?.1)
        let read = try #require(try Sample.model().open().metadata["scalar.\(name)"])
        #expect(read.type == written.type)
        #expect("\(read)" == "\(written)")
    }

    @Test func arraysSurvive() throws {
        let metadata = try Sample.model().open().metadata
        for name in ["u8", "i8", "u16", "i16", "u32", "i32", "i64"] {
            let written = try #require(Sample.arrays.first { $0.0 == name }?.1)
            let read = try metadata.array("array.\(name)")
            #expect(read.elementType == written.elementType)
            #expect(try read.ints() == written.ints())
        }
        #expect(try metadata.floats("array.f32") == [0.1, -.infinity])
        #expect(try metadata.array("array.f64").doubles() == [0.1, 1e300])
        #expect(try metadata.bools("array.bool") == [true, false, true])
        #expect(try metadata.strings("array.str") == ["", "a", "grüß 🦚"])
        #expect(try metadata.strings("array.none") == [])
        #expect(try metadata.ints("array.u8") == [0, 255])
        #expect(try metadata.ints("array.i16") == [-32768, 3])
    }

    @Test func tensorsSurvive() throws {
        let model = Sample.model()
        let file = try model.open()
        #expect(file.tensors.count == model.tensors.count)
        for (written, read) in zip(model.tensors, file.tensors) {
            #expect(read.name == written.tensor.name)
            #expect(read.format == written.tensor.format)
            #expect(read.shape == written.tensor.shape)
            #expect(Array(file.bytes(of: read)) == written.data)
            #expect(read.offset % 32 == 0)
            #expect(file.tensor(named: read.name) == read)
        }
        #expect(file.totalTensorBytes == model.tensors.reduce(0) { $0 + $1.data.count })
        #expect(!file.isMapped)
        #expect(file.tensor(named: "no such tensor") == nil)
    }

    @Test func fileAndMemoryHoldTheSameBytes() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        try Sample.model().write(to: path)
        #expect(try Array(Data(contentsOf: URL(filePath: path))) == Sample.model().bytes())
        let file = try GGUFFile(path: path)
        #expect(file.isMapped)
        #expect(file.paths == [path])
        file.advise(.willNeed)
        for tensor in file.tensors {
            file.advise(.willNeed, tensor)
            #expect(file.withBytes(of: tensor) { $0.count } == tensor.byteCount)
        }
    }

    @Test(arguments: [8, 32, 64, 4096] as [UInt32])
    func alignmentIsKept(_ alignment: UInt32) throws {
        var model = Sample.model()
        model.set("general.alignment", .uint32(alignment))
        let file = try model.open()
        #expect(file.tensors.allSatisfy { $0.offset % Int(alignment) == 0 })
        #expect(
            zip(model.tensors, file.tensors).allSatisfy { $0.data == Array(file.bytes(of: $1)) }
        )
    }

    @Test func copyingMetadataReproducesTheFile() throws {
        let original = try Sample.model().bytes()
        let file = try GGUFFile(copying: original)
        let layout = try GGUFLayout(
            metadata: file.metadata.values,
            tensors: file.tensors.map {
                .init(name: $0.name, format: $0.format, shape: $0.shape)
            }
        )
        #expect(
            try layout.encoded(data: file.tensors.map { Array(file.bytes(of: $0)) }) == original
        )
        #expect(layout.offsets == file.tensors.map(\.offset))
        #expect(layout.fileBytes == original.count)
    }

    @Test func versionTwoReadsTheSame() throws {
        var bytes = try Sample.model().bytes()
        bytes[4] = 2
        let file = try GGUFFile(copying: bytes)
        #expect(file.version == 2)
        #expect(file.tensors == (try Sample.model().open().tensors))
    }

    @Test func arraysOutliveTheFile() throws {
        let array = try Sample.model().open().metadata.array("array.str")
        #expect(try array.strings() == ["", "a", "grüß 🦚"])
    }

    @Test func piecesOfCharactersAreReadAsBytes() throws {
        var model = TinyGGUF()
        model.set("tokens", .array(GGUFArray(byteStrings: [[0x61], [0xF0, 0x9F]])))
        let metadata = try model.open().metadata
        #expect(try metadata.array("tokens").byteStrings() == [[0x61], [0xF0, 0x9F]])
        let error = #expect(throws: GGUFError.self) { try metadata.strings("tokens") }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.message.contains("Element 1 of 'tokens'") == true)
    }

    @Test func emptyModelIsValid() throws {
        let file = try GGUFFile(copying: GGUFLayout(metadata: [], tensors: []).encoded(data: []))
        #expect(file.tensors.isEmpty && file.metadata.count == 0)
    }

    @Test func tinyLlamaIsComplete() throws {
        let file = try TinyGGUF.llama().open()
        #expect(try file.metadata.string("general.architecture") == "llama")
        #expect(try file.metadata.strings("tokenizer.ggml.tokens").count == 259)
        #expect(file.tensor(named: "output.weight")?.shape == [259, 32])
        #expect(file.tensors.count == 2 * 9 + 3)
    }
}
