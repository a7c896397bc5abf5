import ApusConversation

@testable import ApusSampling

/// A compiled schema that whole texts are held against.
struct SchemaHarness {
    private let grammar: CompiledGrammar

    init(_ schema: JSONValue, policy: JSONSchemaPolicy = .strict) throws {
        var grammar = Grammar()
        grammar.root = try grammar.schema(schema, policy: policy)
        let vocabulary = GrammarVocabulary(
            count: 257,
            bytes: { $0 < 256 ? [UInt8($0)] : nil },
            specialText: { _ in nil },
            endOfGeneration: [256]
        )
        self.grammar = try CompiledGrammar(grammar, vocabulary: vocabulary)
    }

    func matches(_ text: String) -> Bool { grammar.matches(Array(text.utf8)) }

    /// The error of a schema, nil if it has none.
    static func error(
        _ schema: JSONValue,
        policy: JSONSchemaPolicy = .strict
    ) -> GrammarError? {
        var grammar = Grammar()
        do throws(GrammarError) {
            _ = try grammar.schema(schema, policy: policy)
            return nil
        } catch {
            return error
        }
    }
}
