internal import ApusConversation

/// Values of `enum` and `const`, each spelled one way.
extension SchemaCompiler {
    /// The values of a shape that its other constraints allow.
    mutating func lowerValues(
        _ values: [JSONValue],
        _ shape: SchemaShape
    ) throws(GrammarError) -> GrammarExpression {
        var open = shape
        open.values = nil
        var words: [[UInt8]] = []
        var alternatives: [GrammarExpression] = []
        for value in values where try isValid(value, open) {
            switch value {
            case .array, .object: alternatives.append(try spelled(value))
            default: words.append(Self.bytes(value))
            }
        }
        if words.count == 1 {
            alternatives.append(.literal(words[0]))
        } else if words.count > 1 {
            alternatives.append(.automaton(WordAutomaton.automaton(words)))
        }
        return Self.choice(alternatives)
    }

    /// A value with the usual white space.
    private mutating func spelled(_ value: JSONValue) throws(GrammarError) -> GrammarExpression {
        var parts: [GrammarExpression] = []
        switch value {
        case .array(let elements):
            for element in elements { parts.append(try spelled(element)) }
            return try list("[", parts, "]")
        case .object(let members):
            for (key, value) in members {
                parts.append(try member(Self.literal(key: key), spelled(value)))
            }
            return try list("{", parts, "}")
        default: return .literal(Self.bytes(value))
        }
    }

    private mutating func list(
        _ open: String,
        _ parts: [GrammarExpression],
        _ close: String
    ) throws(GrammarError) -> GrammarExpression {
        let selection = SchemaSelection(members: parts.map { ($0, true) })
        return try bracketed(open, lower(selection), close)
    }

    /// A key between quotes.
    static func literal(key: String) -> GrammarExpression { .literal(bytes(.string(key))) }

    private static func bytes(_ value: JSONValue) -> [UInt8] {
        JSONSerializer().bytes(SchemaValue.canonical(value))
    }
}
