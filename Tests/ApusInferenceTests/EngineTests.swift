import ApusGGUF
import ApusInference
import ApusModels
import ApusSampling
import ApusTensors
import TestSupport
import Testing

/// The engine over a tiny random Llama: what sequences compute must not depend on who else is
/// there, how prompts are cut, or what the cache already holds.
@Suite struct EngineTests {
    /// An engine, and the file its weights lie in.
    struct Setup {
        let file: GGUFFile
        let engine: Engine

        init(parallel: Int = 4, batch: Int = 64, context: Int = 128) throws {
            file = try TinyGGUF.llama(seed: 7).open()
            let backend = try CPUBackend(threads: 2)
            engine = try Engine(
                model: Architectures.load(file, backend: backend),
                backend: backend,
                configuration: .init(
                    contextLength: context,
                    parallelSequences: parallel,
                    batchSize: batch
                )
            )
        }

        /// Submits a greedy generation.
        func generate(
            _ tokens: [Int32],
            count: Int,
            keeping kept: Int? = nil,
            listener: Recorder
        ) throws -> UInt64 {
            var options = SamplerConfiguration()
            options.temperature = 0
            return engine.submit(
                SequenceRequest(
                    tokens: tokens,
                    task: .generate(
                        try Sampler(options),
                        GenerationLimits(tokens: count, keptTokens: kept)
                    ),
                    listener: listener
                )
            )
        }

        func tokens(_ tokens: [Int32], count: Int) async throws -> [Int32] {
            let recorder = Recorder()
            _ = try generate(tokens, count: count, listener: recorder)
            return await recorder.result().tokens
        }
    }

    static func prompt(_ seed: UInt64, _ count: Int) -> [Int32] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in Int32.random(in: 3..<259, using: &random) }
    }

    @Test func sequencesInABatchGetTheTokensTheyGetAlone() async throws {
        let prompts = [5, 33, 64, 17, 90].enumerated().map { Self.prompt(UInt64($0), $1) }
        var alone: [[Int32]] = []
        for prompt in prompts { alone.append(try await Setup().tokens(prompt, count: 24)) }
        let setup = try Setup(parallel: 3, batch: 32)
        let recorders = prompts.map { _ in Recorder() }
        for (prompt, recorder) in zip(prompts, recorders) {
            _ = try setup.generate(prompt, count: 24, listener: recorder)
        }
        for (index, recorder) in recorders.enumerated() {
            #expect(await recorder.result().tokens == alone[index], "prompt \(index)")
        }
        setup.engine.stop()
    }

    @Test func cachedPrefixChangesNothingButTheCount() async throws {
        let prompt = Self.prompt(1, 80)
        let setup = try Setup()
        let first = Recorder()
        _ = try setup.generate(prompt, count: 8, listener: first)
        let expected = await first.result()
        #expect(expected.cachedTokens == 0)
        let second = Recorder()
        _ = try setup.generate(prompt, count: 8, listener: second)
        let again = await second.result()
        #expect(again.tokens == expected.tokens)
        #expect(again.cachedTokens == 64)
        let other = Recorder()
        _ = try setup.generate(Array(prompt[..<40]) + [5, 6, 7], count: 8, listener: other)
        #expect(await other.result().cachedTokens == 32)
        setup.engine.stop()
    }

    @Test(arguments: [1, 3, 32, 512]) func cuttingThePromptChangesNothing(batch: Int) async throws {
        let prompt = Self.prompt(2, 70)
        let expected = try await Setup(batch: 128).tokens(prompt, count: 10)
        #expect(try await Setup(batch: batch).tokens(prompt, count: 10) == expected)
    }

    @Test func fullCacheGivesOldPagesAway() async throws {
        let setup = try Setup(parallel: 1, context: 128)
        for seed in 10..<30 as Range<UInt64> {
            let tokens = try await setup.tokens(Self.prompt(seed, 100), count: 10)
            #expect(tokens.count == 10)
        }
        setup.engine.stop()
    }

    @Test func fullContextEndsOrShifts() async throws {
        let setup = try Setup(context: 64)
        let stopped = Recorder()
        _ = try setup.generate(Self.prompt(3, 60), count: 40, listener: stopped)
        let short = await stopped.result()
        #expect(short.tokens.count == 4)
        guard case .length = short.ending else {
            Issue.record("ended with \(String(describing: short.ending))")
            return
        }
        let shifted = Recorder()
        _ = try setup.generate(Self.prompt(3, 60), count: 100, keeping: 4, listener: shifted)
        let long = await shifted.result()
        #expect(long.tokens.count == 100)
        #expect(Array(long.tokens[..<4]) == short.tokens)
        setup.engine.stop()
    }

    @Test func cancelledSequenceEndsAndFreesItsPlace() async throws {
        let setup = try Setup(parallel: 1)
        let endless = Recorder()
        let id = try setup.generate(
            Self.prompt(4, 10),
            count: 1_000_000,
            keeping: 2,
            listener: endless
        )
        let waiting = Recorder()
        _ = try setup.generate(Self.prompt(5, 10), count: 3, listener: waiting)
        setup.engine.cancel(id)
        guard case .cancelled = await endless.result().ending else {
            Issue.record("not cancelled")
            return
        }
        #expect(await waiting.result().tokens.count == 3)
        setup.engine.stop()
    }

    @Test func stoppedEngineEndsWhatRunsAndRefusesWhatComes() async throws {
        let setup = try Setup()
        let running = Recorder()
        _ = try setup.generate(Self.prompt(6, 10), count: 1_000_000, keeping: 2, listener: running)
        setup.engine.stop()
        let late = Recorder()
        _ = try setup.generate(Self.prompt(6, 10), count: 3, listener: late)
        for recorder in [running, late] {
            guard case .cancelled = await recorder.result().ending else {
                Issue.record("not cancelled")
                return
            }
        }
    }

    @Test func embeddingDoesNotDependOnHowTheTextIsCut() async throws {
        let text = Self.prompt(8, 50)
        var vectors: [[Float]] = []
        for batch in [128, 7] {
            let setup = try Setup(batch: batch)
            let recorder = Recorder()
            setup.engine.submit(
                SequenceRequest(tokens: text, task: .embed(.mean), listener: recorder)
            )
            vectors.append(await recorder.result().vector)
            setup.engine.stop()
        }
        #expect(vectors[0].count == 32)
        #expect(vectors[0] == vectors[1])
    }
}
