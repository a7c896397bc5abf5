import ApusConversation
import Testing

@testable import ApusScheduling

/// Transcripts: what the server asks and the runner says, and what must follow.
@Suite struct RunnerSessionTests {
    private static let specification = ModelSpecification(name: "m", weights: .builtIn(name: "m"))
    private static let facts = ModelFacts(
        contextLength: 8,
        trainContextLength: 8,
        parallelSequences: 1,
        capabilities: [],
        mappedBytes: 0,
        allocatedBytes: 0
    )

    private func readySession() throws -> RunnerSession {
        var session = RunnerSession(loadTimeout: .seconds(10))
        let sent = try session.load(Self.specification, now: .zero)
        #expect(sent == [.send(.load(Self.specification))])
        #expect(session.receive(.loaded(Self.facts), now: .zero) == [.loaded(Self.facts)])
        return session
    }

    @Test func loadingAnsweringAndEnding() throws {
        var session = try readySession()
        let first = try session.begin(.generation)
        let second = try session.begin(.embeddings)
        #expect(
            session.receive(.event(id: first, event: .content("a")), now: .zero) == [
                .event(first, .content("a"))
            ]
        )
        let vectors = RunnerMessage.embeddings(
            id: second,
            result: EmbeddingResult(vectors: [], tokens: 0)
        )
        #expect(session.receive(vectors, now: .zero) == [.reply(second, vectors)])
        #expect(
            session.receive(.completed(id: first), now: .zero) == [
                .reply(first, .completed(id: first))
            ]
        )
        #expect(session.requests.isEmpty)

        #expect(session.stop(because: .unloaded, now: .seconds(1)) == [.send(.shutdown)])
        #expect(session.deadline == .seconds(3))
        #expect(session.exited(.exited(0), detail: nil).isEmpty)
        #expect(throws: SchedulingError.unloaded) { try session.begin(.text) }
    }

    @Test func progressAndLogLinesPutTheStallTimeoutOff() throws {
        var session = RunnerSession(loadTimeout: .seconds(10))
        _ = try session.load(Self.specification, now: .zero)
        #expect(session.deadline == .seconds(10))
        #expect(session.receive(.loading(progress: 0.5), now: .seconds(8)) == [.progress(0.5)])
        #expect(session.deadline == .seconds(18))
        session.receiveLine(now: .seconds(17))
        #expect(session.tick(now: .seconds(26), detail: nil).isEmpty)
        let actions = session.tick(now: .seconds(27), detail: "error: slow disk")
        #expect(
            actions == [
                .loadFailed(
                    SchedulingError(
                        .loadTimedOut,
                        "timed out waiting for the model runner to start - 50% loaded"
                            + " - error: slow disk"
                    )
                ), .kill,
            ]
        )
        #expect(session.hasEnded && session.isLeaving)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)])
    func zeroTimeoutWaitsForEver(_ timeout: Duration) throws {
        var session = RunnerSession(loadTimeout: timeout)
        _ = try session.load(Self.specification, now: .zero)
        #expect(session.deadline == nil)
        #expect(session.tick(now: .seconds(1_000_000), detail: nil).isEmpty)
    }

    @Test func crashFailsEveryRequestWithTheLastError() throws {
        var session = try readySession()
        let first = try session.begin(.generation)
        let second = try session.begin(.tokens)
        session.socketEnded(now: .seconds(5))
        #expect(throws: SchedulingError.self) { try session.begin(.generation) }
        let error = SchedulingError(
            .runnerStopped,
            "model runner has unexpectedly stopped, this may be due to resource limitations or an "
                + "internal error, check ollama server logs for details: Fatal error: x"
        )
        #expect(
            session.exited(.signalled(4), detail: "Fatal error: x") == [
                .requestFailed(first, error), .requestFailed(second, error),
            ]
        )
        #expect(session.phase == .ended)
    }

    @Test func crashWhileLoadingSaysHow() throws {
        var session = RunnerSession(loadTimeout: .zero)
        _ = try session.load(Self.specification, now: .zero)
        session.socketEnded(now: .zero)
        #expect(
            session.exited(.exited(3), detail: "bad magic") == [
                .loadFailed(
                    SchedulingError(
                        .runnerStopped,
                        "model runner process has terminated: exit status 3: bad magic"
                    )
                )
            ]
        )
    }

    @Test func killWhileLoadingCountsAsLackOfMemory() throws {
        var session = RunnerSession(loadTimeout: .zero)
        _ = try session.load(Self.specification, now: .zero)
        let actions = session.exited(.signalled(9), detail: nil)
        guard case .loadFailed(let error)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(error.code == .outOfMemory && actions.count == 1)
    }

    @Test func runnerThatDoesNotEndIsKilled() throws {
        var session = try readySession()
        let id = try session.begin(.generation)
        #expect(
            session.stop(because: .unloaded, now: .zero) == [
                .requestFailed(id, .unloaded), .send(.shutdown),
            ]
        )
        #expect(session.stop(because: .unloaded, now: .zero).isEmpty)
        #expect(session.tick(now: RunnerSession.grace - .nanoseconds(1), detail: nil).isEmpty)
        #expect(session.tick(now: RunnerSession.grace, detail: nil) == [.kill])
        #expect(session.tick(now: .seconds(60), detail: nil).isEmpty)
        #expect(session.isLeaving)
        #expect(session.exited(.signalled(9), detail: nil).isEmpty)
    }

    @Test func answerToACancelledRequestIsIgnored() throws {
        var session = try readySession()
        let id = try session.begin(.generation)
        #expect(session.cancel(id) == [.send(.cancel(id: id))])
        #expect(session.cancel(id).isEmpty)
        #expect(session.receive(.event(id: id, event: .content("x")), now: .zero).isEmpty)
        #expect(session.receive(.requestFailed(id: id, error: .cancelled), now: .zero).isEmpty)
        #expect(session.receive(.completed(id: id), now: .zero).isEmpty)
        #expect(session.phase == .ready)
    }

    @Test func unansweredPingFailsAlone() throws {
        var session = try readySession()
        let id = try session.begin(.pong(deadline: .seconds(4)))
        #expect(session.deadline == .seconds(4))
        #expect(session.tick(now: .seconds(3), detail: nil).isEmpty)
        let actions = session.tick(now: .seconds(4), detail: nil)
        #expect(actions.count == 1)
        #expect(session.phase == .ready && session.requests[id] == nil && session.deadline == nil)
    }

    @Test(
        arguments: [
            .completed(id: 1), .completed(id: 2), .completed(id: 0),
            .event(id: 9, event: .content("")),
            .event(id: 1, event: .content("")), .tokens(id: 1, tokens: []),
            .pong(id: 1, status: RunnerStatus(activeSequences: 0, queuedSequences: 0)),
            .loaded(facts), .loading(progress: 1), .failed(.cancelled),
            .requestFailed(id: 2, error: .cancelled),
        ] as [RunnerMessage]
    )
    func messageOutOfPlaceEndsTheRunner(_ message: RunnerMessage) throws {
        var session = try readySession()
        let id = try session.begin(.embeddings)
        let actions = session.receive(message, now: .zero)
        guard case .requestFailed(id, let error)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(error.code == .protocolViolation)
        #expect(actions.last == .kill && actions.count == 2)
        #expect(session.receive(message, now: .zero).isEmpty)
    }

    @Test func loadFailureReachesTheLoaderOnce() throws {
        var session = RunnerSession(loadTimeout: .seconds(1))
        _ = try session.load(Self.specification, now: .zero)
        let error = SchedulingError(.unsupportedModel, "x")
        #expect(
            session.receive(.failed(error), now: .zero) == [.loadFailed(error), .send(.shutdown)]
        )
        #expect(session.exited(.exited(0), detail: nil).isEmpty)
        #expect(throws: error) { try session.begin(.generation) }
    }

    @Test func nothingWorksBeforeLoadingAndLoadingWorksOnce() throws {
        var session = RunnerSession(loadTimeout: .zero)
        #expect(throws: SchedulingError.self) { try session.begin(.generation) }
        _ = try session.load(Self.specification, now: .zero)
        #expect(throws: SchedulingError.self) {
            try session.load(Self.specification, now: .zero)
        }
    }
}
