package import ApusModels
package import ApusTensors
private import Dispatch
private import Synchronization

/// Computes sequences with one model, many at a time.
///
/// One thread owns everything mutable: the sequences, the cache, the backend. Others hand it
/// requests and hear of results through listeners. Sequences join and leave between steps
/// (continuous batching, Yu and others 2022); what they compute goes into pages that later sequences
/// with the same beginning use again.
package final class Engine: Sendable {
    /// Sizes of an engine.
    package struct Configuration: Sendable {
        /// Positions of one sequence.
        package var contextLength: Int
        /// Sequences that are computed at the same time; more of them wait.
        package var parallelSequences: Int
        /// Rows of a step at most.
        package var batchSize: Int

        package init(contextLength: Int, parallelSequences: Int = 1, batchSize: Int = 512) {
            self.contextLength = contextLength
            self.parallelSequences = parallelSequences
            self.batchSize = batchSize
        }

        /// Cache pages for that many full sequences.
        package var pages: Int {
            (contextLength + KVCache.pageTokens - 1) / KVCache.pageTokens * parallelSequences
        }
    }

    /// The sizes it was made with.
    package let configuration: Configuration
    private let mailbox = Mutex(Mailbox())
    private let signal = DispatchSemaphore(value: 0)

    private struct Mailbox {
        var arrivals: [EngineSequence] = []
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
        var isStopped = false
        var active = 0
    }

    /// Starts an engine and its thread.
    ///
    /// - Throws: `TensorError` when there is no room for the cache.
    package init(
        model: any LanguageModel,
        backend: sending any Backend,
        configuration: Configuration
    ) throws {
        precondition(configuration.contextLength > 0 && configuration.parallelSequences > 0)
        self.configuration = configuration
        let loop = EngineLoop(
            model: model,
            backend: backend,
            cache: try KVCache(layers: model.shape.cache, pages: configuration.pages),
            configuration: configuration
        )
        let handoff = Handoff(loop: loop)
        let queue = DispatchQueue(label: "apus.engine")
        queue.async { [self] in serve(handoff.loop) }
    }

    private struct Handoff: @unchecked Sendable {
        // Safe: made on one thread, used on the engine's thread only, once.
        let loop: EngineLoop
    }

    /// Sequences being computed and waiting.
    ///
    /// Thread-safe.
    package var load: (active: Int, waiting: Int) {
        mailbox.withLock { ($0.active, $0.arrivals.count) }
    }

    /// Hands in a sequence; its listener hears the rest.
    ///
    /// Thread-safe.
    ///
    /// Precondition: 1 to `contextLength` tokens, all of the vocabulary.
    ///
    /// - Returns: the number under which it can be cancelled.
    @discardableResult
    package func submit(_ request: SequenceRequest) -> UInt64 {
        precondition(1...configuration.contextLength ~= request.tokens.count, "tokens")
        let (id, isStopped) = mailbox.withLock { mailbox in
            mailbox.nextID += 1
            if !mailbox.isStopped {
                mailbox.arrivals.append(EngineSequence(id: mailbox.nextID, request: request))
            }
            return (mailbox.nextID, mailbox.isStopped)
        }
        if isStopped { request.listener.sequenceDidEnd(.cancelled) }
        signal.signal()
        return id
    }

    /// Ends a sequence before the next step.
    ///
    /// Thread-safe; unknown numbers are ignored.
    package func cancel(_ id: UInt64) {
        mailbox.withLock { _ = $0.cancelled.insert(id) }
        signal.signal()
    }

    /// Ends every sequence and the thread.
    ///
    /// Thread-safe.
    package func stop() {
        mailbox.withLock { $0.isStopped = true }
        signal.signal()
    }

    private func serve(_ loop: EngineLoop) {
        while true {
            if loop.isIdle {
                loop.rest()
                signal.wait()
            }
            let (arrivals, cancelled, isStopped) = mailbox.withLock { mailbox in
                let room =
                    mailbox.isStopped
                    ? mailbox.arrivals.count
                    : configuration.parallelSequences - loop.sequences.count
                let entering = Array(mailbox.arrivals.prefix(room))
                mailbox.arrivals.removeFirst(entering.count)
                mailbox.active = loop.sequences.count + entering.count
                let cancelled = mailbox.cancelled
                mailbox.cancelled = []
                return (entering, cancelled, mailbox.isStopped)
            }
            loop.add(arrivals)
            if !cancelled.isEmpty { drop(cancelled, from: loop) }
            if isStopped { return loop.endAll(.cancelled) }
            loop.step()
            mailbox.withLock { $0.active = loop.sequences.count }
        }
    }

    /// Ends cancelled sequences, those that still wait included.
    private func drop(_ cancelled: Set<UInt64>, from loop: EngineLoop) {
        let waiting = mailbox.withLock { mailbox in
            let dropped = mailbox.arrivals.filter { cancelled.contains($0.id) }
            mailbox.arrivals.removeAll { cancelled.contains($0.id) }
            return dropped
        }
        for sequence in waiting { sequence.listener.sequenceDidEnd(.cancelled) }
        loop.end(cancelled)
    }
}
