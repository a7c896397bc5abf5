internal import ApusStore
internal import ArgumentParser

/// What becomes of a command's errors: words for the person and a status for scripts.
enum CommandOutcome {
    /// 0 when `work` succeeds; 1 for errors, said on standard error; 130 when Ctrl-C ended it;
    /// 141, silently, when nobody reads the output any more.
    static func of(_ work: @Sendable () async throws -> Void) async -> Int32 {
        do {
            try await work()
            return 0
        } catch is ConsoleClosed {
            return 141
        } catch is Interruption {
            return 130
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        // Help is not an error, but reaches us as one.
        if Apus.exitCode(for: error) == .success {
            try? Console.output.writeLine(Apus.fullMessage(for: error))
            return 0
        }
        let isUsage = Apus.exitCode(for: error) == .validationFailure
        try? Console.errors.writeLine(
            isUsage ? Apus.fullMessage(for: error) : "Error: \(words(of: error))"
        )
        return 1
    }

    private static func words(of error: any Error) -> String {
        guard let error = error as? StoreError, let detail = error.detail else {
            return String(describing: error)
        }
        return "\(error.message) (\(detail))"
    }
}
