private import ApusFormats
private import ApusGGUF
private import ApusModels
private import ApusTensors

/// Times a model without and with random adapters of all its layers:
/// `swift run -c release adapter-bench MODEL.gguf [RANK…]`.
@main
enum AdapterBench {
    private static let rounds = 5
    private static let promptTokens = 256
    private static let answerTokens = 32

    /// What is timed: a model, and its times so far.
    private struct Candidate {
        let name: String
        let model: any LanguageModel
        /// Tokens a second of each round.
        var prefill: [Double] = []
        var decode: [Double] = []
    }

    static func main() throws {
        guard CommandLine.arguments.count > 1 else {
            print("usage: adapter-bench MODEL.gguf [RANK…]")
            return
        }
        let ranks = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
        let file = try GGUFFile(path: CommandLine.arguments[1])
        let backend = try CPUBackend()
        var adapters: [GGUFAdapter] = []
        var candidates = [
            Candidate(name: "none", model: try Architectures.load(file, backend: backend))
        ]
        for rank in ranks.isEmpty ? [16] : ranks {
            for format in [BlockFormat.f16, .f32] {
                let adapter = try adapter(for: file, rank: rank, format)
                adapters.append(adapter)
                candidates.append(
                    Candidate(
                        name: "\(rank) \(format.name)",
                        model: try Architectures.load(file, adapters: [adapter], backend: backend)
                    )
                )
            }
        }
        let pages = (promptTokens + answerTokens) / KVCache.pageTokens + 1
        let cache = try KVCache(layers: candidates[0].model.shape.cache, pages: pages)
        for _ in 0..<rounds {
            for index in candidates.indices {
                time(&candidates[index], backend, cache)
            }
        }
        print("adapter   prefill t/s   decode t/s   (\(backend.threads) threads)")
        for candidate in candidates {
            print(
                candidate.name.padded(10) + text(candidate.prefill).padded(14)
                    + text(candidate.decode)
            )
        }
        withExtendedLifetime((file, adapters)) {}
    }

    private static func time(
        _ candidate: inout Candidate,
        _ backend: CPUBackend,
        _ cache: KVCache
    ) {
        let clock = ContinuousClock()
        func run(_ tokens: Range<Int>) {
            var batch = Batch()
            batch.append(
                tokens.map { Int32($0 * 37 % 199 + 3) }[...],
                at: tokens.lowerBound,
                pages: Array(0..<Int32(cache.pages)),
                wanted: 1
            )
            backend.beginStep()
            let step = Step(batch: batch, cache: cache, backend: backend)
            _ = candidate.model.logits(candidate.model.hidden(step), step)
        }
        let prompt = clock.measure { run(0..<promptTokens) }
        let answer = clock.measure {
            for position in promptTokens..<promptTokens + answerTokens {
                run(position..<position + 1)
            }
        }
        candidate.prefill.append(Double(promptTokens) / (prompt / .seconds(1)))
        candidate.decode.append(Double(answerTokens) / (answer / .seconds(1)))
    }

    /// A random adapter of every matrix of the model's layers.
    private static func adapter(
        for model: GGUFFile,
        rank: Int,
        _ format: BlockFormat
    ) throws -> GGUFAdapter {
        var tensors: [GGUFLayout.Tensor] = []
        for tensor in model.tensors
        where tensor.shape.count > 1 && tensor.name.hasPrefix("blk.")
            && !tensor.name.contains("gate_inp")
        {
            let stack = tensor.shape.dropLast(2)
            tensors.append(
                .init(
                    name: "\(tensor.name).lora_a",
                    format: format,
                    shape: Array(stack) + [rank] + tensor.shape.suffix(1)
                )
            )
            tensors.append(
                .init(
                    name: "\(tensor.name).lora_b",
                    format: format,
                    shape: tensor.shape.dropLast() + [rank]
                )
            )
        }
        let layout = try GGUFLayout(
            metadata: [
                ("general.type", .string("adapter")),
                ("general.architecture", .string(model.metadata.string("general.architecture"))),
                ("adapter.type", .string("lora")), ("adapter.lora.alpha", .float32(1)),
            ],
            tensors: tensors
        )
        // Used until the program ends.
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: layout.fileBytes,
            alignment: 64
        )
        // Zeros and ones in half floats, 1/128 in F32: what matters is the work.
        for index in stride(from: 0, to: bytes.count - 3, by: 4) {
            bytes.storeBytes(of: 0x3C00_0000, toByteOffset: index, as: UInt32.self)
        }
        bytes.copyBytes(from: layout.header)
        return try GGUFAdapter(GGUFFile(bytes: UnsafeRawBufferPointer(bytes), owner: nil))
    }

    /// The median and the range.
    private static func text(_ speeds: [Double]) -> String {
        let sorted = speeds.sorted()
        func rounded(_ speed: Double) -> String { "\((speed * 10).rounded() / 10)" }
        return rounded(sorted[sorted.count / 2])
            + " (\(rounded(sorted[0])) to \(rounded(sorted[sorted.count - 1])))"
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
