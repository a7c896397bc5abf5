internal import ApusConversation
internal import ApusDialects
internal import ApusStore
internal import Synchronization

/// What is in memory, and what is on disk.
extension MessageBatches {
    /// No line of requests or results is longer: Anthropic's limit for a whole batch.
    static let maximumLineBytes = 256 << 20

    /// The folder, made if need be.
    ///
    /// Throws: `StoreError`, `busy` when another server has it.
    func folder() async throws -> BatchFolder {
        guard let folder = try await open(makingFolder: true) else {
            throw StoreError(.system, "The folder of batches cannot be made.")
        }
        return folder
    }

    /// The folder, opened and read at the first call; nil when there is none and none is made.
    func open(makingFolder: Bool) async throws -> BatchFolder? {
        if let folder = state.withLock(\.folder) { return folder }
        let folder = try await blocking { [self] in
            try disk.withLock { _ -> BatchFolder? in
                if let folder = state.withLock(\.folder) { return folder }
                guard makingFolder || BatchFolder.exists(at: path) else { return nil }
                let folder = try BatchFolder(path: path)
                let entries = try load(from: folder)
                state.withLock { state in
                    state.folder = folder
                    state.entries = entries
                }
                return folder
            }
        }
        if folder != nil { wake.yield() }
        return folder
    }

    /// The batches on disk; those that were under way go on after their last whole result.
    private func load(
        from folder: BatchFolder
    ) throws(StoreError) -> [BatchIdentifier: Entry] {
        var entries: [BatchIdentifier: Entry] = [:]
        for identifier in try folder.identifiers() {
            // A record that cannot be read stays where it is, out of sight.
            guard let bytes = try? folder.record(of: identifier),
                let batch = AnthropicBatch(record: bytes), batch.id == identifier.description
            else { continue }
            var entry = Entry(
                identifier: identifier,
                batch: batch,
                bytes: folder.size(of: identifier)
            )
            if batch.status != .ended { try recount(&entry, in: folder) }
            entries[identifier] = entry
        }
        return entries
    }

    /// Counts the results of a batch and removes half a line at their end.
    private func recount(_ entry: inout Entry, in folder: BatchFolder) throws(StoreError) {
        let reader: BatchReader
        do {
            reader = try folder.reader(of: .results, entry.identifier)
        } catch  where error.code == .notFound {
            return
        }
        while let line = try reader.line(limit: Self.maximumLineBytes) {
            entry.counts.add(AnthropicBatchResult.kind(ofLine: line) ?? .errored)
        }
        try folder.cutResults(of: entry.identifier, to: reader.position)
    }

    /// Writes what is known of a batch now.
    func persist(_ identifier: BatchIdentifier) async throws {
        try await blocking { [self] in
            try disk.withLock { _ in
                let (folder, batch) = state.withLock { state in
                    (state.folder, state.entries[identifier]?.batch)
                }
                guard let folder, let batch else { return }
                try folder.replaceRecord(of: identifier, with: batch.record)
            }
        }
    }

    /// Removes results that have been kept long enough and, when there are too many batches, what
    /// is known of the oldest of those.
    func archive(in folder: BatchFolder) async throws {
        let time = now()
        let due = state.withLock { state in
            state.entries.values.filter { $0.batch.isDueForArchive(at: time) }.map(\.identifier)
        }
        for identifier in due {
            state.withLock { $0.entries[identifier]?.batch.archive(at: time) }
            try await persist(identifier)
            try await blocking { [self] in
                try disk.withLock { _ in
                    try folder.remove(.results, of: identifier)
                    let bytes = folder.size(of: identifier)
                    state.withLock { $0.entries[identifier]?.bytes = bytes }
                }
            }
        }
        let surplus = state.withLock { state in
            let count = max(0, state.entries.count + 1 - limits.batches)
            return Array(state.sorted.filter { $0.batch.archivedAt != nil }.prefix(count))
        }
        for entry in surplus { try await delete(entry.identifier.description) }
    }
}

extension AnthropicBatch {
    /// The batch as its file holds it.
    var record: [UInt8] { JSONSerializer().bytes(json) }

    /// Reads a file; nil when it holds no batch.
    init?(record: [UInt8]) {
        guard let json = try? JSONParser.parse(record),
            let batch = try? JSONValueDecoder().decode(AnthropicBatch.self, from: json)
        else { return nil }
        self = batch
    }
}
