import ApusGGUF
import TestSupport
import Testing

/// A broken file with the error it has to give.
struct HostileCase: Sendable, CustomTestStringConvertible {
    let name: String
    let code: GGUFError.Code
    /// Pieces of the message: the field, its byte, what was expected.
    let message: [String]
    let bytes: [UInt8]

    init(
        _ name: String,
        _ code: GGUFError.Code,
        _ message: [String],
        _ change: (inout RawGGUF) -> Void
    ) {
        var raw = RawGGUF()
        change(&raw)
        self.name = name
        self.code = code
        self.message = message
        bytes = raw.bytes
    }

    var testDescription: String { name }
}

@Suite struct HostileFileTests {
    static let header: [HostileCase] = [
        HostileCase("wrong magic", .notGGUF, ["Magic at byte 0", "'GGUF'"]) {
            $0.magic = Array("ggjt".utf8)
        },
        HostileCase("version 1", .unsupportedVersion, ["Version at byte 4 is 1", "2 or 3"]) {
            $0.version = 1
        },
        HostileCase("version 4", .unsupportedVersion, ["Version at byte 4 is 4"]) {
            $0.version = 4
        },
        HostileCase("big-endian", .unsupportedVersion, ["byte 4", "big-endian"]) {
            $0.version = UInt32(3).byteSwapped
        },
        HostileCase("endless tensors", .limitExceeded, ["Tensor count at byte 8", "65536"]) {
            $0.tensorCount = .max
        },
        HostileCase("endless metadata", .limitExceeded, ["Metadata count at byte 16", "16384"]) {
            $0.entryCount = .max
        },
        HostileCase("metadata beyond the file", .truncated, ["Metadata count is 16384", "byte 24"])
        { $0.entryCount = 16_384 },
        HostileCase("tensors beyond the file", .truncated, ["Tensor count is 65536", "byte 24"]) {
            $0.tensorCount = 65_536
        },
    ]

    static let metadata: [HostileCase] = [
        HostileCase("endless key", .limitExceeded, ["Metadata key 0", "byte 24", "1024"]) {
            $0.entries = [RawGGUF.le(UInt64.max) + [0, 0, 0, 0, 0, 0]]
        },
        HostileCase("key beyond the file", .truncated, ["Metadata key 0 at byte 32 needs 100"]) {
            $0.entries = [RawGGUF.le(UInt64(100)) + [0, 0, 0, 0, 0]]
        },
        HostileCase("key not UTF-8", .invalidUTF8, ["Metadata key 0 at byte 32"]) {
            $0.entries = [RawGGUF.string(bytes: [0xC3, 0x28]) + RawGGUF.le(UInt32(0)) + [1]]
        },
        HostileCase("text not UTF-8", .invalidUTF8, ["'k' at byte 45"]) {
            $0.entries = [RawGGUF.entry("k", 8, RawGGUF.string(bytes: [0xED, 0xA0, 0x80]))]
        },
        HostileCase("text beyond the file", .truncated, ["'k' at byte 45 needs 1000"]) {
            $0.entries = [RawGGUF.entry("k", 8, RawGGUF.le(UInt64(1000)))]
        },
        HostileCase("endless text", .limitExceeded, ["Length of 'k' at byte 37", "16777216"]) {
            $0.entries = [RawGGUF.entry("k", 8, RawGGUF.le(UInt64.max / 2))]
        },
        HostileCase("unknown type", .unknownValueType, ["Type of 'k' at byte 33 is 13", "0 to 12"])
        { $0.entries = [RawGGUF.entry("k", 13, [0, 0, 0, 0])] },
        HostileCase("short number", .truncated, ["'k' at byte 37 needs 8"]) {
            $0.entries = [RawGGUF.entry("k", 10, [0, 0, 0])]
        },
        HostileCase("boolean of 2", .invalidBool, ["'k' is 2 at byte 37", "0 or 1"]) {
            $0.entries = [RawGGUF.entry("k", 7, [2])]
        },
        HostileCase("boolean of 255 in an array", .invalidBool, ["'k' is 255 at byte 51"]) {
            $0.entries = [RawGGUF.array("k", 7, count: 3, [0, 1, 255])]
        },
        HostileCase("key twice", .duplicateName, ["Metadata key 1 at byte 38", "'k'"]) {
            $0.entries = [RawGGUF.entry("k", 0, [1]), RawGGUF.entry("k", 0, [2])]
        },
        HostileCase("nested array", .nestedArray, ["Element type of 'k' at byte 37"]) {
            $0.entries = [RawGGUF.array("k", 9, count: 0, [])]
        },
        HostileCase("unknown element type", .unknownValueType, ["Element type of 'k' at byte 37"]) {
            $0.entries = [RawGGUF.array("k", 99, count: 0, [])]
        },
        HostileCase("array length that overflows", .overflow, ["Length of 'k' at byte 41"]) {
            $0.entries = [RawGGUF.array("k", 12, count: UInt64(Int.max), [])]
        },
        HostileCase("array length beyond Int", .limitExceeded, ["Length of 'k' at byte 41"]) {
            $0.entries = [RawGGUF.array("k", 0, count: .max, [])]
        },
        HostileCase("array beyond the file", .truncated, ["'k' with 1000", "byte 49 needs 4000"]) {
            $0.entries = [RawGGUF.array("k", 4, count: 1000, [0, 0])]
        },
        HostileCase("endless texts", .limitExceeded, ["Length of 'k' at byte 41", "16777216"]) {
            $0.entries = [RawGGUF.array("k", 8, count: 1 << 40, [])]
        },
        HostileCase("texts beyond the file", .truncated, ["Length of 'k' is 16777216", "byte 49"]) {
            $0.entries = [RawGGUF.array("k", 8, count: 1 << 24, [])]
        },
        HostileCase("text in an array beyond the file", .truncated, ["Element 1 of k at byte 58"]) {
            let elements = RawGGUF.string("a") + RawGGUF.le(UInt64.max)
            $0.entries = [RawGGUF.array("k", 8, count: 2, elements)]
        },
    ]

    static let alignment: [HostileCase] = [0, 1, 4, 24, 131_072, UInt32.max].map { value in
        HostileCase(
            "alignment \(value)",
            .invalidAlignment,
            ["'general.alignment' at byte 53 is \(value)", "power of two"]
        ) { $0.entries = [RawGGUF.entry("general.alignment", 4, RawGGUF.le(value))] }
    }

    static let tensors: [HostileCase] = [
        HostileCase("alignment of type u64", .wrongType, ["'general.alignment'", "u32"]) {
            $0.entries = [RawGGUF.entry("general.alignment", 10, RawGGUF.le(UInt64(32)))]
        },
        HostileCase("five dimensions", .badShape, ["Dimension count of tensor 't' at byte 33"]) {
            $0.tensors = [RawGGUF.tensor("t", [1, 1, 1, 1, 1])]
        },
        HostileCase("endless dimensions", .badShape, ["'t' at byte 33 is 4294967295", "4"]) {
            $0.tensors = [RawGGUF.tensor("t", [1], dimensions: .max)]
        },
        HostileCase("dimension of zero", .badShape, ["Dimension 1 of tensor 't' at byte 45 is 0"]) {
            $0.tensors = [RawGGUF.tensor("t", [4, 0])]
        },
        HostileCase("dimension beyond Int", .overflow, ["Dimension 0 of tensor 't' at byte 37"]) {
            $0.tensors = [RawGGUF.tensor("t", [.max])]
        },
        HostileCase("product that overflows", .overflow, ["Shape of tensor 't' at byte 33"]) {
            $0.tensors = [RawGGUF.tensor("t", [1 << 32, 1 << 32], format: 24)]
        },
        HostileCase("bytes that overflow", .overflow, ["Shape of tensor 't' at byte 33"]) {
            $0.tensors = [RawGGUF.tensor("t", [1 << 62])]
        },
        HostileCase("largest size", .tensorOutOfRange, ["'t'", "past the end"]) {
            $0.tensors = [RawGGUF.tensor("t", [UInt64(Int.max)], format: 24)]
        },
        HostileCase("partial block", .badShape, ["Shape of tensor 't'", "Q4_0's block of 32"]) {
            $0.tensors = [RawGGUF.tensor("t", [16, 2], format: 2)]
        },
        HostileCase("number as a block", .badShape, ["Shape of tensor 't'", "rows of 1"]) {
            $0.tensors = [RawGGUF.tensor("t", [], format: 12)]
        },
        HostileCase("unknown format", .unknownFormat, ["Format of tensor 't' at byte 45", "999"]) {
            $0.tensors = [RawGGUF.tensor("t", [1], format: 999)]
        },
        HostileCase("withdrawn format", .unknownFormat, ["'t' at byte 45", "Q4_0_4_4 (code 31)"]) {
            $0.tensors = [RawGGUF.tensor("t", [32], format: 31)]
        },
        HostileCase("name not UTF-8", .invalidUTF8, ["Name of tensor 0 at byte 32"]) {
            $0.tensors = [RawGGUF.string(bytes: [0xFF]) + Array(repeating: 0, count: 16)]
        },
        HostileCase("endless name", .limitExceeded, ["Length of Name of tensor 0 at byte 24"]) {
            $0.tensors = [RawGGUF.tensor(String(repeating: "n", count: 257), [1])]
        },
        HostileCase("name twice", .duplicateName, ["Name of tensor 1 at byte 57", "'t'"]) {
            $0.tensors = [RawGGUF.tensor("t", [1]), RawGGUF.tensor("t", [1], offset: 32)]
            $0.data = Array(repeating: 0, count: 36)
        },
        HostileCase("unaligned", .unalignedTensor, ["'t' at byte 49 is 16", "multiple of 32"]) {
            $0.tensors = [RawGGUF.tensor("t", [1], offset: 16)]
            $0.data = Array(repeating: 0, count: 64)
        },
        HostileCase("one byte short", .tensorOutOfRange, ["'t' at byte 49 is 0", "byte 64", "79"]) {
            $0.tensors = [RawGGUF.tensor("t", [4])]
            $0.data = Array(repeating: 0, count: 15)
        },
        HostileCase("offset beyond the file", .tensorOutOfRange, ["Offset of tensor 't'"]) {
            $0.tensors = [RawGGUF.tensor("t", [1], offset: UInt64.max - 31)]
            $0.data = Array(repeating: 0, count: 64)
        },
        HostileCase("no data at all", .tensorOutOfRange, ["'t' at byte 49"]) {
            $0.tensors = [RawGGUF.tensor("t", [1])]
        },
        HostileCase("overlap", .overlappingTensors, ["'u' starts at byte 128", "'t' ends at byte"])
        {
            $0.tensors = [RawGGUF.tensor("t", [9]), RawGGUF.tensor("u", [1], offset: 32)]
            $0.data = Array(repeating: 0, count: 64)
        },
        HostileCase("same place", .overlappingTensors, ["starts at byte 96"]) {
            $0.tensors = [RawGGUF.tensor("t", [1]), RawGGUF.tensor("u", [1])]
            $0.data = Array(repeating: 0, count: 64)
        },
    ]

    static let splits: [HostileCase] = [
        HostileCase("second part", .missingSplit, ["Part 1 of 2 is missing", "1 were given"]) {
            $0.entries = [
                RawGGUF.entry("split.count", 2, RawGGUF.le(UInt16(2))),
                RawGGUF.entry("split.no", 2, RawGGUF.le(UInt16(1))),
            ]
        },
        HostileCase("other parts not given", .missingSplit, ["Part 2 of 2 is missing"]) {
            $0.entries = [
                RawGGUF.entry("split.count", 2, RawGGUF.le(UInt16(2))),
                RawGGUF.entry("split.no", 2, RawGGUF.le(UInt16(0))),
            ]
        },
        HostileCase("endless parts", .limitExceeded, ["'split.count' is 65535", "1 to 1024"]) {
            $0.entries = [RawGGUF.entry("split.count", 2, RawGGUF.le(UInt16.max))]
        },
        HostileCase("parts without a number", .missingKey, ["'split.no'"]) {
            $0.entries = [RawGGUF.entry("split.count", 2, RawGGUF.le(UInt16(2)))]
        },
        HostileCase("part count of type text", .wrongType, ["'split.count'", "an integer"]) {
            $0.entries = [RawGGUF.entry("split.count", 8, RawGGUF.string("2"))]
        },
    ]

    @Test(arguments: header + metadata + alignment + tensors + splits)
    func refusedWithFieldAndByte(_ hostile: HostileCase) throws {
        let error = try #require(throws: GGUFError.self) {
            _ = try GGUFFile(copying: hostile.bytes)
        }
        #expect(error.code == hostile.code, "\(error)")
        for piece in hostile.message {
            #expect(error.message.contains(piece), "\(error)")
        }
        #expect(error.message.hasSuffix("."))
    }

    @Test func truncationAnywhereIsRefused() throws {
        let whole = try Sample.model().bytes()
        // The last tensor ends before the padding behind it.
        let model = try GGUFFile(copying: whole)
        let end = try #require(model.tensors.map { $0.offset + $0.byteCount }.max())
        for length in 0..<end {
            #expect(throws: GGUFError.self, "length \(length)") {
                _ = try GGUFFile(copying: Array(whole[..<length]))
            }
        }
        _ = try GGUFFile(copying: Array(whole[..<end]))
    }

    @Test func countsInAHugeSparseFileCostNothing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(RawGGUF().bytes, to: "sparse.gguf")
        try Sample.extend(path, to: 1 << 40)
        for (offset, value) in [(8, UInt64(65_536)), (16, 16_384)] {
            try Sample.overwrite(path, at: offset, RawGGUF.le(value))
            let clock = ContinuousClock()
            let time = clock.measure {
                #expect(throws: GGUFError.self) { _ = try GGUFFile(path: path) }
            }
            #expect(time < .seconds(1))
        }
    }

    @Test func namesCannotSteerATerminal() {
        var raw = RawGGUF()
        raw.tensors = [RawGGUF.tensor("a\u{1B}[2J\nb\u{9B}c\u{7F}é", [1], format: 999)]
        let error = #expect(throws: GGUFError.self) { _ = try GGUFFile(copying: raw.bytes) }
        #expect(error?.message.contains("'a [2J b c é'") == true)
    }

    @Test func unalignedMemoryIsRefused() throws {
        let memory = try #require(GuardedBytes([0] + Sample.model().bytes()))
        let error = #expect(throws: GGUFError.self) {
            _ = try GGUFFile(bytes: UnsafeRawBufferPointer(rebasing: memory.bytes.dropFirst()))
        }
        #expect(error?.code == .unalignedTensor)
    }
}
