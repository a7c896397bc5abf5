internal import ApusConversation

/// What a runner says, made fit for the wire.
struct RunnerOutlet: Sendable {
    /// Bytes that may wait before whoever has something to say must wait too.
    static let maximumPendingBytes = 8 << 20
    /// Stands for the logarithm of a probability of zero, which JSON cannot spell.
    static let smallestLogProbability: Float = -9999

    let socket: FrameSocket

    /// Sends a message; waits while the server does not read.
    ///
    /// Nothing happens once the server is gone.
    func send(_ message: RunnerMessage) {
        while socket.pendingBytes > Self.maximumPendingBytes {
            SystemCall.pause(milliseconds: 1)
        }
        do {
            _ = try socket.send(message, limit: .max)
        } catch {
            // Only the size can be wrong, and an error is small.
            guard let id = message.requestID else { return }
            let failure = RunnerMessage.requestFailed(id: id, error: .init(wrapping: error))
            _ = try? socket.send(failure, limit: .max)
        }
    }

    /// Sends an event, its log-probabilities made finite.
    func send(_ event: GenerationEvent, of id: UInt64) {
        guard case .logProbabilities(var entries) = event else {
            return send(.event(id: id, event: event))
        }
        for index in entries.indices {
            limit(&entries[index].chosen)
            for place in entries[index].alternatives.indices {
                limit(&entries[index].alternatives[place])
            }
        }
        send(.event(id: id, event: .logProbabilities(entries)))
    }

    private func limit(_ candidate: inout TokenLogProbability.Candidate) {
        let value = candidate.logProbability
        candidate.logProbability =
            value.isFinite ? max(value, Self.smallestLogProbability) : Self.smallestLogProbability
    }
}

extension RunnerMessage {
    /// The request a message belongs to.
    var requestID: UInt64? {
        switch self {
        case .event(let id, _), .completed(let id), .requestFailed(let id, _),
            .embeddings(let id, _), .tokens(let id, _), .text(let id, _), .pong(let id, _):
            id
        case .loading, .loaded, .failed: nil
        }
    }
}
