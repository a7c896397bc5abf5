internal import ApusDialects
internal import Synchronization

/// Responses in the making, and the last of those that were streamed.
///
/// The events of the latter can be read again. Thread-safe.
final class BackgroundResponses: Sendable {
    private struct State {
        var runs: [String: BackgroundResponse] = [:]
        /// Identifiers of those that have ended, oldest first.
        var ended: [String] = []
    }

    private let state = Mutex(State())
    private let maximumEnded: Int

    /// Keeps the events of at most `maximumEnded` responses that have ended.
    init(maximumEnded: Int = 16) { self.maximumEnded = maximumEnded }

    /// The response of an identifier.
    func run(_ id: String) -> BackgroundResponse? { state.withLock { $0.runs[id] } }

    /// Keeps a response that begins.
    func add(_ run: BackgroundResponse, id: String) { state.withLock { $0.runs[id] = run } }

    /// Notes that a response has ended.
    func end(_ id: String) {
        state.withLock { state in
            guard let run = state.runs[id] else { return }
            guard run.keepsEvents else { return state.runs[id] = nil }
            state.ended.append(id)
            guard state.ended.count > maximumEnded else { return }
            state.runs[state.ended.removeFirst()] = nil
        }
    }

    /// Forgets a response, which is cancelled if it is still in the making.
    func remove(_ id: String) -> BackgroundResponse? {
        state.withLock { state in
            state.ended.removeAll { $0 == id }
            return state.runs.removeValue(forKey: id)
        }
    }
}
