import ApusGGUF
import ApusModels
import Foundation
import Testing

/// The bundled model against Hugging Face transformers, run on the same dequantized weights.
///
/// Our activations are rounded to eight bits before they meet Q8_0 weights, which costs about one
/// percent of a logit; the bound leaves a factor of ten in the square.
@Suite struct DemoModelTests {
    struct Oracle: Decodable {
        struct Case: Decodable {
            var tokens: [Int32]
            var topIDs: [Int]
            var topLogits: [Float]

            enum CodingKeys: String, CodingKey {
                case tokens
                case topIDs = "top_ids"
                case topLogits = "top_logits"
            }
        }

        var cases: [Case]
    }

    @Test func topLogitsAgreeWithTransformers() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let oracle = try JSONDecoder().decode(
            Oracle.self,
            from: Data(contentsOf: tests.appending(path: "Fixtures/demo-logits.json"))
        )
        let model = tests.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/CApusDemo/demo.gguf")
        #expect(!oracle.cases.isEmpty)
        for prompt in oracle.cases {
            let run = try ModelRun(GGUFFile(path: model.path))
            let logits = run.logits(prompt.tokens, steps: [prompt.tokens.count])
            let last = Array(logits.suffix(run.model.shape.vocabulary))
            let error = normalizedError(
                prompt.topIDs.map { last[$0] },
                prompt.topLogits
            )
            #expect(error < 1e-3, "\(prompt.tokens.count) tokens")
            #expect(last.indices.max { last[$0] < last[$1] } == prompt.topIDs.first)
        }
    }
}
