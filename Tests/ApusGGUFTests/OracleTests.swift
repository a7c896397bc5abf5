import ApusFormats
import ApusGGUF
import Foundation
import TestSupport
import Testing

/// Files read by Python's `gguf` package, which `Fixtures/make_fixtures.py` asked.
@Suite struct OracleTests {
    struct File: Decodable, Sendable, CustomTestStringConvertible {
        struct Value: Decodable, Sendable {
            let key: String
            let type: String
            let element: String?
            let count: Int
            let first: [String]
            let last: String
        }
        struct Tensor: Decodable, Sendable {
            let name: String
            let format: String
            let shape: [Int]
            let offset: Int
            let bytes: Int
            let head: String
        }
        let file: String
        let version: Int
        let valueCount: Int
        let values: [Value]
        let tensorCount: Int
        let totalBytes: Int
        let tensors: [Tensor]

        var testDescription: String { file }
    }

    static func load(_ name: String) throws -> [File] {
        try JSONDecoder().decode([File].self, from: Data(contentsOf: Sample.fixture(name)))
    }

    @Test func filesOfThePythonPackageReadTheSame() throws {
        for expected in try Self.load("types.json") {
            try compare(GGUFFile(path: Sample.fixture(expected.file).path), expected)
        }
    }

    @Test func splitFilesOfThePythonPackageAreJoined() throws {
        let parts = try Self.load("split.json")
        let first = try #require(parts.first)
        let file = try GGUFFile(path: Sample.fixture(first.file).path)
        #expect(file.paths.count == parts.count)
        #expect(file.metadata.count == first.valueCount)
        var tensors = file.tensors[...]
        for (number, part) in parts.enumerated() {
            for expected in part.tensors {
                let next = tensors.popFirst()
                let tensor = try #require(next)
                #expect(tensor.fileIndex == number)
                compare(tensor, expected, in: file)
            }
        }
        #expect(tensors.isEmpty)
    }

    @Test(
        .enabled(if: Conformance.directory != nil, "no conformance data"),
        arguments: try load("conformance.json")
    )
    func realFilesReadTheSame(_ expected: File) throws {
        let url = try #require(Conformance.url(expected.file))
        try compare(GGUFFile(path: url.path), expected)
    }

    private func compare(_ file: GGUFFile, _ expected: File) throws {
        #expect(file.version == expected.version)
        #expect(file.metadata.count == expected.valueCount)
        #expect(file.tensors.count == expected.tensorCount)
        #expect(file.totalTensorBytes == expected.totalBytes)
        for value in expected.values {
            let entry = try #require(file.metadata.entries.first { $0.key == value.key })
            #expect(entry.type.name == value.type)
            #expect(entry.count == value.count)
            if let element = value.element { #expect(entry.elementType.name == element) }
            let texts = try texts(file.metadata.value(of: entry))
            #expect(Array(texts.prefix(value.first.count)) == value.first, "\(value.key)")
            #expect(texts.last ?? "" == value.last, "\(value.key)")
        }
        for (tensor, expected) in zip(file.tensors, expected.tensors) {
            compare(tensor, expected, in: file)
        }
    }

    private func compare(_ tensor: GGUFTensor, _ expected: File.Tensor, in file: GGUFFile) {
        #expect(tensor.name == expected.name)
        #expect(tensor.format.name == expected.format)
        #expect(tensor.shape == expected.shape)
        #expect(tensor.offset == expected.offset)
        #expect(tensor.byteCount == expected.bytes)
        let head = file.bytes(of: tensor).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        #expect(head.joined() == expected.head)
    }

    /// Values as the fixtures write them: numbers in full, elements of arrays in order.
    private func texts(_ value: GGUFValue) throws -> [String] {
        switch value {
        case .uint64(let number): ["\(number)"]
        case .float32, .float64: ["\(value.double ?? .nan)"]
        case .bool(let flag): ["\(flag)"]
        case .string(let text): [text]
        case .array(let array):
            switch array.elementType {
            case .string: try array.strings()
            case .bool: try array.bools().map { "\($0)" }
            case .float32, .float64: try array.doubles().map { "\($0)" }
            case .uint64: try array.integers(of: UInt64.self).map { "\($0)" }
            default: try array.ints().map { "\($0)" }
            }
        default: ["\(value.int ?? 0)"]
        }
    }
}
