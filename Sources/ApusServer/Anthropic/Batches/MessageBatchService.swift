internal import Logging
internal import ServiceLifecycle

/// Answers batches while the server runs.
struct MessageBatchService: Service {
    let controller: AnthropicController
    let logger: Logger

    func run() async throws {
        let (controller, logger) = (controller, logger)
        await cancelWhenGracefulShutdown {
            await controller.services.batches.run(
                resuming: controller.configuration.resumesBatches,
                logger: logger
            ) { item in
                try await controller.answer(item, logger: logger)
            }
        }
    }
}
