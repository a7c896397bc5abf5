/// A wish to use a model.
package struct SchedulerRequest: Sendable, Equatable {
    /// The model, with the options it should be loaded with.
    package var specification: ModelSpecification
    /// How long it stays loaded afterwards; nil keeps what an earlier request said.
    package var keepAlive: KeepAlive?
    /// Bytes of memory that loading it is expected to take, mapped weights included.
    package var predictedBytes: Int64
    /// Whether nobody is waiting for the answer.
    ///
    /// Such a request waits behind all others, never makes a busy model go, does not count toward
    /// the length of the queue, and is asked to give its place back when somebody else needs it:
    /// see `Lease.untilWanted`.
    package var isBackground: Bool

    /// A wish to use a model.
    package init(
        specification: ModelSpecification,
        keepAlive: KeepAlive? = nil,
        predictedBytes: Int64,
        isBackground: Bool = false
    ) {
        self.specification = specification
        self.keepAlive = keepAlive
        self.predictedBytes = predictedBytes
        self.isBackground = isBackground
    }
}

/// A loaded model, as `ps` shows it.
package struct LoadedModelSummary: Sendable, Equatable {
    /// What it was loaded as; `name` is the first that was asked for.
    package var specification: ModelSpecification
    /// What its runner said about it.
    package var facts: ModelFacts
    /// Time until it is unloaded, if no request comes (or, while busy, once it is idle); nil for
    /// never.
    package var expiresIn: Duration?
    /// Requests under way.
    package var activeRequests: Int
}
