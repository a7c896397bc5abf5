internal import ApusChat
internal import ApusConversation
internal import ApusDialects
internal import ApusStore

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A template's text, with what a model adds to it.
struct TemplateText {
    let source: String
    /// Whether the text is in Jinja; otherwise it is in Go's language.
    let isJinja: Bool
    /// Texts of the model's beginning and end tokens.
    var beginningText = ""
    var endText = ""

    /// A template that stands in a file.
    ///
    /// Names that end in `.jinja` or `.gotmpl` tell the language; for others the text does.
    /// Throws: `CommandFailure` when there is no such file, or it is no text.
    init(file path: String) throws {
        guard let bytes = try InputBytes.ofFile(path) else {
            throw CommandFailure("\(path) was not found")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8")
        }
        source = text
        isJinja =
            path.hasSuffix(".jinja") || !path.hasSuffix(".gotmpl") && Self.looksLikeJinja(text)
    }

    /// The template that a model is used with, or another one that its weights bring.
    ///
    /// The one for conversations with tools is chosen as when the model runs. Throws:
    /// `CommandFailure` when there is none of that name.
    init(_ model: OllamaShow.Response, name: String?, hasTools: Bool) throws {
        func other(_ name: String) -> String? {
            model.modelInfo["tokenizer.chat_template.\(name)"]?.stringValue
        }
        if let name {
            guard let text = other(name) else {
                let prefix = "tokenizer.chat_template."
                let names = model.modelInfo.keys.filter { $0.hasPrefix(prefix) }
                    .map { "'\($0.dropFirst(prefix.count))'" }
                throw CommandFailure(
                    "the model has no template '\(name)'; it has "
                        + (names.isEmpty ? "no named ones" : names.joined(separator: ", "))
                )
            }
            source = text
        } else {
            let own = model.template ?? ""
            let recipe = try? Modelfile(Array((model.modelfile ?? "").utf8)).recipe()
            let isOfWeights = recipe?.template != own
            source = (hasTools && isOfWeights ? other("tool_use") : nil) ?? own
        }
        isJinja = Self.looksLikeJinja(source)
        beginningText = Self.token("bos", of: model)
        endText = Self.token("eos", of: model)
    }

    private static func looksLikeJinja(_ text: String) -> Bool { text.contains("{%") }

    /// The text of a special token.
    private static func token(_ kind: String, of model: OllamaShow.Response) -> String {
        let tokens = model.modelInfo["tokenizer.ggml.tokens"]?.arrayValue ?? []
        let isSentencePiece = model.modelInfo["tokenizer.ggml.model"]?.stringValue == "llama"
        // SentencePiece has fixed places for them.
        let fallback = isSentencePiece ? (kind == "bos" ? 1 : 2) : nil
        let id = model.modelInfo["tokenizer.ggml.\(kind)_token_id"]?.intValue ?? fallback
        guard let id, tokens.indices.contains(id) else { return "" }
        return tokens[id].stringValue ?? ""
    }

    /// The text that the template gives.
    ///
    /// Throws: `ChatError`, which names the line.
    func rendered(_ variables: JSONObject, date: ChatDate) throws -> String {
        let options = RenderOptions(date: date, beginningText: beginningText, endText: endText)
        if isJinja {
            return try JinjaTemplate(source).render(variables: variables, options: options)
        }
        let input = TemplateVariables(variables)
        let template: any ChatTemplate =
            source.isEmpty ? try ChatTemplates.template(nil) : try GoTemplate(source)
        if let suffix = input.suffix {
            return try template.render(
                prompt: input.prompt,
                suffix: suffix,
                options: options
            )
        }
        return try template.render(input.conversation, options: options)
    }
}

extension ChatDate {
    /// What the clock on the wall shows.
    static var nowLocal: ChatDate {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        return ChatDate(unixSeconds: Int64(now), utcOffsetSeconds: parts.tm_gmtoff)
    }

    /// A date as `2025-02-03` or `2025-02-03T04:05:06`.
    ///
    /// Throws: `CommandFailure` for other texts, and for dates that no calendar has.
    init(text: String) throws {
        let failure = CommandFailure(
            "'\(text)' is no date such as 2025-02-03 or 2025-02-03T04:05:06"
        )
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        func numbers(_ text: Substring, _ separator: Character, _ widths: [Int]) throws -> [Int] {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            let isWellFormed =
                parts.map(\.utf8.count) == widths
                && parts.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
            guard isWellFormed else { throw failure }
            return parts.compactMap { Int($0) }
        }
        guard let first = halves.first, halves.count <= 2 else { throw failure }
        let day = try numbers(first, "-", [4, 2, 2])
        let clock = halves.count == 2 ? try numbers(halves[1], ":", [2, 2, 2]) : [0, 0, 0]
        guard day.count == 3, clock.count == 3, (1...12).contains(day[1]), day[2] >= 1,
            clock[0] < 24, clock[1] < 60, clock[2] < 60
        else { throw failure }
        self.init(
            year: day[0],
            month: day[1],
            day: day[2],
            hour: clock[0],
            minute: clock[1],
            second: clock[2]
        )
        // A day that the month lacks becomes one of the next month.
        guard day[2] <= 28 || isOfItsMonth else { throw failure }
    }

    private var isOfItsMonth: Bool {
        let isLeap =
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= lengths[month - 1]
    }
}
