package import ApusConversation

/// `POST /v1/messages` and `POST /v1/messages/count_tokens`: what a client sends.
///
/// Reading it checks everything that does not depend on the model. Members without effect are
/// listed in `ignored`; members that would change the answer and cannot be honoured are refused
/// by name.
package struct AnthropicRequest: Sendable, Equatable {
    /// What the request is for.
    package enum Purpose: Sendable {
        /// An answer.
        case message
        /// The length of the prompt; `max_tokens` is not needed.
        case count
    }

    /// The longest list of messages, as in Anthropic's API.
    package static let maximumMessages = 100_000

    /// What the request is for.
    package let purpose: Purpose
    /// The model's name.
    package var model: String
    /// At most this many tokens are generated; nil for a count.
    package var maximumTokens: Int?
    /// The system message; nil when there is none.
    package var system: String?
    /// The turns so far.
    package var turns: [AnthropicTurn]
    /// Functions the model may call, and whether it does.
    package var tools: AnthropicTools
    /// Whether, and how long, the model reasons; nil when the request does not say.
    package var thinking: AnthropicThinking?
    /// `low`, `medium`, `high` or `max`.
    package var effort: String?
    /// What the answer must look like.
    package var format: OutputFormat?
    /// Texts that end the answer.
    package var stopSequences: [String]
    /// Divides the logits; nil for the model's own choice, as the next two.
    package var temperature: Double?
    /// Keeps the smallest set of tokens whose probabilities reach this.
    package var topP: Double?
    /// Keeps so many of the likeliest tokens.
    package var topK: Int?
    /// Whether the answer comes in pieces.
    package var streams: Bool
    /// How long the client wants the prompt cached; nil when it has not asked for it.
    package var caching: AnthropicCaching?
    /// Whom the client says it speaks for, an opaque text.
    package var userID: String?
    /// Whether the request belongs to a thread that the server would have to remember.
    package var usesThread: Bool
    /// Names of members that have no effect, for a response header.
    package var ignored: [String]

    /// Reads a request from its JSON.
    ///
    /// Throws: `malformedBody`, `invalidValue`, `invalidFormat`, `unsupported`, with a message
    /// in Anthropic's words.
    package init(json: JSONValue, purpose: Purpose = .message) throws(DialectError) {
        let fields = try AnthropicFields(json, at: "")
        var ignored = AnthropicIgnored()
        self.purpose = purpose
        model = try fields.string("model")
        guard !model.isEmpty else {
            throw fields.refusal("model", "String should have at least 1 character", .invalidValue)
        }
        maximumTokens = try Self.maximumTokens(fields, purpose)
        try Self.refuseUnsupported(fields, ignored: &ignored)
        turns = try Self.turns(fields, ignored: &ignored)
        system = try Self.system(fields, ignored: &ignored)
        tools = try AnthropicTools(fields, ignored: &ignored)
        if let member = try fields.optionalFields("thinking") {
            thinking = try AnthropicThinking(member, maximumTokens: maximumTokens)
        }
        (effort, format) = try Self.output(fields, ignored: &ignored)
        stopSequences = try Self.stopSequences(fields)
        temperature = try fields.optionalFraction("temperature")
        topP = try fields.optionalFraction("top_p")
        topK = try Self.topK(fields)
        streams = try fields.optionalBool("stream") ?? false
        caching = AnthropicCaching(in: json)
        usesThread = fields.value("thread") != nil
        userID = try fields.optionalFields("metadata")?.optionalString("user_id")
        let betas = try fields.optionalArray("betas").compactMap(\.stringValue)
        for name in AnthropicBetas.ignored(betas) { ignored.note(name) }
        ignored.note(fields, except: Self.known)
        self.ignored = ignored.names
    }

    /// Reads a request from the bytes of its body.
    ///
    /// Throws: `missingBody`, `malformedBody`, and as `init(json:purpose:)`.
    package init(
        body: some Collection<UInt8>,
        purpose: Purpose = .message
    ) throws(DialectError) {
        try self.init(json: AnthropicWire.json(body), purpose: purpose)
    }
}

extension AnthropicRequest {
    /// Members that are read, or accepted because they do not change the answer.
    private static let known: Set<String> = [
        "model", "max_tokens", "messages", "system", "tools", "tool_choice", "thinking",
        "output_config", "output_format", "stop_sequences", "temperature", "top_p", "top_k",
        "stream", "cache_control", "metadata", "service_tier", "mcp_servers", "container",
        "thread", "betas", "context_management", "speed",
    ]
    /// Edits that make a conversation shorter than the client wrote it; its answer is as good
    /// without, so they only have no effect.
    private static let clearingEdits: Set<String> = [
        "clear_tool_uses_20250919", "clear_thinking_20251015",
    ]

    private static func maximumTokens(
        _ fields: AnthropicFields,
        _ purpose: Purpose
    ) throws(DialectError) -> Int? {
        guard purpose == .message || fields.value("max_tokens") != nil else { return nil }
        let count = try fields.integer("max_tokens")
        guard count >= 0 else {
            throw fields.refusal(
                "max_tokens",
                "Input should be greater than or equal to 0",
                .invalidValue
            )
        }
        return count
    }

    /// Refuses members that change what is asked for in a way this program does not know.
    private static func refuseUnsupported(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) {
        for name in ["container", "compaction"] where fields.value(name) != nil {
            throw fields.refusal(name, "`\(name)` is not supported", .unsupported)
        }
        guard try fields.optionalArray("mcp_servers").isEmpty else {
            throw fields.refusal("mcp_servers", "MCP servers are not supported", .unsupported)
        }
        if let management = try fields.optionalFields("context_management") {
            try refuseEdits(management)
            ignored.note("context_management")
        }
        if try fields.optionalWord("speed", of: ["standard", "fast"]) == "fast" {
            ignored.note("speed")
        }
        _ = try fields.optionalWord("service_tier", of: ["auto", "standard_only"])
        if let metadata = try fields.optionalFields("metadata") {
            ignored.note(metadata, except: ["user_id"])
        }
    }

    /// Refuses edits without which the conversation may not fit.
    private static func refuseEdits(_ management: AnthropicFields) throws(DialectError) {
        for (position, element) in try management.optionalArray("edits").enumerated() {
            let place = management.place("edits.\(position)")
            let edit = try AnthropicFields(element, at: place)
            let type = try edit.string("type")
            guard clearingEdits.contains(type) else {
                throw edit.refusal("`\(type.prefix(64))` is not supported", .unsupported)
            }
        }
    }

    private static func turns(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> [AnthropicTurn] {
        let elements = try fields.array("messages")
        guard !elements.isEmpty else {
            throw fields.refusal("messages", "at least one message is required", .invalidValue)
        }
        guard elements.count <= maximumMessages else {
            throw fields.refusal(
                "messages",
                "List should have at most \(maximumMessages) items",
                .invalidValue
            )
        }
        var turns: [AnthropicTurn] = []
        turns.reserveCapacity(elements.count)
        for (position, element) in elements.enumerated() {
            let turn = try AnthropicFields(element, at: "messages.\(position)")
            turns.append(try AnthropicTurn(turn, ignored: &ignored))
        }
        return turns
    }

    private static func system(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> String? {
        guard fields.value("system") != nil else { return nil }
        let blocks = try AnthropicBlock.list("system", of: fields, ignored: &ignored)
        guard blocks.allSatisfy({ if case .text = $0 { true } else { false } }) else {
            throw fields.refusal("system", "only `text` blocks are allowed", .invalidValue)
        }
        let text = AnthropicTurns.text(blocks)
        return text.isEmpty ? nil : text
    }

    private static func topK(_ fields: AnthropicFields) throws(DialectError) -> Int? {
        let count = try fields.optionalInteger("top_k")
        guard let count, count < 0 else { return count }
        throw fields.refusal("top_k", "Input should be greater than or equal to 0", .invalidValue)
    }

    private static func stopSequences(_ fields: AnthropicFields) throws(DialectError) -> [String] {
        var result: [String] = []
        for (position, element) in try fields.optionalArray("stop_sequences").enumerated() {
            let place = "stop_sequences.\(position)"
            guard let text = element.stringValue else {
                throw fields.refusal(place, "Input should be a valid string")
            }
            guard !text.isEmpty else {
                throw fields.refusal(
                    place,
                    "String should have at least 1 character",
                    .invalidValue
                )
            }
            if !result.contains(text) { result.append(text) }
            guard result.count <= 256 else {
                throw fields.refusal("stop_sequences", "too many stop sequences", .invalidValue)
            }
        }
        return result
    }

    /// Effort and format, from `output_config` or from `output_format`, its older place.
    private static func output(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> (effort: String?, format: OutputFormat?) {
        var effort: String?
        var member = try fields.optionalFields("output_format")
        if let config = try fields.optionalFields("output_config") {
            ignored.note(config, except: ["effort", "format"])
            let words = ["low", "medium", "high", "xhigh", "max"]
            effort = try config.optionalWord("effort", of: words)
            if effort == "xhigh" { effort = "high" }
            member = try config.optionalFields("format") ?? member
        }
        guard let member else { return (effort, nil) }
        ignored.note(member, except: ["type", "schema", "name"])
        let type = try member.string("type")
        guard type == "json_schema" else {
            throw member.refusal("type", "Input should be 'json_schema'", .invalidFormat)
        }
        return (effort, .schema(.object(try member.fields("schema").object)))
    }
}
