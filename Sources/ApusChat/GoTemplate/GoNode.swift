/// A part of a parsed template.
enum GoNode: Sendable {
    case text(String)
    /// Prints the value of a pipeline, unless that declares or assigns a variable.
    case action(GoPipeline)
    case branch(GoBranch)
    case range(GoRange)
    /// Renders a named template with a new dot.
    case template(name: String, argument: GoPipeline?, line: Int)
    case breakLoop
    case continueLoop
}

/// `if` or `with`, and what follows with `else if` or `else with`.
struct GoBranch: Sendable {
    struct Arm: Sendable {
        var condition: GoPipeline
        var body: [GoNode]
    }

    /// Whether dot is the condition's value in the arm that runs.
    let setsDot: Bool
    var arms: [Arm]
    var otherwise: [GoNode]
}

/// `range`, with what runs when there is nothing to go through.
struct GoRange: Sendable {
    let sequence: GoPipeline
    var body: [GoNode]
    var otherwise: [GoNode]
}

/// Commands of which each gets the value of the one before as its last argument.
struct GoPipeline: Sendable {
    /// Variables that get the value: `$a := …`, or two in a `range`.
    var variables: [String] = []
    /// Whether these exist already: `$a = …`.
    var isAssignment = false
    var commands: [GoCommand] = []
    let line: Int
}

/// An operand, or a function and its arguments; never empty.
struct GoCommand: Sendable {
    let first: GoOperand
    var arguments: [GoOperand]
}

/// A value, or where it is found.
indirect enum GoOperand: Sendable {
    case dot
    case absent
    case constant(GoValue)
    /// `.A.B`
    case field([String])
    /// `$a.B`
    case variable(String, [String])
    case function(GoFunction)
    case pipeline(GoPipeline)
    /// Fields of any other operand.
    case chain(GoOperand, [String])

    /// Whether it can receive the value of a command before it.
    var isExecutable: Bool {
        switch self {
        case .dot, .absent, .constant: false
        default: true
        }
    }
}

/// A whole template with the ones that it defines.
struct GoTree: Sendable {
    var main: [GoNode]
    var definitions: [String: [GoNode]]
}
