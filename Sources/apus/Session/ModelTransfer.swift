internal import ApusClient
internal import ApusDialects

/// Transfers between a registry and the server's store, with what they show.
enum ModelTransfer {
    /// Downloads a model.
    static func pull(_ request: OllamaTransfer, _ session: Session) async throws {
        try await show(first: "pulling manifest") { try await session.client.pull(request) }
    }

    /// Uploads a model.
    static func push(_ request: OllamaTransfer, _ session: Session) async throws {
        try await show(first: "retrieving manifest") { try await session.client.push(request) }
    }

    private static func show(
        first status: String,
        _ lines: @Sendable () async throws -> FrameStream<OllamaProgress>
    ) async throws {
        try await ProgressDisplay.during(status, leavingTrace: true) { display in
            for try await progress in try await lines() {
                display.report(
                    progress.status ?? "",
                    digest: progress.digest,
                    completed: progress.completed ?? 0,
                    total: progress.total ?? 0
                )
            }
        }
    }
}
