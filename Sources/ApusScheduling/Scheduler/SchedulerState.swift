/// Which models are loaded, who waits for what, and who must go.
///
/// Pure: every method takes the time and returns what the owner must do. Rules, after Ollama's
/// scheduler:
/// - a model is known by its weights; a request whose adapters, projectors or runner options
///   differ has it loaded anew once the requests before it are done;
/// - one model is loaded at a time, in the order of requests; requests for models that are loaded
///   do not wait for that;
/// - room is made, one model at a time, when the number of models or the predicted memory asks
///   for it: the idle one that was unused longest goes, else a busy one takes no more requests;
/// - the keep-alive of the latest request that had one holds, and counts from the end of the last
///   request;
/// - background work waits behind all requests, makes only idle models go, and gives way.
struct SchedulerState: Sendable {
    typealias Key = ModelSpecification.Weights

    enum Action: Sendable, Equatable {
        /// Start a runner and load the model in it; report `loaded` or `loadFailed`.
        case load(runner: UInt64, ModelSpecification)
        /// End a runner, loading or loaded; report `stopped`.
        case stop(runner: UInt64)
        /// A request may use a runner until it reports `release`.
        case grant(waiter: UInt64, runner: UInt64, ModelFacts)
        case fail(waiter: UInt64, SchedulingError)
    }

    /// Context lengths that are tried in turn when memory is short and nobody asked for one.
    private static let contextTiers = [32_768, 4096]

    private let configuration: SchedulerConfiguration
    private let availableBytes: @Sendable () -> Int64?
    private(set) var entries: [Key: SchedulerEntry] = [:]
    /// Requests that no loaded model serves, first come first served.
    private(set) var pending: [SchedulerWaiter] = []
    private(set) var isShuttingDown = false
    private var lastRunner: UInt64 = 0

    init(
        configuration: SchedulerConfiguration,
        availableBytes: @escaping @Sendable () -> Int64?
    ) {
        self.configuration = configuration
        self.availableBytes = availableBytes
    }

    /// When `tick` should be called; nil when nothing expires.
    var deadline: Duration? { entries.values.compactMap(\.deadline).min() }

    /// Requests that wait, without background work and those for whom a model is being loaded first.
    var queueLength: Int {
        let length = { (waiters: [SchedulerWaiter]) in waiters.count { !$0.isBackground } }
        return entries.values.reduce(length(pending)) { sum, entry in
            sum + max(length(entry.waiting) - (entry.phase == .loading ? 1 : 0), 0)
        }
    }

    /// Whether background work on a runner should end early.
    func isWanted(runner: UInt64) -> Bool {
        key(of: runner).flatMap { entries[$0] }?.isWanted ?? false
    }

    // MARK: - From clients

    mutating func request(_ request: SchedulerRequest, id: UInt64, now: Duration) -> [Action] {
        guard !isShuttingDown else { return [.fail(waiter: id, .stopping)] }
        pending.enqueue(SchedulerWaiter(id: id, request: request))
        let actions = advance(now: now)
        if !request.isBackground, queueLength > configuration.maximumQueue,
            remove(waiter: id) != nil
        {
            return actions + [.fail(waiter: id, .queueFull)]
        }
        return actions
    }

    /// A client went away before it was served; loading that only it wanted is given up.
    mutating func cancel(waiter id: UInt64, now: Duration) -> [Action] {
        guard let key = remove(waiter: id) else { return [] }
        var actions: [Action] = [.fail(waiter: id, .cancelled)]
        if let entry = entries[key], entry.phase == .loading, entry.waiting.isEmpty {
            actions += stop(key)
        } else if entries[key]?.isIdle == true {
            actions += becameIdle(key, now: now)
        }
        return actions + advance(now: now)
    }

    /// A request has ended.
    mutating func release(
        runner: UInt64,
        isBackground: Bool = false,
        now: Duration
    ) -> [Action] {
        guard let key = key(of: runner), var entry = entries[key], entry.active > 0 else {
            return []
        }
        entry.active -= 1
        if isBackground { entry.activeBackground -= 1 }
        entry.lastUsed = now
        entries[key] = entry
        return serve(key, now: now) + becameIdle(key, now: now) + advance(now: now)
    }

    /// Unloads a model as soon as it is idle; false when it is not loaded.
    mutating func unload(_ key: Key, now: Duration) -> (found: Bool, actions: [Action]) {
        guard let entry = entries[key], entry.phase != .stopping else { return (false, []) }
        entries[key]?.keepAlive = .duration(.zero)
        return (true, becameIdle(key, now: now) + advance(now: now))
    }

    /// Refuses all that waits and whatever comes, and ends all runners, busy or not.
    mutating func shutDown() -> [Action] {
        isShuttingDown = true
        var actions = pending.map { Action.fail(waiter: $0.id, .stopping) }
        pending = []
        for (key, entry) in entries {
            actions += entry.waiting.map { .fail(waiter: $0.id, .stopping) }
            entries[key]?.waiting = []
            actions += stop(key)
        }
        return actions
    }

    // MARK: - From runners and the clock

    mutating func loaded(runner: UInt64, _ facts: ModelFacts, now: Duration) -> [Action] {
        guard let key = key(of: runner), entries[key]?.phase == .loading else { return [] }
        entries[key]?.phase = .ready(facts)
        entries[key]?.lastUsed = now
        return serve(key, now: now) + becameIdle(key, now: now) + advance(now: now)
    }

    /// Loading failed; for lack of memory it is tried again with less context, then alone.
    mutating func loadFailed(
        runner: UInt64,
        _ error: SchedulingError,
        now: Duration
    ) -> [Action] {
        guard let key = key(of: runner), let entry = entries[key], entry.phase == .loading else {
            return []
        }
        entries[key]?.waiting = []
        var actions = stop(key)
        if let again = remedy(for: entry, error) {
            pending.insert(contentsOf: again, at: 0)
        } else {
            actions += entry.waiting.map { .fail(waiter: $0.id, error) }
        }
        return actions + advance(now: now)
    }

    /// A loaded model's runner died or does not answer; those who wait for it get a new one.
    mutating func ended(runner: UInt64, now: Duration) -> [Action] {
        guard let key = key(of: runner), let entry = entries[key], entry.facts != nil else {
            return []
        }
        entries[key]?.waiting = []
        pending.insert(contentsOf: entry.waiting, at: 0)
        return stop(key) + advance(now: now)
    }

    /// A runner is gone and its memory is free.
    mutating func stopped(runner: UInt64, now: Duration) -> [Action] {
        guard let key = key(of: runner) else { return [] }
        entries[key] = nil
        return advance(now: now)
    }

    /// Unloads what has been idle long enough.
    mutating func tick(now: Duration) -> [Action] {
        var actions: [Action] = []
        for (key, entry) in entries {
            if let deadline = entry.deadline, deadline <= now { actions += stop(key) }
        }
        return actions + advance(now: now)
    }

    /// What is loaded, longest to stay first.
    func summaries(now: Duration) -> [LoadedModelSummary] {
        let loaded = entries.values.compactMap { entry -> LoadedModelSummary? in
            guard let facts = entry.facts else { return nil }
            return LoadedModelSummary(
                specification: entry.specification,
                facts: facts,
                expiresIn: entry.deadline.map { max($0 - now, .zero) } ?? entry.keepAlive.limit,
                activeRequests: entry.active
            )
        }
        return loaded.sorted { left, right in
            switch (left.expiresIn, right.expiresIn) {
            case (let left?, let right?) where left != right: left > right
            case (nil, .some): true
            case (.some, nil): false
            default: left.specification.name < right.specification.name
            }
        }
    }

    // MARK: - Waiting

    /// Hands pending requests to models that serve them and starts loading for the first of the
    /// others, as far as is possible now.
    private mutating func advance(now: Duration) -> [Action] {
        var actions: [Action] = []
        var remaining: [SchedulerWaiter] = []
        var isBlocked = isShuttingDown
        for waiter in pending {
            if entries[waiter.key]?.serves(waiter.request.specification) == true {
                actions += attach(waiter, now: now)
            } else if isBlocked {
                remaining.append(waiter)
            } else {
                let (isStarted, more) = start(waiter, now: now)
                actions += more
                if !isStarted {
                    remaining.append(waiter)
                    isBlocked = !waiter.isBackground
                }
            }
        }
        pending = remaining
        return actions
    }

    private mutating func attach(_ waiter: SchedulerWaiter, now: Duration) -> [Action] {
        if let keepAlive = waiter.request.keepAlive { entries[waiter.key]?.keepAlive = keepAlive }
        entries[waiter.key]?.waiting.enqueue(waiter)
        return serve(waiter.key, now: now)
    }

    /// Gives free places to those who wait for them.
    private mutating func serve(_ key: Key, now: Duration) -> [Action] {
        guard var entry = entries[key], let facts = entry.facts else { return [] }
        let places = min(max(facts.parallelSequences, 1) - entry.active, entry.waiting.count)
        guard places > 0 else { return [] }
        let actions = entry.waiting.prefix(places).map {
            Action.grant(waiter: $0.id, runner: entry.runner, facts)
        }
        entry.activeBackground += entry.waiting.prefix(places).count(where: \.isBackground)
        entry.waiting.removeFirst(places)
        entry.active += places
        entries[key] = entry
        return actions
    }

    /// Forgets a waiting request; returns the model it waited for.
    private mutating func remove(waiter id: UInt64) -> Key? {
        if let index = pending.firstIndex(where: { $0.id == id }) {
            return pending.remove(at: index).key
        }
        for (key, entry) in entries {
            if let index = entry.waiting.firstIndex(where: { $0.id == id }) {
                entries[key]?.waiting.remove(at: index)
                return key
            }
        }
        return nil
    }

    // MARK: - Loading and unloading

    /// Starts loading for a request, or does what must be done before; says whether it started.
    private mutating func start(
        _ waiter: SchedulerWaiter,
        now: Duration
    ) -> (isStarted: Bool, actions: [Action]) {
        if entries.values.contains(where: { $0.phase == .loading }) { return (false, []) }
        if waiter.isBackground, !mayStart(waiter) { return (false, []) }
        if waiter.needsEmptyMachine, !entries.isEmpty {
            return (false, entries.keys.flatMap { drain($0) })
        }
        if entries[waiter.key] != nil { return (false, drain(waiter.key)) }
        if entries.count >= configuration.modelLimit || !fits(waiter.request.predictedBytes) {
            let isMakingRoom = entries.values.contains { $0.isDraining || $0.phase == .stopping }
            guard !isMakingRoom, let victim = victim() else { return (false, []) }
            return (false, drain(victim))
        }
        lastRunner += 1
        entries[waiter.key] = SchedulerEntry(
            runner: lastRunner,
            specification: waiter.request.specification,
            waiting: [waiter],
            keepAlive: waiter.request.keepAlive ?? configuration.keepAlive,
            lastUsed: now
        )
        return (true, [.load(runner: lastRunner, waiter.request.specification)])
    }

    /// Whether loading for background work takes nothing from models that are in use.
    private func mayStart(_ waiter: SchedulerWaiter) -> Bool {
        if waiter.needsEmptyMachine { return entries.values.allSatisfy(\.isIdle) }
        if let entry = entries[waiter.key] { return entry.isIdle }
        let isFull =
            entries.count >= configuration.modelLimit || !fits(waiter.request.predictedBytes)
        return !isFull || entries.values.contains(where: \.isIdle)
    }

    /// Whether a model may be loaded beside the others; alone it is always tried.
    ///
    /// The weights of loaded models are page cache, which the system counts as available though
    /// they are in use, so they are taken off.
    private func fits(_ predicted: Int64) -> Bool {
        guard !entries.isEmpty, let available = availableBytes() else { return true }
        let inUse = entries.values.reduce(0.0) { $0 + Double($1.facts?.mappedBytes ?? 0) }
        return Double(predicted) <= configuration.memoryFraction * (Double(available) - inUse)
    }

    /// The model that makes room: idle and unused longest, else one that works in the background,
    /// else busy and least worth keeping.
    private func victim() -> Key? {
        let candidates = entries.filter { $0.value.facts != nil && !$0.value.isDraining }
        let idle = candidates.filter(\.value.isIdle)
        let oldest = idle.min { left, right in
            (left.value.lastUsed, left.value.runner) < (right.value.lastUsed, right.value.runner)
        }
        if let oldest { return oldest.key }
        if let background = candidates.first(where: \.value.isBackground) { return background.key }
        return candidates.min { left, right in
            switch (left.value.keepAlive.limit, right.value.keepAlive.limit) {
            case (let left?, let right?) where left != right: left < right
            case (nil, .some): false
            case (.some, nil): true
            default: left.value.runner < right.value.runner
            }
        }?.key
    }

    /// Lets a model go as soon as it has served those it has.
    private mutating func drain(_ key: Key) -> [Action] {
        entries[key]?.isDraining = true
        return entries[key]?.isIdle == true ? stop(key) : []
    }

    /// Unloads a model that has nothing to do, if it should not wait for its time.
    private mutating func becameIdle(_ key: Key, now: Duration) -> [Action] {
        guard let entry = entries[key], entry.isIdle else { return [] }
        let isOver = entry.deadline.map { $0 <= now } ?? false
        return entry.isDraining || isOver ? stop(key) : []
    }

    private mutating func stop(_ key: Key) -> [Action] {
        guard let entry = entries[key], entry.phase != .stopping else { return [] }
        entries[key]?.phase = .stopping
        return [.stop(runner: entry.runner)]
    }

    /// The waiters to try again with after a failure for lack of memory; nil when nothing helps.
    private func remedy(
        for entry: SchedulerEntry,
        _ error: SchedulingError
    ) -> [SchedulerWaiter]? {
        guard error.code == .outOfMemory, !isShuttingDown, let first = entry.waiting.first else {
            return nil
        }
        let options = entry.specification.options
        if !first.hasReducedContext, options.contextIsAutomatic, let length = options.contextLength,
            let lower = Self.contextTiers.first(where: { $0 < length })
        {
            return entry.waiting.map { waiter in
                var waiter = waiter
                waiter.hasReducedContext = true
                if waiter.request.specification.options.contextIsAutomatic {
                    waiter.request.specification.options.contextLength = lower
                }
                return waiter
            }
        }
        guard !first.needsEmptyMachine, entries.count > 1 else { return nil }
        return entry.waiting.map { waiter in
            var waiter = waiter
            waiter.needsEmptyMachine = true
            return waiter
        }
    }

    private func key(of runner: UInt64) -> Key? {
        entries.first { $0.value.runner == runner }?.key
    }

    /// What must hold between events; for tests.
    func checkInvariants() -> Bool {
        entries.values.filter { $0.phase == .loading }.count <= 1
            && entries.count <= configuration.modelLimit
            && entries.values.allSatisfy { entry in
                let places = max(entry.facts?.parallelSequences ?? 0, 1)
                return entry.active >= 0 && (entry.facts == nil || entry.active <= places)
                    && (entry.phase != .stopping || entry.waiting.isEmpty)
                    && (entry.facts == nil || entry.waiting.isEmpty || entry.active == places)
                    && (0...max(entry.active, 0)).contains(entry.activeBackground)
            }
    }
}
