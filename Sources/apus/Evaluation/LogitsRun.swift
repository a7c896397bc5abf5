internal import ApusGGUF
internal import ApusModels
internal import ApusTensors

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A model without engine or tokenizer: tokens in, logits out.
struct LogitsRun {
    /// Tokens the model is given at a time at most.
    static let maximumStep = 128

    private let model: any LanguageModel
    private let backend: CPUBackend
    private let file: GGUFFile
    private let adapters: [GGUFAdapter]

    /// Opens and binds a file and adapters to it.
    ///
    /// Throws: `GGUFError`, `ModelError`, `TensorError`.
    init(path: String, adapters: [String], threads: Int?) throws {
        file = try GGUFFile(path: path)
        self.adapters = try adapters.map { try GGUFAdapter(GGUFFile(path: $0)) }
        backend = try CPUBackend(threads: threads)
        model = try Architectures.load(file, adapters: self.adapters, backend: backend)
    }

    /// Writes the logits at every position: float32, little-endian, [tokens, vocabulary].
    ///
    /// Blocks. Throws: `CommandFailure` for tokens that the model does not have, or too many.
    func write(_ tokens: [Int32], stepSize: Int, to path: String) throws {
        try check(tokens)
        let pageCount = (tokens.count + KVCache.pageTokens - 1) / KVCache.pageTokens
        let cache = try KVCache(layers: model.shape.cache, pages: pageCount)
        guard let output = fopen(path, "wb") else { throw Self.unwritable(path) }
        var isOpen = true
        defer { if isOpen { fclose(output) } }
        var position = 0
        while position < tokens.count {
            let end = min(position + stepSize, tokens.count)
            var batch = Batch()
            batch.append(
                tokens[position..<end],
                at: position,
                pages: Array(0..<Int32(pageCount)),
                wanted: end - position
            )
            let logits = run(Step(batch: batch, cache: cache, backend: backend))
            let bits = logits.map { $0.bitPattern.littleEndian }
            guard fwrite(bits, 4, bits.count, output) == bits.count else {
                throw Self.unwritable(path)
            }
            position = end
        }
        isOpen = false
        guard fclose(output) == 0 else { throw Self.unwritable(path) }
    }

    private func check(_ tokens: [Int32]) throws {
        let shape = model.shape
        guard !tokens.isEmpty, tokens.count <= shape.context else {
            throw CommandFailure(
                "\(tokens.count) tokens; the model takes 1 to \(shape.context)"
            )
        }
        for token in tokens where token < 0 || token >= shape.vocabulary {
            throw CommandFailure(
                "token \(token) is not in the vocabulary of 0 to \(shape.vocabulary - 1)"
            )
        }
    }

    private static func unwritable(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }

    private func run(_ step: Step) -> [Float] {
        backend.beginStep()
        let result = model.logits(model.hidden(step), step)
        let count = result.rows * result.columns
        return [Float](unsafeUninitializedCapacity: count) { buffer, written in
            backend.read(result, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            written = count
        }
    }
}
