internal import ApusClient
internal import ApusConversation
internal import ApusDialects
internal import FoundationEssentials

/// The commands of a session.
extension ChatSession {
    /// Carries out a command; false when the session is to end.
    ///
    /// Throws: `ClientError` for what the server refuses.
    mutating func perform(_ words: [String]) async throws -> Bool {
        let rest = Array(words.dropFirst())
        switch words.first {
        case "bye", "exit":
            return false
        case "?", "help":
            try console.write(ChatHelp.text(on: rest.first))
        case "clear":
            messages = []
            try console.writeLine("Cleared session context")
        case "list", "ls":
            let models = try await session.client.models()
            try console.write(ListCommand.table(of: models, now: Date()).text)
        case "set":
            try set(rest)
        case "show":
            try await show(rest)
        case "load":
            try await load(rest)
        case "save":
            try await save(rest)
        default:
            let name = words.first ?? ""
            try console.writeLine("Unknown command '/\(name)'. Type /? for help")
        }
        return true
    }

    private mutating func set(_ words: [String]) throws {
        switch try SetCommand.perform(words, on: &settings) {
        case .history(let isKept):
            keyboard.history.isEnabled = isKept
        case .done(let text), .refused(let text):
            try console.writeLine(text)
        case .help:
            try console.write(ChatHelp.text(on: "set"))
        }
    }

    private func show(_ words: [String]) async throws {
        guard let subject = words.first else {
            try console.write(ChatHelp.text(on: "show"))
            return
        }
        let response = try await session.client.show(OllamaShow.Request(model: settings.model))
        let text = ShowInChat.text(of: subject, response, settings)
        try console.write(text ?? "Unknown command '/show \(subject)'. Type /? for help\n")
    }

    private mutating func load(_ words: [String]) async throws {
        guard words.count == 1 else {
            try console.writeLine("Usage:\n  /load <model>")
            return
        }
        let earlier = settings
        settings.model = words[0]
        settings.parent = nil
        try console.writeLine("Loading model '\(words[0])'")
        do {
            try await load()
            messages = []
        } catch let error as ClientError where error.code == .refused(status: 404) {
            settings = earlier
            try console.writeLine("Couldn't find model '\(words[0])'")
        } catch {
            settings = earlier
            throw error
        }
    }

    private mutating func save(_ words: [String]) async throws {
        guard words.count == 1 else {
            try console.writeLine("Usage:\n  /save <model>")
            return
        }
        var request = OllamaCreate(model: words[0])
        request.from = settings.parent ?? settings.model
        request.system = settings.system
        request.parameters = settings.options.isEmpty ? nil : settings.options
        let turns: [JSONObject] = messages.map {
            ["role": .string($0.role), "content": .string($0.content)]
        }
        request.messages = turns.isEmpty ? nil : turns
        for try await _ in try await session.client.create(request) {}
        try console.writeLine("Created new model '\(words[0])'")
    }
}
