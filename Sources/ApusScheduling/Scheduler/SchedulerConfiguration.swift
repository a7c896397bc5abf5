/// Limits and habits of a `Scheduler`; defaults are those of Ollama.
package struct SchedulerConfiguration: Sendable, Equatable {
    /// Models loaded at a time (`OLLAMA_MAX_LOADED_MODELS`); 0 for three an accelerator, at least
    /// three.
    package var maximumLoadedModels = 0
    /// Accelerators the machine has.
    package var accelerators = 0
    /// Requests that may wait (`OLLAMA_MAX_QUEUE`), for a model to be loaded or to have a place.
    package var maximumQueue = 512
    /// For models whose requests name none (`OLLAMA_KEEP_ALIVE`).
    package var keepAlive = KeepAlive.duration(.seconds(300))
    /// How much of the free memory a second model may be predicted to take.
    package var memoryFraction = 0.8
    /// How often loaded models are asked for a sign of life; zero or less for never.
    package var healthInterval = Duration.seconds(30)
    /// How long they have to give it.
    package var healthTimeout = Duration.seconds(10)

    /// The defaults.
    package init() {}

    /// The limit that 0 stands for, filled in.
    var modelLimit: Int {
        maximumLoadedModels > 0 ? maximumLoadedModels : 3 * max(min(accelerators, 1 << 20), 1)
    }
}
