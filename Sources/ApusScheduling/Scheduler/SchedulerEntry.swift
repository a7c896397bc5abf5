/// A model that is being loaded, is loaded, or is being unloaded.
struct SchedulerEntry: Sendable {
    enum Phase: Sendable, Equatable {
        /// Next: `ready`, `stopping`.
        case loading
        /// Next: `stopping`.
        case ready(ModelFacts)
        /// Its runner is ending; takes no more requests. The entry goes when that is done.
        case stopping
    }

    /// Which runner carries it; never used twice.
    let runner: UInt64
    let specification: ModelSpecification
    var phase = Phase.loading
    /// Requests under way.
    var active = 0
    /// How many of them are background work.
    var activeBackground = 0
    /// Requests that wait for loading or for a place, first come first served.
    var waiting: [SchedulerWaiter] = []
    /// Whether it must go once it has served those it has: it makes room, or is loaded anew.
    var isDraining = false
    var keepAlive: KeepAlive
    /// When it became idle, or was started; the order in which idle models make room.
    var lastUsed: Duration

    var facts: ModelFacts? {
        if case .ready(let facts) = phase { facts } else { nil }
    }

    var isIdle: Bool { facts != nil && active == 0 && waiting.isEmpty }

    /// Whether nobody is waiting for what it does.
    var isBackground: Bool {
        facts != nil && active == activeBackground && waiting.allSatisfy(\.isBackground)
    }

    /// Whether its background work should make room for requests that wait.
    var isWanted: Bool { isDraining || waiting.contains { !$0.isBackground } }

    /// When it is unloaded if nothing happens; nil while busy, and for ever.
    var deadline: Duration? {
        guard isIdle, let limit = keepAlive.limit else { return nil }
        return lastUsed + limit
    }

    /// Whether a request can be served as the model is loaded.
    func serves(_ wanted: ModelSpecification) -> Bool {
        guard phase != .stopping, !isDraining else { return false }
        let loaded = specification.options
        let other = wanted.options
        return specification.adapters == wanted.adapters
            && specification.projectors == wanted.projectors
            && loaded.batchSize == other.batchSize && loaded.threads == other.threads
            && loaded.usesMemoryMap == other.usesMemoryMap
            && (loaded.contextIsAutomatic && other.contextIsAutomatic
                || contextLength(of: loaded) == contextLength(of: other))
    }

    /// The length that options come to in this model, which cannot exceed what it was trained
    /// for.
    private func contextLength(of options: RunnerOptions) -> Int? {
        guard let facts else { return options.contextLength }
        let length = options.contextLength ?? facts.contextLength
        return facts.trainContextLength > 0 ? min(length, facts.trainContextLength) : length
    }
}

/// A request that waits.
struct SchedulerWaiter: Sendable, Equatable {
    let id: UInt64
    var request: SchedulerRequest
    /// Whether loading was tried before and failed for lack of memory with this remedy ahead.
    var hasReducedContext = false
    var needsEmptyMachine = false

    var isBackground: Bool { request.isBackground }

    /// What tells models apart: two names for the same weights share a runner.
    var key: ModelSpecification.Weights { request.specification.weights }
}

extension [SchedulerWaiter] {
    /// Adds a waiter behind those before it, background work behind everybody.
    mutating func enqueue(_ waiter: SchedulerWaiter) {
        let position = waiter.isBackground ? nil : firstIndex(where: \.isBackground)
        insert(waiter, at: position ?? endIndex)
    }
}
