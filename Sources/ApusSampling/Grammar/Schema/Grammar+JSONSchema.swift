package import ApusConversation

/// What happens with a keyword of a schema that cannot be enforced token by token.
package enum JSONSchemaPolicy: Sendable, Hashable {
    /// It is refused by name.
    case strict
    /// It is left out: the grammar then matches more than the schema.
    case lenient
}

extension Grammar {
    /// Adds the JSON texts that are valid under a schema (JSON Schema, draft 2020-12).
    ///
    /// Every text that matches is valid under a `strict` schema. The reverse does not hold, because
    /// a model needs to be led, not merely judged:
    /// - Properties come in the order of the schema, other keys after them.
    /// - An object with `properties` or `patternProperties` has no other keys unless
    ///   `additionalProperties` is true or a schema; elements after `prefixItems` need `items`.
    /// - Integers are spelled without fraction and exponent and, where nothing else bounds them,
    ///   with at most 18 digits; numbers with bounds have at most 15 digits.
    /// - Branches of `oneOf` that share objects are kept apart: one goes without a key that another
    ///   requires, or must have a key whose values tell them apart.
    /// - With `uniqueItems`, more than five values come in the order of their `enum`.
    /// - Texts with a `format` are of a common subset of it (`StringFormat`).
    /// - White space between tokens is limited as in any JSON of this module.
    /// - Enumerated texts and keys are spelled one way.
    ///
    /// Beyond the draft, `nullable: true` beside `type` adds null (OpenAPI 3.0), `items` may be an
    /// array and `$defs` be called `definitions` (older drafts), and numeric formats are ranges.
    /// `multipleOf` is exact in decimal. Keywords that are not known are annotations, unless they
    /// look like a slip in one that restricts: such a one counts as not enforceable.
    ///
    /// Throws: `unsupported` with the keyword and its path, `syntax`, `limit`, `unsatisfiable`.
    package mutating func schema(
        _ schema: JSONValue,
        policy: JSONSchemaPolicy = .strict
    ) throws(GrammarError) -> GrammarExpression {
        var compiler = try SchemaCompiler(schema, policy: policy, grammar: self)
        let expression = try compiler.root()
        self = compiler.grammar
        return expression
    }
}
