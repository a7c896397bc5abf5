internal import ApusClient
internal import ApusConversation
internal import ApusDialects
internal import ApusServer

/// A conversation with a model on a terminal.
struct ChatSession {
    let session: Session
    let keyboard: Keyboard
    let console = Console.output
    var settings: ChatSettings
    /// The turns so far.
    var messages: [OllamaMessage] = []
    private let historyFile = HistoryFile(home: CommandEnvironment.home)

    private static let prompt = LineLayout.Prompt(placeholder: "Send a message (/? for help)")

    init(session: Session, keyboard: Keyboard, settings: ChatSettings) {
        self.session = session
        self.keyboard = keyboard
        self.settings = settings
        guard session.configuration.keepsHistory else {
            keyboard.history.isEnabled = false
            return
        }
        keyboard.history = historyFile.load()
    }

    /// Talks until `/bye`, Ctrl-D or the end of input.
    mutating func run() async throws {
        try await load()
        while true {
            switch try await keyboard.read(Self.prompt) {
            case .submitted(let text):
                saveHistory()
                guard try await act(on: ChatInput(text)) else { return }
            case .interrupted(let wasEmpty):
                if wasEmpty { try console.writeLine("Use Ctrl + d or /bye to exit.") }
            case .ended:
                return
            case .suspended, .screenCleared:
                break
            }
        }
    }

    /// Loads the model and shows the turns it begins with.
    mutating func load() async throws {
        let (client, model, keepAlive) = (session.client, settings.model, settings.keepAlive)
        let description = try await ProgressDisplay.during("") { _ in
            let description = try await client.show(OllamaShow.Request(model: model))
            try await client.load(model, keepAlive: keepAlive)
            return description
        }
        for message in description.messages ?? [] {
            guard let content = message["content"]?.stringValue else { continue }
            switch message["role"]?.stringValue {
            case "user": try console.writeLine(">>> \(content)")
            case "assistant": try console.writeLine("\(content)\n")
            default: break
            }
        }
    }

    /// Answers a message or carries out a command; false when the session is to end.
    private mutating func act(on input: ChatInput) async throws -> Bool {
        switch input {
        case .nothing:
            return true
        case .message(let text):
            try await answer(text)
            return true
        case .command(let words):
            do {
                return try await perform(words)
            } catch let error as ClientError {
                try complain(error.message)
                return true
            }
        }
    }

    /// Has the model answer; Ctrl-C stops it, and what it had said until then stays.
    private mutating func answer(_ text: String) async throws {
        messages.append(OllamaMessage(role: "user", content: text))
        let (client, request, console) = (session.client, request, console)
        let appearance = settings.appearance(on: console)
        let keyboard = keyboard
        do {
            let printer = try await ProgressDisplay.during("") { spinner in
                let printer = AnswerPrinter(appearance, on: console, spinner: spinner)
                do {
                    try await keyboard.interruptible {
                        for try await frame in try await client.chat(request) {
                            try printer.show(
                                thinking: frame.message.thinking,
                                content: frame.message.content,
                                calls: frame.message.toolCalls ?? [],
                                metrics: frame.done ? frame.metrics : nil
                            )
                        }
                    }
                } catch is Interruption {}
                try printer.finish()
                return printer
            }
            remember(printer)
            try printer.showFigures(verbose: settings.isVerbose)
        } catch let error as ClientError {
            // The message can be sent again with the arrow key.
            messages.removeLast()
            try complain(error.message)
        }
    }

    private var request: OllamaChat.Request {
        var request = OllamaChat.Request(model: settings.model, messages: messages)
        if let system = settings.system, !system.isEmpty {
            request.messages?.insert(OllamaMessage(role: "system", content: system), at: 0)
        }
        request.format = settings.format
        request.tools = settings.tools
        request.keepAlive = settings.keepAlive
        request.options = settings.options.isEmpty ? nil : settings.options
        request.think = settings.think
        return request
    }

    private mutating func remember(_ printer: AnswerPrinter) {
        let (content, thinking) = (printer.content, printer.thinking)
        let calls = printer.calls
        if content.isEmpty, printer.metrics == nil {
            // Stopped before a word was said: as if nothing had been asked.
            messages.removeLast()
            return
        }
        messages.append(
            OllamaMessage(
                role: "assistant",
                content: content,
                thinking: thinking.isEmpty ? nil : thinking,
                toolCalls: calls.isEmpty ? nil : calls
            )
        )
    }

    func complain(_ message: String) throws {
        try Console.errors.writeLine("Error: \(message)\n")
    }

    func saveHistory() {
        let history = keyboard.history
        if history.isEnabled { historyFile.save(history) }
    }
}
