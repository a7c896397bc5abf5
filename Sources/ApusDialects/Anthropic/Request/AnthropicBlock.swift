package import ApusConversation

/// One content block of a request.
///
/// Documents and search results have become text here, in tags that name their title and source.
/// Blocks that this program cannot serve are refused by name.
package enum AnthropicBlock: Sendable, Equatable {
    case text(String)
    case thinking(String, signature: String)
    case redactedThinking(String)
    case toolUse(ToolCall)
    case toolResult(id: String, text: String, isError: Bool)

    /// Everything that a `content` or `system` member holds: a text, or a list of blocks.
    static func list(
        _ name: String,
        of fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> [AnthropicBlock] {
        let place = fields.place(name)
        switch try fields.required(name) {
        case .string(let text): return [.text(text)]
        case .array(let elements):
            var blocks: [AnthropicBlock] = []
            for (position, element) in elements.enumerated() {
                let block = try AnthropicFields(element, at: "\(place).\(position)")
                blocks.append(try AnthropicBlock(block, ignored: &ignored))
            }
            return blocks
        default: throw fields.refusal(name, "Input should be a valid string or list of blocks")
        }
    }

    /// Reads one block.
    init(_ fields: AnthropicFields, ignored: inout AnthropicIgnored) throws(DialectError) {
        let type = try fields.string("type")
        switch type {
        case "text":
            ignored.note(fields, except: ["type", "text", "cache_control", "citations"])
            self = .text(try fields.string("text"))
        case "document", "search_result":
            self = .text(try AnthropicDocument.text(fields, type: type, ignored: &ignored))
        case "thinking":
            ignored.note(fields, except: ["type", "thinking", "signature", "cache_control"])
            self = .thinking(
                try fields.string("thinking"),
                signature: try fields.string("signature")
            )
        case "tool_reference":
            // Every listed tool is always loaded, so a reference to one only has to be legible.
            ignored.note(fields, except: ["type", "tool_name", "cache_control"])
            self = .text("Tool available: \(try fields.string("tool_name"))")
        case "redacted_thinking": self = .redactedThinking(try fields.string("data"))
        case "tool_use": self = try .toolUse(Self.call(fields, ignored: &ignored))
        case "tool_result": self = try Self.result(fields, ignored: &ignored)
        default: throw Self.refusal(of: type, at: fields)
        }
    }

    /// An error that names the block's type.
    static func refusal(of type: String, at fields: AnthropicFields) -> DialectError {
        switch type {
        case "image":
            fields.refusal(
                "`image` blocks are not supported: the model has no vision",
                .unsupported
            )
        case "server_tool_use", "container_upload", "mcp_tool_use", "mcp_tool_result",
            "mcp_tool_listing", "compaction", "fallback", "browser_state":
            fields.refusal("`\(type)` blocks are not supported", .unsupported)
        case _ where type.hasSuffix("_tool_result"):
            fields.refusal("`\(type)` blocks are not supported: no server tools", .unsupported)
        default:
            fields.refusal(
                "Input tag '\(type.prefix(64))' found using 'type' does not match any of the "
                    + "expected tags: 'document', 'image', 'redacted_thinking', 'search_result', "
                    + "'text', 'thinking', 'tool_result', 'tool_use'"
            )
        }
    }

    private static func call(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> ToolCall {
        ignored.note(fields, except: ["type", "id", "name", "input", "cache_control", "caller"])
        return ToolCall(
            id: AnthropicToolID.engine(try fields.string("id")),
            name: try fields.string("name"),
            arguments: .object(try fields.fields("input").object)
        )
    }

    private static func result(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> AnthropicBlock {
        ignored.note(
            fields,
            except: ["type", "tool_use_id", "content", "is_error", "cache_control"]
        )
        var texts: [String] = []
        if fields.value("content") != nil {
            for block in try list("content", of: fields, ignored: &ignored) {
                guard case .text(let text) = block else {
                    throw fields.refusal(
                        "`tool_result` blocks can only hold `text`, `document` and "
                            + "`search_result` blocks"
                    )
                }
                texts.append(text)
            }
        }
        return .toolResult(
            id: AnthropicToolID.engine(try fields.string("tool_use_id")),
            text: texts.filter { !$0.isEmpty }.joined(separator: "\n"),
            isError: try fields.optionalBool("is_error") ?? false
        )
    }
}

/// Identifiers of calls: `call_…` inside, `toolu_…` on Anthropic's wire.
///
/// Both directions depend on the identifier alone, so a call keeps its name over all turns.
package enum AnthropicToolID {
    /// The identifier as the client sees it; characters that its clients refuse become `_`.
    package static func wire(_ id: String) -> String {
        if id.hasPrefix("toolu_") { return id }
        let bare = id.hasPrefix("call_") ? id.dropFirst(5) : id[...]
        let plain = bare.unicodeScalars.map { scalar -> Character in
            let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
            let isPlain = isLetter || ("0"..."9").contains(scalar) || scalar == "-"
            return isPlain ? Character(scalar) : "_"
        }
        return "toolu_" + String(plain)
    }

    /// The identifier that the engine gave the call, from the client's.
    package static func engine(_ id: String) -> String {
        id.hasPrefix("toolu_") ? "call_" + id.dropFirst(6) : id
    }
}
