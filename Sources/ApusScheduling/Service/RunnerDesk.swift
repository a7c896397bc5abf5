internal import ApusConversation
internal import Synchronization

/// Works on commands, each in its own task, and knows which requests are under way.
final class RunnerDesk: Sendable {
    private struct State {
        var model: (any LoadedModel)?
        var isLoading = false
        var progress = -1.0
        /// Requests under way, and how to end them.
        var requests: [UInt64: CancellationSignal] = [:]
    }

    /// Smaller steps of loading are not reported.
    private static let progressStep = 0.005

    private let backend: any RunnerBackend
    private let outlet: RunnerOutlet
    private let state = Mutex(State())

    init(backend: any RunnerBackend, outlet: RunnerOutlet) {
        self.backend = backend
        self.outlet = outlet
    }

    /// Notes a request before a task works on it, or ends the one that is cancelled.
    func register(_ command: RunnerCommand) {
        switch command {
        case .generate(let id, _), .embed(let id, _), .tokenize(let id, _, _),
            .detokenize(let id, _):
            state.withLock { $0.requests[id] = CancellationSignal() }
        case .cancel(let id): state.withLock { $0.requests[id] }?.fire()
        case .load, .ping, .shutdown: break
        }
    }

    /// Does what a registered command says; returns when it is done.
    func handle(_ command: RunnerCommand) async {
        switch command {
        case .load(let specification): await load(specification)
        case .generate(let id, let request):
            await work(id) { [outlet] model in
                try await model.generate(request) { outlet.send($0, of: id) }
                return .completed(id: id)
            }
        case .embed(let id, let request):
            await work(id) { model in
                let result = try await model.embed(request)
                guard result.vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
                    throw SchedulingError(
                        .invalidRequest,
                        "embedding contains NaN or Inf values"
                    )
                }
                return .embeddings(id: id, result: result)
            }
        case .tokenize(let id, let text, let asPrompt):
            await work(id) { model in
                .tokens(id: id, tokens: try await model.tokenize(text, asPrompt: asPrompt))
            }
        case .detokenize(let id, let tokens):
            await work(id) { .text(id: id, text: try await $0.detokenize(tokens)) }
        case .ping(let id):
            let idle = RunnerStatus(activeSequences: 0, queuedSequences: 0)
            outlet.send(.pong(id: id, status: state.withLock { $0.model }?.status() ?? idle))
        case .cancel, .shutdown: break
        }
    }

    private func load(_ specification: ModelSpecification) async {
        let isFirst = state.withLock { state in
            defer { state.isLoading = true }
            return !state.isLoading
        }
        guard isFirst else {
            return outlet.send(.failed(.init(.internalError, "A runner loads only once.")))
        }
        do {
            let model = try await backend.load(specification) { self.report(progress: $0) }
            state.withLock { $0.model = model }
            outlet.send(.loaded(model.facts))
        } catch {
            outlet.send(.failed(.init(wrapping: error)))
        }
    }

    private func report(progress: Double) {
        let isNews = state.withLock { state in
            guard progress >= state.progress + Self.progressStep || progress < state.progress else {
                return false
            }
            state.progress = progress
            return true
        }
        if isNews, progress.isFinite { outlet.send(.loading(progress: progress)) }
    }

    /// Runs one request under its signal and sends its final message.
    private func work(
        _ id: UInt64,
        _ body: @escaping @Sendable (any LoadedModel) async throws -> RunnerMessage
    ) async {
        let (model, signal) = state.withLock { ($0.model, $0.requests[id]) }
        defer { state.withLock { $0.requests[id] = nil } }
        guard let model, let signal else {
            let error = SchedulingError(.internalError, "The runner's model is not loaded.")
            return outlet.send(.requestFailed(id: id, error: error))
        }
        await signal.cancelling { [outlet] in
            do {
                outlet.send(try await body(model))
            } catch {
                outlet.send(.requestFailed(id: id, error: .init(wrapping: error)))
            }
        }
    }
}
