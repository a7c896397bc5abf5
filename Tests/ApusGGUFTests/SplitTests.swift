import ApusGGUF
import Foundation
import TestSupport
import Testing

@Suite struct SplitTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Writes a model of `count` parts with one tensor each and returns the parts' paths.
    private func write(
        parts count: Int,
        change: (Int, inout TinyGGUF) -> Void = { _, _ in }
    ) throws -> [String] {
        try (0..<count).map { number in
            var part = TinyGGUF()
            part.set("split.no", .uint16(UInt16(number)))
            part.set("split.count", .uint16(UInt16(count)))
            part.set("split.tensors.count", .int32(Int32(count)))
            part.add("tensor.\(number)", [2], values: [Float(number), 7])
            change(number, &part)
            return try folder.write(
                part.bytes(),
                to: "m-0000\(number + 1)-of-0000\(count).gguf"
            )
        }
    }

    @Test func firstPartOpensAll() throws {
        let paths = try write(parts: 3)
        let file = try GGUFFile(path: paths[0])
        #expect(file.paths == paths)
        #expect(file.tensors.map(\.name) == ["tensor.0", "tensor.1", "tensor.2"])
        for (number, tensor) in file.tensors.enumerated() {
            #expect(tensor.fileIndex == number)
            #expect(Array(file.bytes(of: tensor)) == [Float(number), 7].littleEndianBytes)
        }
        file.advise(.willNeed)
    }

    @Test func partsMayHaveOtherNames() throws {
        let paths = try write(parts: 2)
        let moved = [folder.path("sha256-a"), folder.path("sha256-b")]
        for (from, to) in zip(paths, moved) {
            try FileManager.default.moveItem(atPath: from, toPath: to)
        }
        #expect(try GGUFFile(paths: moved).tensors.count == 2)
        expect(.missingSplit, naming: "-00001-of-00002.gguf") { try GGUFFile(path: moved[0]) }
        #expect(try GGUFFile(paths: moved.reversed()).paths == moved)
        expect(.missingSplit, naming: "Part 2 of 2") { try GGUFFile(paths: [moved[0]]) }
        expect(.missingSplit, naming: "Part 1 of 2") { try GGUFFile(paths: [moved[1]]) }
        expect(.inconsistentSplit, naming: "'split.no' is 1, as in another") {
            try GGUFFile(paths: moved + [moved[1]])
        }
        expect(.missingSplit, naming: "No file") { try GGUFFile(paths: []) }
    }

    @Test(arguments: [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]])
    func partsMayComeInAnyOrder(_ order: [Int]) throws {
        let paths = try write(parts: 3)
        let file = try GGUFFile(paths: order.map { paths[$0] })
        #expect(file.paths == paths)
        #expect(file.tensors.map(\.name) == ["tensor.0", "tensor.1", "tensor.2"])
        #expect(file.tensors.map(\.fileIndex) == [0, 1, 2])
    }

    @Test func modelsThatAreNotSplitAreNoParts() throws {
        let whole = try folder.write(TinyGGUF().bytes(), to: "whole.gguf")
        let paths = try write(parts: 2)
        let error = expect(.inconsistentSplit, naming: "'split.count' is 0, expected 2") {
            try GGUFFile(paths: [paths[0], whole])
        }
        #expect(error?.path == whole)
        expect(.inconsistentSplit, naming: "'split.count' is 0") {
            try GGUFFile(paths: [whole, whole])
        }
        #expect(try GGUFFile.split(at: whole) == nil)
        let split = try #require(try GGUFFile.split(at: paths[1]))
        #expect(split.number == 1 && split.count == 2)
    }

    @Test func missingPartIsNamed() throws {
        let paths = try write(parts: 3)
        try FileManager.default.removeItem(atPath: paths[1])
        let error = expect(.missingSplit, naming: "Part 2") { try GGUFFile(path: paths[0]) }
        #expect(error?.path == paths[1])
    }

    @Test func brokenPartIsNamed() throws {
        let paths = try write(parts: 2)
        try Data("GGUF".utf8).write(to: URL(filePath: paths[1]))
        let error = expect(.truncated, naming: "Version at byte 4") { try GGUFFile(path: paths[0]) }
        #expect(error?.path == paths[1])
    }

    @Test func laterPartIsNoBeginning() throws {
        let paths = try write(parts: 2)
        expect(.inconsistentSplit, naming: "Open the first part") { try GGUFFile(path: paths[1]) }
    }

    @Test func contradictionsAreRefused() throws {
        var paths = try write(parts: 2) { number, part in
            if number == 1 { part.set("split.count", .uint16(3)) }
        }
        expect(.inconsistentSplit, naming: "'split.count' is 3") { try GGUFFile(path: paths[0]) }
        paths = try write(parts: 2) { number, part in
            if number == 1 { part.set("split.no", .uint16(0)) }
        }
        expect(.inconsistentSplit, naming: "'split.no' is 0") { try GGUFFile(path: paths[0]) }
        paths = try write(parts: 2) { number, part in
            if number == 0 { part.set("split.tensors.count", .int32(5)) }
        }
        expect(.inconsistentSplit, naming: "have 2 tensors") { try GGUFFile(path: paths[0]) }
        paths = try write(parts: 2) { number, part in
            if number == 1 { part.add("tensor.0", [1], values: [0]) }
            part.set("split.tensors.count", .int32(3))
        }
        expect(.duplicateName, naming: "'tensor.0'") { try GGUFFile(path: paths[0]) }
    }

    @Test func singlePartNeedsNoSuffix() throws {
        var model = TinyGGUF()
        model.set("split.no", .uint16(0))
        model.set("split.count", .uint16(1))
        #expect(try GGUFFile(path: folder.write(model.bytes(), to: "one.gguf")).paths.count == 1)
    }

    @discardableResult
    private func expect(
        _ code: GGUFError.Code,
        naming piece: String,
        _ body: () throws -> GGUFFile
    ) -> GGUFError? {
        let error = #expect(throws: GGUFError.self) { _ = try body() }
        #expect(error?.code == code)
        #expect(error?.message.contains(piece) == true, "\(String(describing: error))")
        return error
    }
}
