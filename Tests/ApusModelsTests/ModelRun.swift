import ApusGGUF
import ApusModels
import ApusTensors

/// Runs a model over tokens, cut into steps of given sizes, and collects the logits.
struct ModelRun {
    let file: GGUFFile
    /// Kept because the model uses their bytes.
    let adapters: [GGUFAdapter]
    let model: any LanguageModel
    let backend: CPUBackend
    let cache: KVCache

    init(
        _ file: GGUFFile,
        adapters: [GGUFAdapter] = [],
        threads: Int = 2,
        instructionSet: String? = nil,
        pages: Int = 16
    ) throws {
        self.file = file
        self.adapters = adapters
        backend = try CPUBackend(threads: threads, instructionSet: instructionSet)
        model = try Architectures.load(file, adapters: adapters, backend: backend)
        cache = try KVCache(layers: model.shape.cache, pages: pages)
    }

    /// Logits at every position: [tokens * vocabulary].
    func logits(_ tokens: [Int32], steps: [Int]) -> [Float] {
        var logits: [Float] = []
        var position = 0
        let pages = (0..<Int32(cache.pages)).reversed() as [Int32]
        for size in steps {
            var batch = Batch()
            batch.append(
                tokens[position..<position + size],
                at: position,
                pages: pages,
                wanted: size
            )
            logits += run(batch)
            position += size
        }
        return logits
    }

    /// Logits of the outputs of one step.
    func run(_ batch: Batch) -> [Float] {
        backend.beginStep()
        let step = Step(batch: batch, cache: cache, backend: backend)
        let result = model.logits(model.hidden(step), step)
        return [Float](unsafeUninitializedCapacity: result.rows * result.columns) { buffer, count in
            backend.read(result, into: UnsafeMutableBufferPointer(rebasing: buffer[...]))
            count = result.rows * result.columns
        }
    }
}

/// Mean squared difference over the mean square of the expected values.
func normalizedError(_ actual: [Float], _ expected: [Float]) -> Double {
    var difference = 0.0
    var square = 0.0
    for (a, b) in zip(actual, expected) {
        difference += Double(a - b) * Double(a - b)
        square += Double(b) * Double(b)
    }
    return actual.count == expected.count ? difference / square : .infinity
}
