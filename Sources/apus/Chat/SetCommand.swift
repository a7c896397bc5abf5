internal import ApusConversation
internal import ApusDialects
internal import ApusStore

/// `/set ...`: what it changes and what it answers.
enum SetCommand: Sendable, Equatable {
    /// The history is kept, or no longer.
    case history(Bool)
    /// Something else was changed; these words say what.
    case done(String)
    /// It could not be done; these words say why.
    case refused(String)
    /// Nothing was named; help is wanted.
    case help

    /// Carries out what stands after `/set`.
    static func perform(
        _ words: [String],
        on settings: inout ChatSettings
    ) throws(StoreError) -> SetCommand {
        guard let name = words.first else { return .help }
        let rest = Array(words.dropFirst())
        switch name {
        case "history": return .history(true)
        case "nohistory": return .history(false)
        case "parameter": return try parameter(rest, &settings)
        case "system": return system(rest, &settings)
        case "format": return format(rest, &settings)
        case "think": return think(rest, &settings)
        case "wordwrap": settings.wraps = true
        case "nowordwrap": settings.wraps = false
        case "verbose": settings.isVerbose = true
        case "quiet": settings.isVerbose = false
        case "nothink": settings.think = .off
        case "noformat":
            settings.format = nil
            return .done("Disabled format.")
        default:
            return .refused("Unknown command '/set \(name)'. Type /? for help")
        }
        return .done("Set '\(name)' mode.")
    }

    private static func parameter(
        _ words: [String],
        _ settings: inout ChatSettings
    ) throws(StoreError) -> SetCommand {
        guard words.count > 1, let name = words.first else {
            return .refused("Usage: /set parameter <name> <value>")
        }
        let texts = Array(words.dropFirst())
        do throws(StoreError) {
            var value = try ParameterTable.value(of: name, text: texts[0])
            if case .strings = value { value = .strings(texts) }
            settings.options[name] = value.json
        } catch {
            return .refused("Couldn't set parameter: \"\(error.message)\"")
        }
        return .done("Set parameter '\(name)' to '\(texts.joined(separator: ", "))'")
    }

    private static func system(_ words: [String], _ settings: inout ChatSettings) -> SetCommand {
        guard let text = words.first else { return .refused("Usage: /set system <message>") }
        settings.system = text
        return .done("Set system message.")
    }

    private static func format(_ words: [String], _ settings: inout ChatSettings) -> SetCommand {
        guard words == ["json"] else {
            return .refused("Invalid or missing format. For 'json' mode use '/set format json'")
        }
        settings.format = "json"
        return .done("Set format to 'json' mode.")
    }

    private static func think(_ words: [String], _ settings: inout ChatSettings) -> SetCommand {
        guard let level = words.first else {
            settings.think = .on
            return .done("Set 'think' mode.")
        }
        do throws(DialectError) {
            settings.think = try OllamaThink(text: level)
        } catch {
            return .refused(error.message)
        }
        return .done("Set 'think' mode to '\(level)'.")
    }
}
