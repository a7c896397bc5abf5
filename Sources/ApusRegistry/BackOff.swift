/// The pauses between attempts, and when to give up.
struct BackOff {
    private let policy: RegistryPolicy
    private var failures = 0
    private var furthest: Int64 = 0

    init(_ policy: RegistryPolicy) { self.policy = policy }

    /// Forgets the failures: there was progress.
    mutating func reset() { failures = 0 }

    /// Forgets the failures if `position` is further than ever: what is done over is no progress.
    mutating func reset(at position: Int64) {
        guard position > furthest else { return }
        furthest = position
        failures = 0
    }

    /// Waits before the next attempt.
    ///
    /// Throws: `error` when it will not pass or there were enough attempts; `CancellationError`.
    mutating func pause(after error: RegistryError) async throws {
        try Task.checkCancellation()
        guard error.isPassing else { throw error }
        failures += 1
        guard failures < policy.attempts else {
            throw RegistryError(error.code, "max retries exceeded: \(error.message)")
        }
        var pause = policy.firstPause * (1 << min(failures - 1, 16))
        // Different clients shall not come back at the same moment.
        pause = min(pause, policy.longestPause) * Double.random(in: 0.5...1.0)
        if let wish = error.retryAfter { pause = max(pause, min(wish, policy.longestPause)) }
        try await Task.sleep(for: pause)
    }

    /// Does `work` again while it fails in ways that pass, with growing pauses.
    ///
    /// Throws: the last failure, after `policy.attempts`.
    static func retrying<Value: Sendable>(
        _ policy: RegistryPolicy,
        _ work: () async throws -> Value
    ) async throws -> Value {
        var backOff = BackOff(policy)
        while true {
            do {
                return try await work()
            } catch let error as RegistryError {
                try await backOff.pause(after: error)
            }
        }
    }
}
