internal import ApusModels
internal import ApusSampling
internal import ApusTensors

/// The mutable half of an engine; used by its thread alone.
final class EngineLoop {
    private(set) var sequences: [EngineSequence] = []

    private let model: any LanguageModel
    private let backend: any Backend
    private let cache: KVCache
    private let configuration: Engine.Configuration
    private var pool: PagePool
    private var tree = PrefixTree()
    /// One row of numbers on its way from the backend: [max(vocabulary, width)].
    private var row: [Float]

    init(
        model: any LanguageModel,
        backend: any Backend,
        cache: KVCache,
        configuration: Engine.Configuration
    ) {
        self.model = model
        self.backend = backend
        self.cache = cache
        self.configuration = configuration
        pool = PagePool(pages: cache.pages)
        row = Array(repeating: 0, count: max(model.shape.vocabulary, model.shape.width))
    }

    /// Whether there is nothing to compute.
    var isIdle: Bool { sequences.isEmpty }

    /// Called when there is nothing to do for a while.
    func rest() {
        backend.trim()
        assert(checkInvariants())
    }

    /// Takes sequences in, with what the cache knows of their beginnings.
    func add(_ arrivals: [EngineSequence]) {
        for var sequence in arrivals {
            reusePrefix(of: &sequence)
            sequences.append(sequence)
        }
    }

    /// Ends sequences by number.
    func end(_ ids: Set<UInt64>) {
        for index in sequences.indices.reversed() where ids.contains(sequences[index].id) {
            end(at: index, .cancelled)
        }
    }

    /// Ends every sequence.
    func endAll(_ ending: SequenceEnding) {
        while !sequences.isEmpty { end(at: sequences.count - 1, ending) }
    }

    /// Computes one step for the sequences there are.
    func step() {
        guard !sequences.isEmpty else { return }
        let plan = StepPlan(sequences, budget: configuration.batchSize)
        var batch = Batch()
        for part in plan.parts {
            reservePages(at: part.sequence, rows: part.rows)
            let sequence = sequences[part.sequence]
            batch.append(
                sequence.tokens[sequence.computed..<sequence.computed + part.rows],
                at: sequence.computed,
                pages: sequence.pages,
                wanted: sequence.wantedRows(of: part.rows)
            )
        }
        backend.beginStep()
        let step = Step(batch: batch, cache: cache, backend: backend)
        let hidden = model.hidden(step)
        let logits = logits(of: hidden, step, plan)
        consume(plan, hidden: hidden, logits: logits)
    }

    // MARK: Cache

    /// Claims the pages of the longest known beginning.
    ///
    /// The last token is always computed, since its logits are wanted; an embedding needs the
    /// states of all tokens.
    private func reusePrefix(of sequence: inout EngineSequence) {
        guard sequence.isGeneration else { return }
        sequence.pages = tree.claim(
            sequence.tokens,
            limit: sequence.tokens.count - 1,
            pool: &pool
        )
        sequence.computed = sequence.pages.count * KVCache.pageTokens
        if !sequence.isStarted { sequence.cachedTokens = sequence.computed }
    }

    /// Gives a sequence the pages for its next rows.
    ///
    /// There is a page for every position of every sequence, so what is missing is held by the tree
    /// and can be taken back.
    private func reservePages(at index: Int, rows: Int) {
        let needed =
            (sequences[index].computed + rows + KVCache.pageTokens - 1)
            / KVCache.pageTokens
        while sequences[index].pages.count < needed {
            if let page = pool.allocate() {
                sequences[index].pages.append(page)
            } else {
                let evicted = tree.evictOne(pool: &pool)
                precondition(evicted, "no page for \(sequences.count) sequences")
            }
        }
    }

    private func checkInvariants() -> Bool {
        pool.checkInvariants()
        tree.checkInvariants()
        precondition(
            !sequences.isEmpty || pool.freeCount + tree.count == cache.pages,
            "pages lost"
        )
        return true
    }

    // MARK: Results

    /// Logits of the sequences that sample in this step: [sampling sequences, vocabulary].
    private func logits(of hidden: Tensor, _ step: Step, _ plan: StepPlan) -> Tensor? {
        var rows: [Int32] = []
        var output: Int32 = 0
        for part in plan.parts {
            let sequence = sequences[part.sequence]
            let wanted = Int32(sequence.wantedRows(of: part.rows))
            if sequence.isGeneration, wanted > 0 { rows.append(output) }
            output += wanted
        }
        guard !rows.isEmpty else { return nil }
        let states = rows.count == hidden.rows ? hidden : backend.rows(rows, of: hidden)
        return model.logits(states, step)
    }

    private func consume(_ plan: StepPlan, hidden: Tensor, logits: Tensor?) {
        var output = 0
        var sampled = 0
        var ended: [(index: Int, ending: SequenceEnding)] = []
        for part in plan.parts {
            let index = part.sequence
            let wanted = sequences[index].wantedRows(of: part.rows)
            let isComplete = part.rows == sequences[index].pending
            sequences[index].computed += part.rows
            var ending: SequenceEnding?
            switch sequences[index].purpose {
            case .generation(let limits):
                if wanted > 0, let logits {
                    ending = sample(index, limits, logits.rows(sampled, count: 1))
                    sampled += 1
                }
            case .embedding(let pooling):
                if wanted > 0 { pool(hidden.rows(output, count: wanted), into: index, pooling) }
                if isComplete { ending = finishEmbedding(index, pooling) }
            }
            output += wanted
            if let ending { ended.append((index, ending)) }
        }
        for (index, ending) in ended.reversed() { end(at: index, ending) }
    }

    /// Chooses the next token of a sequence; returns how the sequence ends, if it does.
    private func sample(
        _ index: Int,
        _ limits: GenerationLimits,
        _ logits: Tensor
    ) -> SequenceEnding? {
        if !sequences[index].isStarted {
            sequences[index].isStarted = true
            let prompt = sequences[index].tokens
            sequences[index].sampler?.acceptPrompt(prompt)
            sequences[index].listener.sequenceDidStart(cachedTokens: sequences[index].cachedTokens)
            if limits.tokens <= 0 { return .length }
        }
        read(logits)
        let token: SampledToken
        do {
            guard
                let chosen = try sequences[index].sampler?.sample(
                    row.span.extracting(first: logits.columns)
                )
            else { return nil }
            token = chosen
        } catch {
            return .failed(
                InferenceError(.brokenLogits, error.message)
            )
        }
        sequences[index].sampler?.accept(token.token)
        sequences[index].tokens.append(token.token)
        sequences[index].sampled += 1
        if !sequences[index].listener.sequence(didSample: token) { return .finished }
        if sequences[index].sampled >= limits.tokens { return .length }
        if sequences[index].tokens.count >= configuration.contextLength {
            guard let kept = limits.keptTokens else { return .length }
            shiftContext(of: index, keeping: kept)
        }
        return nil
    }

    /// Drops the older half of a full context behind its first `kept` tokens.
    ///
    /// The rest gets new positions, so it is computed anew.
    private func shiftContext(of index: Int, keeping kept: Int) {
        let tokens = sequences[index].tokens
        let kept = min(max(0, kept), configuration.contextLength - 2)
        let dropped = max(1, (tokens.count - kept) / 2)
        remember(sequences[index])
        for page in sequences[index].pages { pool.release(page) }
        sequences[index].tokens = Array(tokens[..<kept] + tokens[(kept + dropped)...])
        reusePrefix(of: &sequences[index])
        sequences[index].listener.sequence(didShift: dropped)
    }

    private func read(_ x: Tensor) {
        row.withUnsafeMutableBufferPointer {
            backend.read(x, into: UnsafeMutableBufferPointer(rebasing: $0[..<x.columns]))
        }
    }

    /// Adds states to what becomes the embedding.
    private func pool(_ states: Tensor, into index: Int, _ pooling: EmbeddingPooling) {
        let rows = pooling == .first ? 1 : states.rows
        for offset in 0..<rows {
            read(states.rows(offset, count: 1))
            if sequences[index].pooled.isEmpty {
                sequences[index].pooled = Array(row[..<states.columns])
            } else {
                for column in 0..<states.columns { sequences[index].pooled[column] += row[column] }
            }
        }
    }

    private func finishEmbedding(_ index: Int, _ pooling: EmbeddingPooling) -> SequenceEnding {
        let count = Float(pooling == .mean ? sequences[index].tokens.count : 1)
        let vector = sequences[index].pooled.map { $0 / count }
        guard vector.allSatisfy(\.isFinite) else {
            return .failed(
                InferenceError(.brokenLogits, "embedding contains NaN or Inf values")
            )
        }
        sequences[index].listener.sequence(didEmbed: vector)
        return .finished
    }

    /// Puts what a sequence computed into the tree.
    private func remember(_ sequence: EngineSequence) {
        guard sequence.isGeneration else { return }
        tree.insert(
            Array(sequence.tokens[..<sequence.computed]),
            pages: sequence.pages,
            pool: &pool
        )
    }

    private func end(at index: Int, _ ending: SequenceEnding) {
        let sequence = sequences.remove(at: index)
        remember(sequence)
        for page in sequence.pages { pool.release(page) }
        sequence.listener.sequenceDidEnd(ending)
    }
}
