import Foundation
import TestSupport
import Testing

@testable import ApusConversion

/// Headers that lie.
@Suite struct HostileSafetensorsTests {
    private func open(_ bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "m.safetensors")
        _ = try SafetensorsFile(path: path, name: "m.safetensors")
    }

    @Test(arguments: [
        "", "[]", "3", #"{"a":1}"#, #"{"a":{}}"#, "{", String(repeating: "[", count: 100_000),
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,9223372036854775807]}}"#,
        #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0]}}"#,
        #"{"a":{"dtype":7,"shape":[0],"data_offsets":[0,0]}}"#,
    ])
    func wrongHeadersAreRefused(header: String) throws {
        let error = #expect(throws: ConversionError.self) {
            try open(CheckpointFixture.safetensors(header: header))
        }
        #expect(error?.code == .badCheckpoint)
    }

    @Test(arguments: [3, UInt64.max, 1 << 63, 1 << 40])
    func lengthsPastTheEndAreRefused(length: UInt64) throws {
        let error = #expect(throws: ConversionError.self) {
            try open(CheckpointFixture.safetensors(header: "{}", length: length))
        }
        #expect(error?.code == .badCheckpoint)
    }

    @Test func overlappingTensorsAreRefused() throws {
        let header =
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#
        let error = #expect(throws: ConversionError.self) {
            try open(
                CheckpointFixture.safetensors(header: header) + [UInt8](repeating: 0, count: 8)
            )
        }
        #expect(error?.message.contains("overlapping") == true)
    }

    /// Any byte of a file changed or cut off: an error or a file, never a trap.
    @Test func damagedFilesNeverTrap() throws {
        let whole = CheckpointFixture.encoded(CheckpointFixture().tensors)
        var random = SplitMix64(seed: 5)
        for _ in 0..<100 {
            var bytes = whole
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<1200, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            do {
                try open(bytes)
            } catch is ConversionError {}
        }
    }
}
