import ApusConversation
import Foundation
import Synchronization
import Testing

@testable import ApusScheduling

/// Runners that are real child processes: `RunnerTestChild`, which does what prompts say.
@Suite struct RunnerProcessTests {
    /// Lines of a runner's standard error.
    private final class Log: Sendable {
        private let state = Mutex<[String]>([])
        var lines: [String] { state.withLock { $0 } }
        func append(_ line: String) { state.withLock { $0.append(line) } }
    }

    private let log = Log()

    /// The executable that the package builds beside the tests.
    private static let executable: String? = {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let candidates = [own, URL(fileURLWithPath: CommandLine.arguments[0])]
        return candidates.map { $0.deletingLastPathComponent().appending(path: "RunnerTestChild") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }?.path
    }()

    private func start(
        _ script: String = "ok",
        timeout: Duration = .seconds(20)
    ) throws -> RunnerProcess {
        let log = log
        let launcher = RunnerProcessLauncher(
            executable: try #require(Self.executable),
            arguments: ["runner"],
            environment: ["SWIFT_BACKTRACE": "enable=no"],
            loadTimeout: timeout
        ) { log.append($0) }
        let specification = ModelSpecification(name: script, weights: .builtIn(name: script))
        return try #require(try launcher.launch(specification) as? RunnerProcess)
    }

    /// A runner that has loaded, ended after `body`; its process must be gone by then.
    private func withRunner(_ body: (RunnerProcess) async throws -> Void) async throws {
        let runner = try start()
        do {
            let facts = try await runner.load { _ in }
            #expect(facts.sizeBytes == 1024)
            try await body(runner)
        } catch {
            await runner.stop()
            throw error
        }
        await runner.stop()
        #expect(kill(runner.child.identifier, 0) == -1, "the process is reaped")
    }

    private func answer(_ runner: RunnerProcess, _ prompt: String) async throws -> String {
        var words: [String] = []
        for try await event in runner.generate(GenerationRequest(prompt: .text(prompt))) {
            if case .content(let text) = event { words.append(text) }
        }
        return words.joined(separator: " ")
    }

    private func failure(_ body: () async throws -> some Sendable) async -> SchedulingError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? SchedulingError
        }
    }

    // MARK: - Answers

    @Test func everyKindOfRequestIsAnswered() async throws {
        try await withRunner { runner in
            #expect(try await answer(runner, "echo Grüße aus 🐦") == "Grüße aus 🐦")
            let result = try await runner.embed(EmbeddingRequest(inputs: ["abc", ""]))
            #expect(result.vectors == [[3, 0.5], [0, 0.5]])
            #expect(try await runner.tokenize("ab", asPrompt: false) == [97, 98])
            #expect(try await runner.tokenize("ab", asPrompt: true) == [1, 97, 98])
            #expect(try await runner.detokenize([97, 98]) == "ab")
            #expect(
                try await runner.ping(timeout: .seconds(20))
                    == RunnerStatus(activeSequences: 2, queuedSequences: 3)
            )
        }
    }

    @Test func longAnswerArrivesWholeAndInOrder() async throws {
        try await withRunner { runner in
            let text = try await answer(runner, "flood 20000")
            #expect(text == (0..<20_000).map(String.init).joined(separator: " "))
        }
    }

    @Test func largePromptFitsThroughTheSocket() async throws {
        try await withRunner { runner in
            let word = String(repeating: "x", count: 3 << 20)
            let text = try await answer(runner, "echo \(word)")
            #expect(text == word)
        }
    }

    @Test func requestsAreWorkedOnSideBySide() async throws {
        try await withRunner { runner in
            let slow = runner.generate(GenerationRequest(prompt: .text("slow")))
            var ticks = slow.makeAsyncIterator()
            #expect(try await ticks.next() == .content("tick"))
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 {
                    group.addTask { try await answer(runner, "echo \(number)") }
                }
                var answers: Set<String> = []
                for try await text in group { answers.insert(text) }
                #expect(answers.count == 8)
            }
            #expect(try await ticks.next() == .content("tick"))
        }
    }

    @Test func failureKeepsItsCodeAndTheRunner() async throws {
        try await withRunner { runner in
            #expect(
                await failure { try await answer(runner, "refuse") }
                    == SchedulingError(.promptTooLong, "too long")
            )
            #expect(
                await failure { try await answer(runner, "?") }
                    == SchedulingError(.internalError, "no such script")
            )
            let embedding = await failure {
                try await runner.embed(EmbeddingRequest(inputs: ["nan"]))
            }
            #expect(embedding?.message == "embedding contains NaN or Inf values")
            let next = try await answer(runner, "echo on")
            #expect(next == "on")
        }
    }

    @Test func probabilityOfZeroIsSentAsASmallOne() async throws {
        try await withRunner { runner in
            var events: [GenerationEvent] = []
            let request = GenerationRequest(prompt: .text("unlikely"))
            for try await event in runner.generate(request) { events.append(event) }
            guard case .logProbabilities(let entries)? = events.first else {
                Issue.record("\(events)")
                return
            }
            #expect(entries.first?.chosen.logProbability == -9999)
        }
    }

    @Test func clientThatLeavesIsToldToTheRunner() async throws {
        try await withRunner { runner in
            for try await event in runner.generate(GenerationRequest(prompt: .text("slow first"))) {
                #expect(event == .content("tick"))
                break
            }
            #expect(await eventually { log.lines.contains("cancelled first") })
            let client = Task { try await answer(runner, "slow second") }
            try await Task.sleep(for: .milliseconds(50))
            client.cancel()
            _ = await client.result
            #expect(await eventually { log.lines.contains("cancelled second") })
            let next = try await answer(runner, "echo on")
            #expect(next == "on")
        }
    }

    // MARK: - Death

    @Test func crashMidAnswerIsAnErrorWithTheLastLine() async throws {
        let runner = try start()
        _ = try await runner.load { _ in }
        var words: [GenerationEvent] = []
        let error = await failure {
            for try await event in runner.generate(GenerationRequest(prompt: .text("crash"))) {
                words.append(event)
            }
        }
        #expect(words == [.content("before")])
        #expect(
            error
                == .stopped("Fatal error: scripted crash")
        )
        #expect(runner.hasEnded)
        #expect(await failure { try await answer(runner, "echo") }?.code == .runnerStopped)
        #expect(kill(runner.child.identifier, 0) == -1)
        await runner.stop()
    }

    @Test func killMidAnswerIsAnErrorAndTheSchedulerStartsAnother() async throws {
        let log = log
        let launcher = RunnerProcessLauncher(
            executable: try #require(Self.executable),
            arguments: ["runner"]
        ) { log.append($0) }
        let scheduler = Scheduler(configuration: SchedulerConfiguration(), launcher: launcher)
        let request = SchedulerRequest(
            specification: ModelSpecification(name: "ok", weights: .builtIn(name: "ok")),
            predictedBytes: 0
        )
        let service = Task { await scheduler.run() }
        let first = try await scheduler.acquire(request)
        var ticks = first.generate(GenerationRequest(prompt: .text("slow"))).makeAsyncIterator()
        #expect(try await ticks.next() == .content("tick"))
        let processes = scheduler.state.withLock { $0.runners.values.map { $0 as? RunnerProcess } }
        let process = try #require(processes.first ?? nil)
        #expect(kill(process.child.identifier, SIGKILL) == 0)
        let error = await failure { while try await ticks.next() != nil {} }
        #expect(error?.code == .runnerStopped)
        #expect(error?.message.hasPrefix("model runner has unexpectedly stopped, ") == true)
        first.release()

        let second = try await scheduler.acquire(request)
        var words: [GenerationEvent] = []
        let again = GenerationRequest(prompt: .text("echo again"))
        for try await event in second.generate(again) { words.append(event) }
        #expect(words == [.content("again")])
        await scheduler.shutdown()
        await service.value
    }

    @Test func garbageEndsTheRunner() async throws {
        let runner = try start()
        _ = try await runner.load { _ in }
        let error = await failure { try await answer(runner, "garbage") }
        #expect(error?.code == .protocolViolation)
        await runner.stop()
    }

    @Test func hungModelIsStoppedInBoundedTime() async throws {
        let runner = try start()
        _ = try await runner.load { _ in }
        let client = Task { await failure { try await answer(runner, "hang") } }
        try await Task.sleep(for: .milliseconds(50))
        let clock = ContinuousClock()
        let time = await clock.measure { await runner.stop() }
        #expect(time < .seconds(10))
        #expect(await client.value == .unloaded)
        #expect(kill(runner.child.identifier, 0) == -1)
    }

    @Test func stoppedProcessIsKilledInTheEnd() async throws {
        let runner = try start()
        _ = try await runner.load { _ in }
        kill(runner.child.identifier, SIGSTOP)
        let ping = await failure { try await runner.ping(timeout: .milliseconds(50)) }
        #expect(ping?.code == .runnerStopped)
        await runner.stop()
        #expect(kill(runner.child.identifier, 0) == -1)
    }

    @Test func childEndsWhenItsSocketDoes() async throws {
        let child = try ChildProcess.start(
            executable: try #require(Self.executable),
            arguments: ["runner"],
            environment: [:]
        )
        SystemCall.close(child.socket)
        var status: ChildProcess.Status?
        #expect(
            await eventually {
                status = status ?? child.reap()
                return status != nil
            }
        )
        #expect(status == .exited(0))
        SystemCall.close(child.errors)
    }

    /// What a bare child does with these bytes on its socket: its messages and its end.
    private func dialogue(
        _ bytes: [UInt8],
        replies: Int
    ) async throws -> (messages: [RunnerMessage], status: ChildProcess.Status?) {
        let child = try ChildProcess.start(
            executable: try #require(Self.executable),
            arguments: ["runner"],
            environment: [:]
        )
        defer { SystemCall.close(child.errors) }
        SystemCall.makeNonBlocking(child.socket)
        #expect(SystemCall.send(child.socket, bytes[...]) == bytes.count)
        var decoder = FrameDecoder()
        var buffer = [UInt8](repeating: 0, count: 4096)
        var messages: [RunnerMessage] = []
        _ = await eventually {
            switch SystemCall.read(child.socket, into: &buffer) {
            case .bytes(let count): decoder.append(buffer[..<count])
            case .ended: return true
            case .nothing: break
            }
            while let body = try? decoder.next(),
                let message = try? FrameCodec.decode(RunnerMessage.self, from: body)
            {
                messages.append(message)
            }
            return replies > 0 && messages.count >= replies
        }
        SystemCall.close(child.socket)
        var status: ChildProcess.Status?
        _ = await eventually {
            status = status ?? child.reap()
            return status != nil
        }
        return (messages, status)
    }

    @Test(arguments: [[0xFF, 0xFF, 0xFF, 0x7F], [2, 0, 0, 0, 0x7B, 0x7D]] as [[UInt8]])
    func childThatReadsGarbageEnds(_ bytes: [UInt8]) async throws {
        let (messages, status) = try await dialogue(bytes, replies: 0)
        #expect(messages.isEmpty)
        #expect(status == .exited(1))
    }

    @Test func childRefusesWorkBeforeAModelIsLoaded() async throws {
        var bytes: [UInt8] = []
        let request = GenerationRequest(prompt: .text("echo"))
        try FrameCodec.append(RunnerCommand.cancel(id: 5), to: &bytes)
        try FrameCodec.append(RunnerCommand.generate(id: 1, request: request), to: &bytes)
        let (messages, status) = try await dialogue(bytes, replies: 1)
        #expect(status == .exited(0))
        guard case .requestFailed(id: 1, let error)? = messages.first else {
            Issue.record("\(messages)")
            return
        }
        #expect(error.code == .internalError)
    }

    // MARK: - Loading

    @Test func slowLoadWithSignsOfLifeIsNotAStall() async throws {
        let runner = try start("slow", timeout: .seconds(2))
        let steps = Mutex<[Double]>([])
        _ = try await runner.load { step in steps.withLock { $0.append(step) } }
        let progress = steps.withLock { $0 }
        #expect(progress.count == 6 && progress == progress.sorted() && progress.last == 1)
        #expect(log.lines.contains("layer 3"))
        await runner.stop()
    }

    @Test(arguments: [
        ("refuse", SchedulingError(.unsupportedModel, "unknown architecture 'scripted'")),
        (
            "vanish",
            SchedulingError(.runnerStopped, "model runner process has terminated: exit status 3")
        ),
        (
            "crash",
            SchedulingError(
                .runnerStopped,
                "model runner process has terminated: signal 6: "
                    + "GGUF error: scripted crash while loading"
            )
        ),
    ])
    func failedLoadSaysWhy(_ script: String, _ expected: SchedulingError) async throws {
        let runner = try start(script)
        #expect(await failure { try await runner.load { _ in } } == expected)
        await runner.stop()
        #expect(kill(runner.child.identifier, 0) == -1)
    }

    @Test func stalledLoadTimesOut() async throws {
        let runner = try start("hang", timeout: .milliseconds(500))
        #expect(await failure { try await runner.load { _ in } }?.code == .loadTimedOut)
        await runner.stop()
    }

    @Test func cancelledLoadEndsTheProcess() async throws {
        let runner = try start("hang")
        let loading = Task { await failure { try await runner.load { _ in } } }
        try await Task.sleep(for: .milliseconds(50))
        loading.cancel()
        #expect(await loading.value == .cancelled)
        await runner.stop()
        #expect(kill(runner.child.identifier, 0) == -1)
    }

    @Test func missingExecutableIsAnError() {
        let launcher = RunnerProcessLauncher(executable: "/nonexistent/apus", arguments: []) { _ in
        }
        let error = #expect(throws: SchedulingError.self) {
            try launcher.launch(ModelSpecification(name: "", weights: .builtIn(name: "")))
        }
        #expect(error?.message.contains("/nonexistent/apus") == true)
    }

    // MARK: - Cleanliness

    @Test func childInheritsNothing() async throws {
        // A descriptor that is not marked to be closed.
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        try await withRunner { runner in
            let open = try await answer(runner, "descriptors").split(separator: " ").compactMap {
                Int32($0)
            }
            // Its own: 0, 1, 2, the wake pipe, the listing itself, and what its runtime opens.
            #expect(open.starts(with: [0, 1, 2]))
            #expect(open.count < 10)
            #expect(!open.contains(stray) || stray < 10)
        }
    }

    @Test func startingFailingAndStoppingLeavesNoDescriptor() async throws {
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        // Other tests open descriptors at the same time, so only growth that recurs is a leak.
        var leaks = true
        for _ in 0..<4 where leaks {
            let before = try descriptors()
            for round in 0..<20 {
                let runner = try start(round.isMultiple(of: 2) ? "vanish" : "refuse")
                _ = await failure { try await runner.load { _ in } }
                await runner.stop()
            }
            leaks = try descriptors() >= before + 20
        }
        #expect(!leaks)
    }
}
