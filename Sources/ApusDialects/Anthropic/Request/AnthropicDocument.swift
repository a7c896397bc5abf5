internal import ApusConversation

/// Documents and search results as the model reads them.
///
/// ```
/// <document title="Report" context="2026">
/// the text
/// </document>
/// <search_result title="A page" source="https://example.org">
/// the text
/// </search_result>
/// ```
enum AnthropicDocument {
    /// The text of a block of `type`.
    static func text(
        _ fields: AnthropicFields,
        type: String,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> String {
        let known = ["type", "source", "title", "context", "content", "citations", "cache_control"]
        ignored.note(fields, except: Set(known))
        if try fields.optionalFields("citations")?.optionalBool("enabled") == true {
            throw fields.refusal("citations", "citations are not supported", .unsupported)
        }
        if type == "search_result" {
            let attributes = [
                ("title", try fields.string("title")), ("source", try fields.string("source")),
            ]
            return element(type, attributes, try content(fields, ignored: &ignored))
        }
        var attributes: [(String, String)] = []
        if let title = try fields.optionalString("title") { attributes.append(("title", title)) }
        if let context = try fields.optionalString("context") {
            attributes.append(("context", context))
        }
        let source = try fields.fields("source")
        return element(type, attributes, try self.source(source, ignored: &ignored))
    }

    private static func source(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> String {
        let type = try fields.string("type")
        switch type {
        case "text":
            let media = try fields.string("media_type")
            guard media == "text/plain" else {
                throw fields.refusal("media_type", "Input should be 'text/plain'", .invalidValue)
            }
            return try fields.string("data")
        case "content": return try content(fields, ignored: &ignored)
        case "base64", "url":
            throw fields.refusal("PDF documents are not supported", .unsupported)
        case "file": throw fields.refusal("`file` sources are not supported", .unsupported)
        default:
            throw fields.refusal(
                "Input tag '\(type.prefix(64))' found using 'type' does not match any of the "
                    + "expected tags: 'base64', 'content', 'file', 'text', 'url'"
            )
        }
    }

    /// The text of a `content` member that holds text blocks only.
    private static func content(
        _ fields: AnthropicFields,
        ignored: inout AnthropicIgnored
    ) throws(DialectError) -> String {
        let elements: [JSONValue]
        switch try fields.required("content") {
        case .string(let text): return text
        case .array(let array): elements = array
        default: throw fields.refusal("content", "Input should be a valid list")
        }
        var texts: [String] = []
        for (position, element) in elements.enumerated() {
            let block = try AnthropicFields(element, at: fields.place("content.\(position)"))
            let type = try block.string("type")
            guard type == "text" else { throw AnthropicBlock.refusal(of: type, at: block) }
            ignored.note(block, except: ["type", "text", "cache_control", "citations"])
            texts.append(try block.string("text"))
        }
        return texts.joined(separator: "\n")
    }

    private static func element(
        _ name: String,
        _ attributes: [(String, String)],
        _ text: String
    ) -> String {
        let list = attributes.map { " \($0)=\(JSONValue.string($1).jsonText())" }.joined()
        return "<\(name)\(list)>\n\(text)\n</\(name)>"
    }
}
