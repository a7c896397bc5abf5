internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The keyboard of an interactive session: lines to edit, and Ctrl-C while something else runs.
final class Keyboard: Sendable {
    private let mode: TerminalMode
    /// Whether the terminal cannot move its cursor; then it edits lines itself, Ctrl-C ends all.
    private let isPlain = !Console.output.isStyled
    private let reader: Mutex<LineReader>
    /// Whether what `interruptible` runs is over.
    private let isOver = Atomic(true)

    /// Takes over the terminal; nil when standard input is none.
    ///
    /// Call `release` in the end.
    init?(editor: LineEditor) {
        guard let mode = TerminalMode(STDIN_FILENO) else { return nil }
        self.mode = mode
        reader = Mutex(LineReader(editor: editor))
        ExitSignals.restoring(mode)
        if !isPlain { mode.takeOver() }
    }

    /// Gives the terminal back.
    func release() {
        mode.restore()
        ExitSignals.restoring(nil)
    }

    /// What was entered before.
    var history: InputHistory {
        get { reader.withLock { $0.editor.history } }
        set { reader.withLock { $0.editor.history = newValue } }
    }

    /// A line, or why there is none; Ctrl-Z stops the program and goes on with the line after it.
    func read(_ prompt: LineLayout.Prompt) async throws -> LineEditor.Outcome {
        try await Blocking.run {
            if self.isPlain { return try self.readPlainly(prompt) }
            while true {
                let outcome = try self.reader.withLock { try $0.read(prompt) }
                guard outcome == .suspended else { return outcome }
                self.mode.restore()
                kill(getpid(), SIGTSTP)
                // Some thread takes the signal, soon; the shell must find its own settings then.
                usleep(100_000)
                self.mode.takeOver()
            }
        }
    }

    private func readPlainly(_ prompt: LineLayout.Prompt) throws -> LineEditor.Outcome {
        try Console.output.write(prompt.first)
        guard var text = readLine() else { return .ended }
        while !ChatInput.isComplete(text) {
            try Console.output.write(prompt.others)
            guard let line = readLine() else { break }
            text += "\n" + line
        }
        return .submitted(text)
    }

    /// Runs `work` until it is done or Ctrl-C is typed; then it is cancelled.
    ///
    /// What else is typed meanwhile is kept for the next line.
    func interruptible(_ work: @escaping @Sendable () async throws -> Void) async throws {
        if isPlain {
            try await work()
            return
        }
        isOver.store(false, ordering: .releasing)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.isOver.store(true, ordering: .releasing) }
                try await work()
            }
            group.addTask { try await self.watch() }
            defer {
                group.cancelAll()
                isOver.store(true, ordering: .releasing)
            }
            // The first error counts at once; `waitForAll` would wait for the other task.
            for try await _ in group {}
        }
    }

    /// Waits for the end of the work.
    ///
    /// Throws: `Interruption` when Ctrl-C comes first.
    private func watch() async throws {
        let wasInterrupted = try await Blocking.run {
            self.reader.withLock { reader in
                reader.collect { self.isOver.load(ordering: .acquiring) }
            }
        }
        if wasInterrupted { throw Interruption() }
    }
}

/// Ctrl-C was typed.
struct Interruption: Error {}
