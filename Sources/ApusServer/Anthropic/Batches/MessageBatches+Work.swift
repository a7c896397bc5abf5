internal import ApusDialects
internal import ApusScheduling
internal import ApusStore
internal import Logging
internal import Synchronization

/// The work: one request after the other, oldest batch first.
extension MessageBatches {
    /// Answers one request; its errors become results.
    typealias Answer = @Sendable (AnthropicBatchRequest.Item) async throws -> AnthropicMessage

    /// Works until the task is cancelled; a request under way is begun anew by the next server.
    func run(resuming: Bool, logger: Logger, _ answer: @escaping Answer) async {
        if resuming { wake.yield() }
        for await _ in wakes {
            do {
                guard let folder = try await open(makingFolder: false) else { continue }
                try await archive(in: folder)
                state.withLock { state in
                    for key in state.entries.keys { state.entries[key]?.isStalled = false }
                }
                while !Task.isCancelled, let entry = next() {
                    await work(on: entry, in: folder, logger, answer)
                }
            } catch {
                logger.warning("Batches are not worked on", metadata: ["error": "\(error)"])
            }
        }
    }

    private func next() -> Entry? {
        state.withLock { $0.sorted.first { $0.batch.status != .ended && !$0.isStalled } }
    }

    private func work(
        on entry: Entry,
        in folder: BatchFolder,
        _ logger: Logger,
        _ answer: @escaping Answer
    ) async {
        let identifier = entry.identifier
        do {
            let reader = try await blocking {
                let reader = try folder.reader(of: .requests, identifier)
                for _ in 0..<entry.done { _ = try reader.line(limit: Self.maximumLineBytes) }
                return reader
            }
            while true {
                if let fate = fate(of: identifier) {
                    try await giveUp(identifier, reader, in: folder, as: fate)
                    break
                }
                let line = try await blocking { try reader.line(limit: Self.maximumLineBytes) }
                guard let line else { break }
                let item = try Self.item(line)
                guard let outcome = await outcome(of: item, identifier, answer) else {
                    return stall(identifier)
                }
                try await note([AnthropicBatchResult(item, outcome)], identifier, in: folder)
            }
            try await end(identifier, in: folder)
        } catch {
            logger.error(
                "A batch cannot be worked on",
                metadata: ["batch": "\(identifier)", "error": "\(error)"]
            )
            stall(identifier)
        }
    }

    /// Why the rest of a batch is not to be answered; nil when it is.
    private func fate(of identifier: BatchIdentifier) -> AnthropicBatchResult.Outcome? {
        let time = now()
        return state.withLock { state in
            guard let batch = state.entries[identifier]?.batch else { return .canceled }
            if batch.status == .canceling { return .canceled }
            return batch.expiresAt <= time ? .expired : nil
        }
    }

    /// Answers one request; nil when the server is ending.
    private func outcome(
        of item: AnthropicBatchRequest.Item,
        _ identifier: BatchIdentifier,
        _ answer: @escaping Answer
    ) async -> AnthropicBatchResult.Outcome? {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        let expiry = state.withLock { state in
            state.current = (identifier, stop)
            return state.entries[identifier]?.batch.expiresAt
        }
        defer { state.withLock { $0.current = nil } }
        if fate(of: identifier) != nil { stop.finish() }
        let left = Duration.seconds(max(0, (expiry ?? now()).seconds - now().seconds))
        return await withTaskGroup { group in
            group.addTask {
                for await _ in stops {}
                return Task.isCancelled ? nil : AnthropicBatchResult.Outcome.canceled
            }
            group.addTask {
                try? await Task.sleep(for: left)
                return Task.isCancelled ? nil : .expired
            }
            group.addTask { await Self.outcome(of: item, answer) }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static func outcome(
        of item: AnthropicBatchRequest.Item,
        _ answer: @escaping Answer
    ) async -> AnthropicBatchResult.Outcome? {
        do {
            return .succeeded(try await answer(item))
        } catch is CancellationError {
            return nil
        } catch let error as SchedulingError
            where error.code == .stopping || error.code == .cancelled
        {
            return nil
        } catch {
            let requestID = AnthropicIdentifier.make("req")
            return .errored(AnthropicFailureMapping(of: error).error, requestID: requestID)
        }
    }

    /// Notes for all requests that are left that they were not answered.
    private func giveUp(
        _ identifier: BatchIdentifier,
        _ reader: BatchReader,
        in folder: BatchFolder,
        as outcome: AnthropicBatchResult.Outcome
    ) async throws {
        while true {
            let results = try await blocking {
                var results: [AnthropicBatchResult] = []
                while results.count < 4096,
                    let line = try reader.line(limit: Self.maximumLineBytes)
                {
                    results.append(AnthropicBatchResult(try Self.item(line), outcome))
                }
                return results
            }
            if results.isEmpty { return }
            try await note(results, identifier, in: folder)
        }
    }

    /// Writes and counts results.
    private func note(
        _ results: [AnthropicBatchResult],
        _ identifier: BatchIdentifier,
        in folder: BatchFolder
    ) async throws {
        try await blocking { [self] in
            let lines = results.flatMap { Array($0.line.utf8) }
            try folder.append(lines, toResultsOf: identifier)
            state.withLock { state in
                for result in results {
                    state.entries[identifier]?.counts.add(result.outcome.kind)
                }
                state.entries[identifier]?.bytes += Int64(lines.count)
            }
        }
    }

    /// Ends a batch; its requests are not needed any more.
    private func end(_ identifier: BatchIdentifier, in folder: BatchFolder) async throws {
        let time = now()
        try await blocking { [self] in
            try disk.withLock { _ in
                guard var entry = state.withLock({ $0.entries[identifier] }) else { return }
                entry.batch.end(
                    at: time,
                    counts: entry.counts,
                    resultsURL: "/v1/messages/batches/\(identifier)/results"
                )
                try folder.replaceRecord(of: identifier, with: entry.batch.record)
                try folder.remove(.requests, of: identifier)
                entry.bytes = folder.size(of: identifier)
                let ended = entry
                state.withLock { $0.entries[identifier] = ended }
            }
        }
    }

    private func stall(_ identifier: BatchIdentifier) {
        state.withLock { $0.entries[identifier]?.isStalled = true }
    }

    private static func item(_ line: [UInt8]) throws(StoreError) -> AnthropicBatchRequest.Item {
        guard let item = AnthropicBatchRequest.Item(line: line) else {
            throw StoreError(.system, "A line of a batch holds no request.")
        }
        return item
    }
}

extension AnthropicBatchResult {
    fileprivate init(_ item: AnthropicBatchRequest.Item, _ outcome: Outcome) {
        self.init(customID: item.customID, outcome: outcome)
    }
}
