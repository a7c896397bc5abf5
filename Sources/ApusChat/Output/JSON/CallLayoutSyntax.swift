internal import ApusConversation
internal import ApusSampling

/// The syntax of calls that a layout describes.
struct CallLayoutSyntax: ToolCallSyntax {
    let layout: CallLayout

    init(_ layout: CallLayout) { self.layout = layout }

    var openings: [String] { (layout.isBare ? ["{", "["] : []) + layout.openings }
    var isAnchored: Bool { layout.isBare }
    var markers: [String] { layout.markers }

    func scanner(for tools: [Tool]) -> any ToolCallScanner {
        var layout = layout
        if tools.isEmpty {
            layout.openings = []
            layout.isBare = false
        }
        return CallLayoutScanner(layout, tools: tools)
    }

    func answer(containing content: GrammarExpression) -> GrammarExpression {
        guard let (open, close) = layout.answerMarkers else { return content }
        return .sequence([.tag(open), content, .tag(close).optional])
    }

    func calls(
        of tools: [Tool],
        isParallel: Bool,
        in grammar: inout Grammar
    ) throws(GrammarError) -> GrammarExpression {
        let writing = layout.writing
        var choices: [GrammarExpression] = []
        for tool in tools {
            let head = writing.head(tool.name)
            try check(tool.name, head)
            let arguments = try grammar.arguments(of: tool)
            choices.append(.sequence(head + [arguments] + writing.tail))
        }
        let call = grammar.rule("call", .choice(choices))
        let more = GrammarExpression.sequence(writing.separator + [call]).zeroOrMore
        return .sequence(
            writing.opening + [call] + (isParallel ? [more] : [])
                + writing.closing
        )
    }

    /// Throws unless the name can be read again from what it is written into.
    private func check(_ name: String, _ head: [GrammarExpression]) throws(GrammarError) {
        var isReadable = !name.isEmpty
        if layout.writing.hasHeaders {
            var header = head.map(\.exampleText).joined()
            for marker in layout.openings + layout.announcements where header.hasPrefix(marker) {
                header.removeFirst(marker.count)
            }
            let ends = layout.openings + layout.closings + ["{"]
            isReadable =
                layout.nameInHeader?(header) == name && name.utf8.count <= 256
                && !ends.contains { TextSearch.first($0, in: name) != nil }
        }
        guard isReadable else {
            throw GrammarError(.unsupported, "the model cannot write the tool name '\(name)'.")
        }
    }
}

extension GrammarExpression {
    /// The text of a literal or a marker, and nothing for anything else.
    fileprivate var exampleText: String {
        switch self {
        case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
        case .tag(let text): text
        default: ""
        }
    }
}

extension Grammar {
    /// The arguments of a tool as a JSON object.
    ///
    /// A schema without a type, or for something else than an object, is taken for one of objects.
    /// Throws: when the schema cannot be used at all.
    mutating func arguments(of tool: Tool) throws(GrammarError) -> GrammarExpression {
        var parameters = tool.parameters.objectValue ?? [:]
        if parameters["type"] == nil {
            parameters["type"] = "object"
        } else if parameters["type"]?.stringValue != "object" {
            parameters = ["type": "object"]
        }
        return try schema(.object(parameters), policy: .lenient)
    }
}

extension GrammarExpression {
    /// The beginning of a call that is a JSON object, up to its arguments.
    ///
    /// `start` comes before the key of the name.
    static func objectHead(
        _ name: String,
        keys: CallKeys,
        start: String = "{"
    ) -> GrammarExpression {
        let name = JSONValue.string(name).jsonText()
        let nameKey = JSONValue.string(keys.name.first ?? "name").jsonText()
        let argumentsKey = JSONValue.string(keys.arguments.first ?? "arguments").jsonText()
        return .text("\(start)\(nameKey): \(name), \(argumentsKey): ")
    }
}
