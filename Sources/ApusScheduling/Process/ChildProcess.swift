internal import Synchronization

#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// A child process whose standard input is a socket and whose standard error is a pipe.
///
/// It leads a process group of its own, so that Ctrl-C on the terminal reaches it through its
/// parent only, and holds no other descriptor of ours: the socket ends when its parent does.
/// The owner must call `reap` until it gives a status, and only then stop using the identifier.
struct ChildProcess: Sendable {
    /// How a process ended.
    enum Status: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        var description: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .signalled(let signal): "signal \(signal)"
            }
        }
    }

    let identifier: Int32
    /// Our end of its standard input, to be closed by the owner.
    let socket: Int32
    /// Our end of its standard error, to be closed by the owner.
    let errors: Int32

    /// Only one process is started at a time, so that none inherits a descriptor of another that
    /// is not marked yet.
    private static let starting = Mutex(())

    /// Starts `executable`; `environment` is added to our own.
    static func start(
        executable: String,
        arguments: [String],
        environment: [String: String]
    ) throws(SchedulingError) -> ChildProcess {
        let result = starting.withLock { _ in
            Result { () throws(SchedulingError) in
                try startAlone(executable, arguments, environment)
            }
        }
        return try result.get()
    }

    private static func startAlone(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String]
    ) throws(SchedulingError) -> ChildProcess {
        let sockets = try SystemCall.socketPair()
        let pipe: (read: Int32, write: Int32)
        do {
            pipe = try SystemCall.pipe()
        } catch {
            SystemCall.close(sockets.0)
            SystemCall.close(sockets.1)
            throw error
        }
        defer {
            SystemCall.close(sockets.1)
            SystemCall.close(pipe.write)
        }
        do {
            let identifier = try spawn(
                executable,
                arguments,
                environment,
                input: sockets.1,
                errors: pipe.write
            )
            SystemCall.makeNonBlocking(pipe.read)
            return ChildProcess(identifier: identifier, socket: sockets.0, errors: pipe.read)
        } catch {
            SystemCall.close(sockets.0)
            SystemCall.close(pipe.read)
            throw error
        }
    }

    /// The process's end, if it has come; its identifier is free from then on.
    func reap() -> Status? {
        var status: Int32 = 0
        guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    /// Ends the process and what it has started, without asking.
    func kill() {
        #if canImport(Glibc)
        _ = Glibc.kill(-identifier, SIGKILL)
        #elseif canImport(Musl)
        _ = Musl.kill(-identifier, SIGKILL)
        #else
        _ = Darwin.kill(-identifier, SIGKILL)
        #endif
    }

    private static func spawn(
        _ executable: String,
        _ arguments: [String],
        _ environment: [String: String],
        input: Int32,
        errors: Int32
    ) throws(SchedulingError) -> Int32 {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK)
        flags |= Int32(POSIX_SPAWN_SETSIGDEF)
        #if canImport(Glibc)
        _ = closeOthers?(&actions, 3)
        #elseif canImport(Darwin)
        flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #endif
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var identifier: pid_t = 0
        let code = withCStrings([executable] + arguments) { argv in
            withCStrings(variables(adding: environment)) { envp in
                posix_spawn(&identifier, executable, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else {
            throw SchedulingError(
                .internalError,
                "The runner '\(executable)' could not be started: \(SystemCall.describe(code))."
            )
        }
        return identifier
    }

    #if canImport(Glibc)
    private typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// glibc's `posix_spawn_file_actions_addclosefrom_np`, whose declaration Swift does not see.
    ///
    /// Nil before glibc 2.34; the descriptors we open are closed by their own flag then.
    private static var closeOthers: CloseFrom? {
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            return nil
        }
        // Safe: the symbol is documented with exactly this signature.
        return unsafeBitCast(symbol, to: CloseFrom.self)
    }
    #endif

    /// Our environment as `NAME=value`, with some replaced or added.
    private static func variables(adding extra: [String: String]) -> [String] {
        ProcessInfo.processInfo.environment.merging(extra) { $1 }.map { "\($0)=\($1)" }
    }

    /// Calls `body` with a null-terminated array of C strings.
    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
