import ApusGGUF
import Foundation
import Testing

/// Logits of tiny random Qwen2 and Qwen3 models, as Hugging Face transformers computes them.
///
/// Their cache is F32 and ours F16, whose rounding costs up to 2^-11 of a key or value.
@Suite struct TinyQwenTests {
    @Test(arguments: ["qwen2", "qwen3"], [[40], Array(repeating: 1, count: 40), [33, 7]])
    func logitsAgreeWithTransformersAtEveryPosition(name: String, steps: [Int]) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let run = try ModelRun(GGUFFile(path: folder.appending(path: "Fixtures/\(name).gguf").path))
        let tokens = try ReferenceLogitsTests.fixture("\(name).tokens.i32", as: Int32.self)
        let expected = try ReferenceLogitsTests.fixture("\(name).logits.f32", as: Float.self)
        let actual = run.logits(tokens, steps: steps)
        for position in tokens.indices {
            let row = position * 96..<(position + 1) * 96
            let error = normalizedError(Array(actual[row]), Array(expected[row]))
            #expect(error < 1e-6, "position \(position)")
        }
    }
}
