import ApusInference
import ApusSampling
import Synchronization

/// A listener that keeps everything it hears and lets a test wait for the end.
final class Recorder: SequenceListener {
    struct Record: Sendable {
        var tokens: [Int32] = []
        var vector: [Float] = []
        var cachedTokens: Int?
        var ending: SequenceEnding?
    }

    private let record = Mutex(Record())
    private let ended: AsyncStream<Void>
    private let finish: AsyncStream<Void>.Continuation
    private let limit: Int
    private let onToken: @Sendable (Int) -> Void

    /// Wants no more than `limit` tokens; `onToken` hears how many there are.
    init(limit: Int = .max, onToken: @escaping @Sendable (Int) -> Void = { _ in }) {
        (ended, finish) = AsyncStream.makeStream()
        self.limit = limit
        self.onToken = onToken
    }

    /// What was heard until the end.
    func result() async -> Record {
        for await _ in ended {}
        return record.withLock { $0 }
    }

    func sequence(didShift tokens: Int) {}

    func sequenceDidStart(cachedTokens: Int) { record.withLock { $0.cachedTokens = cachedTokens } }

    func sequence(didSample token: SampledToken) -> Bool {
        let count = record.withLock {
            $0.tokens.append(token.token)
            return $0.tokens.count
        }
        onToken(count)
        return count < limit
    }

    func sequence(didEmbed vector: [Float]) { record.withLock { $0.vector = vector } }

    func sequenceDidEnd(_ ending: SequenceEnding) {
        record.withLock { $0.ending = ending }
        finish.finish()
    }
}
