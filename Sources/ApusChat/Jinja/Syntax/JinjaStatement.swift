/// A statement of a template, with the line it begins on.
struct JinjaStatement: Sendable {
    indirect enum Kind: Sendable {
        case text(String)
        case print(JinjaExpression)
        /// Branches in order, the last one's test absent when it is an `else`.
        case conditional([(test: JinjaExpression?, body: [JinjaStatement])])
        case loop(JinjaLoop)
        case set(JinjaTarget, JinjaExpression)
        case setBlock(JinjaTarget, [JinjaFilterCall], [JinjaStatement])
        case macro(JinjaMacroDefinition)
        /// A call that is given its body as `caller`.
        case callBlock(JinjaExpression, JinjaMacroDefinition)
        case filterBlock([JinjaFilterCall], [JinjaStatement])
        case with([(target: JinjaTarget, value: JinjaExpression)], [JinjaStatement])
        /// Statements whose assignments end with them: `generation` and `block`.
        case scope([JinjaStatement])
        case breakLoop
        case continueLoop
    }

    let kind: Kind
    let line: Int
}

/// A `for` statement.
struct JinjaLoop: Sendable {
    let target: JinjaTarget
    let items: JinjaExpression
    /// Only items for which this holds are looped over.
    let condition: JinjaExpression?
    let isRecursive: Bool
    let body: [JinjaStatement]
    /// Runs when there are no items.
    let otherwise: [JinjaStatement]
}

/// What can stand left of `=`, or between `for` and `in`.
indirect enum JinjaTarget: Sendable {
    case name(String)
    /// A field of a namespace.
    case field(String, String)
    case tuple([JinjaTarget])
}

/// A macro, or the body of a call block.
struct JinjaMacroDefinition: Sendable {
    let name: String
    let parameters: [(name: String, fallback: JinjaExpression?)]
    let body: [JinjaStatement]
    /// Whether the body mentions `varargs`, `kwargs` and `caller`, which are passed only then.
    let usesVariadic: Bool
    let usesNamed: Bool
    let usesCaller: Bool

    /// What a template can ask of a macro, nil when there is nothing of that name.
    func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "name": .string(self.name)
        case "arguments": .tuple(parameters.map { .string($0.name) })
        case "catch_kwargs": .bool(usesNamed)
        case "catch_varargs": .bool(usesVariadic)
        case "caller": .bool(usesCaller)
        default: nil
        }
    }
}
