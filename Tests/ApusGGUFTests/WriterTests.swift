import ApusFormats
import ApusGGUF
import Foundation
import TestSupport
import Testing

@Suite struct WriterTests {
    private func layout(_ tensors: [(String, BlockFormat, [Int])]) throws -> GGUFLayout {
        try GGUFLayout(
            metadata: [],
            tensors: tensors.map { .init(name: $0.0, format: $0.1, shape: $0.2) }
        )
    }

    @Test func tensorsMayArriveInPieces() throws {
        let folder = try TemporaryFolder()
        let plan = try layout([("a", .f32, [5]), ("b", .i8, [3])])
        var writer = try GGUFWriter(path: folder.path("m.gguf"), layout: plan)
        let data = (0..<20).map { UInt8($0) }
        for piece in [data[..<7], data[7..<8], data[8...]] {
            #expect(writer.nextTensor?.name == "a")
            try piece.withUnsafeBytes { try writer.write($0) }
        }
        #expect(writer.nextTensor?.name == "b")
        try [UInt8]([9, 8, 7]).withUnsafeBytes { try writer.write($0) }
        #expect(writer.nextTensor == nil)
        try writer.finish()
        let file = try GGUFFile(path: folder.path("m.gguf"))
        #expect(Array(file.bytes(of: file.tensors[0])) == data)
        #expect(file.fileBytes == plan.fileBytes)
    }

    @Test func tooMuchDataIsRefused() throws {
        let folder = try TemporaryFolder()
        let plan = try layout([("a", .i8, [3])])
        var writer = try GGUFWriter(path: folder.path("m.gguf"), layout: plan)
        let error = #expect(throws: GGUFError.self) {
            try [UInt8](repeating: 1, count: 4).withUnsafeBytes { try writer.write($0) }
        }
        #expect(error?.code == .wrongData)
        #expect(error?.message.contains("Tensor 'a' was given 4 bytes, expected 3") == true)
        try [UInt8](repeating: 1, count: 3).withUnsafeBytes { try writer.write($0) }
        #expect(throws: GGUFError.self) {
            try [UInt8](repeating: 1, count: 1).withUnsafeBytes { try writer.write($0) }
        }
        try writer.finish()
    }

    @Test func missingDataIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("m.gguf")
        let plan = try layout([("a", .i8, [3])])
        func finishAtOnce() throws {
            let writer = try GGUFWriter(path: path, layout: plan)
            try writer.finish()
        }
        let error = #expect(throws: GGUFError.self) { try finishAtOnce() }
        #expect(error?.code == .wrongData)
    }

    @Test func existingFilesAreNotOverwritten() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "m.gguf")
        let error = #expect(throws: GGUFError.self) {
            _ = try GGUFWriter(path: path, layout: layout([]))
        }
        #expect(error?.code == .io)
        #expect(error?.path == path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
    }

    @Test(
        arguments: [
            ([("a", BlockFormat.q4_0, [16])], GGUFError.Code.badShape),
            ([("a", .f32, [0])], .badShape),
            ([("a", .f32, [1, 1, 1, 1, 1])], .badShape),
            ([("a", .f32, [.max, 2])], .badShape),
            ([("a", .i8, [.max - 40])], .overflow),
            ([("a", .i8, [.max / 2 + 1]), ("b", .i8, [.max / 2])], .overflow),
            ([("a", .f32, [1]), ("a", .f32, [1])], .duplicateName),
            ([(String(repeating: "n", count: 257), .f32, [1])], .limitExceeded),
        ] as [([(String, BlockFormat, [Int])], GGUFError.Code)]
    )
    func impossiblePlansAreRefused(
        _ tensors: [(String, BlockFormat, [Int])],
        _ code: GGUFError.Code
    ) {
        let error = #expect(throws: GGUFError.self) { _ = try layout(tensors) }
        #expect(error?.code == code)
    }

    @Test(arguments: [GGUFValue.uint32(0), .uint32(4), .uint32(48), .uint64(32), .string("32")])
    func impossibleAlignmentIsRefused(_ value: GGUFValue) {
        let error = #expect(throws: GGUFError.self) {
            _ = try GGUFLayout(metadata: [("general.alignment", value)], tensors: [])
        }
        #expect(error?.code == .invalidAlignment)
    }
}
