internal import Synchronization

/// Starts converters as child processes of this one.
package struct ConverterLauncher: Sendable {
    private let executable: String
    private let arguments: [String]
    private let environment: [String: String]
    private let log: @Sendable (String) -> Void

    /// A launcher of `executable arguments`, which must run a `ConverterService`.
    ///
    /// - Parameters:
    ///   - executable: a path; `/proc/self/exe` on Linux stays right when the file is replaced.
    ///   - arguments: what makes the program a converter.
    ///   - environment: variables added to those of this process.
    ///   - log: is given every line the converter writes to its standard error.
    package init(
        executable: String,
        arguments: [String],
        environment: [String: String] = [:],
        log: @escaping @Sendable (String) -> Void
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.log = log
    }

    /// Has a converter plan an order; nil when there is nothing to do.
    ///
    /// Blocks until the plan is there. Of `isWanted` the answer may become false at any time; the
    /// converter is then ended, within a fraction of a second.
    /// Throws: the converter's own `SchedulingError`; `runnerStopped` when it ends without one;
    /// `protocolViolation`; `CancellationError`.
    package func plan(
        _ order: ConversionOrder,
        isWanted: @escaping @Sendable () -> Bool = { true }
    ) throws -> PlannedConversion? {
        let child = try ChildProcess.start(
            executable: executable,
            arguments: arguments,
            environment: environment
        )
        var connection = ConverterConnection(child, isWanted: isWanted, log: log)
        try connection.send(order)
        switch try connection.next({ _ in throw PlannedConversion.confusion }) {
        case .planned(let status, let sizeBytes):
            return PlannedConversion(connection, status: status, sizeBytes: sizeBytes)
        case .notNeeded: return nil
        case .failed(let error): throw error
        case .finished: throw PlannedConversion.confusion
        }
    }
}

/// A file that a converter is ready to make; the converter ends when nobody holds this any more.
package final class PlannedConversion: Sendable {
    /// What people are told meanwhile.
    package let status: String
    /// How large the file will be, says the converter.
    package let sizeBytes: Int64
    /// Taken by whoever writes.
    private let connection: Mutex<Connection>

    private struct Connection: ~Copyable {
        var value: ConverterConnection?
    }

    static let confusion = SchedulingError(
        .protocolViolation,
        "The converter said something that does not fit here."
    )

    init(
        _ connection: consuming sending ConverterConnection,
        status: String,
        sizeBytes: Int64
    ) {
        self.status = status
        self.sizeBytes = sizeBytes
        self.connection = Mutex(Connection(value: connection))
    }

    /// Hands the file to `sink` piece by piece; once only.
    ///
    /// Throws: as `ConverterLauncher.plan`; what `sink` throws.
    package func write(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try connection.withLock { held in
            guard var connection = held.value.take() else { throw Self.confusion }
            switch try connection.next(sink) {
            case .finished: return
            case .failed(let error): throw error
            case .planned, .notNeeded: throw Self.confusion
            }
        }
    }
}
