internal import ApusStore
internal import Synchronization

/// How far each layer has come, written by many and read by the one who reports.
final class ProgressBoard: Sendable {
    private struct Row {
        /// What is done, as people read it.
        let status: String
        /// Tells the row from others.
        let key: String
        var total: Int64
        var completed: Int64 = 0
        var isBegun = false
        var isChanged = false
    }

    private let rows: Mutex<[Row]>

    /// A board for layers to which `verb` (`pulling`, `pushing`) is done.
    init(_ verb: String, _ layers: [Layer]) {
        rows = Mutex(
            layers.map { layer in
                Row(
                    status: "\(verb) \(layer.digest.hex.prefix(12))",
                    key: layer.digest.description,
                    total: layer.sizeBytes
                )
            }
        )
    }

    /// A board for files that are pulled, by their digests where those are known.
    init(_ files: [RemoteFile]) {
        rows = Mutex(
            files.map { file in
                Row(
                    status: "pulling \(file.digest.map { String($0.hex.prefix(12)) } ?? file.name)",
                    key: file.digest?.description ?? file.name,
                    total: file.sizeBytes
                )
            }
        )
    }

    /// Notes that a file is begun again, and how many bytes it has now.
    func restart(_ index: Int, total: Int64) {
        rows.withLock { rows in
            rows[index].total = total
            rows[index].completed = 0
            rows[index].isChanged = true
        }
    }

    /// Notes that a layer has this many bytes.
    func set(_ index: Int, _ completed: Int64) {
        rows.withLock { rows in
            rows[index].completed = min(max(0, completed), rows[index].total)
            rows[index].isBegun = true
            rows[index].isChanged = true
        }
    }

    /// Notes that a layer has this many bytes more.
    func add(_ index: Int, _ bytes: Int) {
        rows.withLock { rows in
            let (sum, overflowed) = rows[index].completed.addingReportingOverflow(Int64(bytes))
            rows[index].completed = overflowed ? rows[index].total : min(sum, rows[index].total)
            rows[index].isBegun = true
            rows[index].isChanged = true
        }
    }

    /// Notes that a layer is done.
    func finish(_ index: Int) {
        rows.withLock { rows in
            rows[index].completed = rows[index].total
            rows[index].isBegun = true
            rows[index].isChanged = true
        }
    }

    /// Reports of what changed since the last call, in the order of the layers.
    func changes() -> [RegistryProgress] {
        rows.withLock { rows in
            var changes: [RegistryProgress] = []
            for index in rows.indices where rows[index].isChanged {
                rows[index].isChanged = false
                let row = rows[index]
                changes.append(
                    RegistryProgress(
                        row.status,
                        digest: row.key,
                        total: row.total,
                        completed: row.completed == 0 ? nil : row.completed
                    )
                )
            }
            return changes
        }
    }

    /// Runs `work` and reports what it notes here, to the last change.
    func reporting(
        every interval: Duration,
        to report: @escaping RegistryClient.Report,
        _ work: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: work)
            group.addTask {
                while true {
                    try await Task.sleep(for: interval)
                    for change in self.changes() { try await report(change) }
                }
            }
            defer { group.cancelAll() }
            // Only the work ends by itself; whoever reports ends with an error.
            try await group.next()
        }
        for change in changes() { try await report(change) }
    }
}
