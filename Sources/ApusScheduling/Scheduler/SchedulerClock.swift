/// Where the scheduler's time comes from, so that tests can pass hours at once.
package protocol SchedulerClock: Sendable {
    /// Time since some fixed moment; never goes back.
    var now: Duration { get }
    /// Returns at that time, or throws when the task is cancelled.
    func sleep(until time: Duration) async throws
}

/// The system's clock, which goes on while the machine sleeps.
package struct SystemClock: SchedulerClock {
    private static let origin = ContinuousClock.now

    /// The clock; all instances agree.
    package init() {}

    /// Time since the clock was first used.
    package var now: Duration { Self.elapsed }

    static var elapsed: Duration { origin.duration(to: .now) }

    /// Returns at that time, or throws when the task is cancelled.
    package func sleep(until time: Duration) async throws {
        try await Task.sleep(until: Self.origin.advanced(by: time), clock: .continuous)
    }
}
