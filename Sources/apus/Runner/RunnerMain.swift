internal import ApusScheduling

/// The life of a runner process: answers on file descriptor 0 until the server is gone.
enum RunnerMain {
    static func run() async {
        await RunnerService(backend: InferenceBackend()).run()
    }
}
