import ApusGGUF
import Foundation
import TestSupport
import Testing

/// Logits of small models with random weights, as llama.cpp computes them with an F32 cache.
///
/// Ours is F16, whose rounding costs up to 2^-11 of a key or value; the bound leaves room for it.
@Suite struct ReferenceLogitsTests {
    static let names = ["llama-dense", "llama-moe", "qwen3moe-moe"]

    static func fixture<Number>(_ name: String, as type: Number.Type) throws -> [Number] {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)")
        return try Data(contentsOf: url).withUnsafeBytes { bytes in
            (0..<bytes.count / MemoryLayout<Number>.size).map {
                bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Number>.size, as: type)
            }
        }
    }

    @Test(
        .enabled(if: Conformance.url("architectures") != nil, "no conformance data"),
        arguments: names,
        [[24], Array(repeating: 1, count: 24), [7, 1, 16]]
    )
    func logitsAgreeWithLlamaCppAtEveryPosition(name: String, steps: [Int]) throws {
        let url = try #require(Conformance.url("architectures/\(name).gguf"))
        let run = try ModelRun(GGUFFile(path: url.path))
        let tokens = try Self.fixture("\(name).tokens.i32", as: Int32.self)
        let expected = try Self.fixture("\(name).logits.f32", as: Float.self)
        let actual = run.logits(tokens, steps: steps)
        for position in tokens.indices {
            let row = position * 128..<(position + 1) * 128
            let error = normalizedError(Array(actual[row]), Array(expected[row]))
            #expect(error < 1e-6, "position \(position)")
        }
    }
}
