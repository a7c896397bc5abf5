/// Starts runners as child processes of this one.
package struct RunnerProcessLauncher: RunnerLauncher {
    private let executable: String
    private let arguments: [String]
    private let environment: [String: String]
    private let loadTimeout: Duration
    private let log: @Sendable (String) -> Void

    /// A launcher of `executable arguments`, which must run a `RunnerService`.
    ///
    /// - Parameters:
    ///   - executable: a path; `/proc/self/exe` on Linux stays right when the file is replaced.
    ///   - arguments: what makes the program a runner.
    ///   - environment: variables added to those of this process.
    ///   - loadTimeout: time without any sign of progress after which loading fails; 0 or less
    ///     for no limit.
    ///   - log: is given every line the runner writes to its standard error, on a thread of ours.
    package init(
        executable: String,
        arguments: [String],
        environment: [String: String] = [:],
        loadTimeout: Duration = .seconds(300),
        log: @escaping @Sendable (String) -> Void
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.loadTimeout = loadTimeout
        self.log = log
    }

    /// A runner that waits for `load`.
    ///
    /// Throws: `internalError` when the system refuses a process, a thread or descriptors.
    package func launch(_ specification: ModelSpecification) throws -> any Runner {
        let child = try ChildProcess.start(
            executable: executable,
            arguments: arguments,
            environment: environment
        )
        return try RunnerProcess(
            child,
            specification: specification,
            loadTimeout: loadTimeout,
            log: log
        )
    }
}
