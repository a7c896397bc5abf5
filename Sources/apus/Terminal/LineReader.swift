#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Lets somebody enter text on a terminal.
///
/// Blocks the calling thread; call it off Swift's cooperative pool. Keys that come after a
/// submitted line stay for the next one.
struct LineReader {
    private let input: Int32
    private let output: Console
    private var decoder = KeyDecoder()
    private var keys: [Key] = []
    private var screen = LineScreen()
    /// The line editor, with its history.
    var editor: LineEditor

    init(input: Int32 = STDIN_FILENO, output: Console = .output, editor: LineEditor) {
        self.input = input
        self.output = output
        self.editor = editor
    }

    /// Shows `prompt` and edits until there is something to act on.
    ///
    /// Throws: `ConsoleClosed` and what else writing throws.
    mutating func read(_ prompt: LineLayout.Prompt) throws -> LineEditor.Outcome {
        try output.write("\u{1B}[?2004h")
        defer { try? output.write("\u{1B}[?2004l") }
        try draw(prompt)
        while true {
            guard let outcome = try next(prompt) else { continue }
            switch outcome {
            case .screenCleared:
                try output.write(screen.clear())
                try draw(prompt)
            case .suspended:
                try output.write(screen.leave())
                return outcome
            case .submitted, .interrupted, .ended:
                return outcome
            }
        }
    }

    /// Keeps what is typed for the next line until `isDone`; true when Ctrl-C is typed before.
    mutating func collect(until isDone: () -> Bool) -> Bool {
        while !isDone() {
            let earlier = keys.count
            var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, 25)
            if ready == 0 { decoder.flush() }
            guard ready > 0 else { continue }
            receive()
            if keys[earlier...].contains(.interrupt) {
                // What was typed ahead was meant for an answer that does not come.
                keys = keys.contains(.endOfInput) ? [.endOfInput] : []
                return true
            }
        }
        return false
    }

    /// Handles the keys there are, or waits for some.
    private mutating func next(_ prompt: LineLayout.Prompt) throws -> LineEditor.Outcome? {
        if keys.isEmpty { try fill(prompt) }
        while !keys.isEmpty {
            let key = keys.removeFirst()
            let before = editor
            guard let outcome = editor.handle(key) else { continue }
            if case .screenCleared = outcome { return outcome }
            // The line as it was when it was submitted stays on the screen.
            var last = before
            last.moveToEnd()
            try show(last, prompt, isLast: true)
            if case .suspended = outcome { return outcome }
            try output.write(screen.leave())
            return outcome
        }
        try draw(prompt)
        return nil
    }

    /// Waits for keys; when the window changes its width meanwhile, the line is drawn anew.
    private mutating func fill(_ prompt: LineLayout.Prompt) throws {
        var width = output.width
        while keys.isEmpty {
            var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let patience: Int32 = decoder.isWaiting ? 50 : 250
            let ready = poll(&descriptor, 1, patience)
            if ready < 0, errno != EINTR {
                keys.append(.endOfInput)
                return
            }
            if ready == 0 { decoder.flush() }
            if output.width != width {
                width = output.width
                try draw(prompt)
            }
            if ready > 0 { receive() }
        }
    }

    private mutating func receive() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read_(input, &bytes, bytes.count)
        if count > 0 {
            for byte in bytes[..<count] {
                if let key = decoder.feed(byte) { keys.append(key) }
            }
        } else if count == 0 || errno != EINTR {
            // The terminal is gone: end, whatever has been entered.
            keys += [.interrupt, .endOfInput]
        }
    }

    private mutating func draw(_ prompt: LineLayout.Prompt) throws {
        try show(editor, prompt, isLast: false)
    }

    private mutating func show(
        _ editor: LineEditor,
        _ prompt: LineLayout.Prompt,
        isLast: Bool
    ) throws {
        let size = Terminal.size(output.descriptor)
        var prompt = prompt
        if isLast { prompt.placeholder = "" }
        let style = TextStyle(isEnabled: output.isColoured)
        let layout = LineLayout(
            editor.buffer,
            prompt: prompt,
            width: size.columns,
            dimmed: style.dimmed
        )
        let shown = isLast ? layout : layout.window(height: size.rows)
        try output.write(screen.draw(shown, width: size.columns))
    }
}

/// `read(2)`, under a name that the methods here do not hide.
private func read_(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
