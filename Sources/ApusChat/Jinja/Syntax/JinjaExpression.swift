/// An expression of a template, with the line it stands on.
struct JinjaExpression: Sendable {
    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case double(Double)
        case string(String)
        case name(String)
        case list([JinjaExpression])
        case tuple([JinjaExpression])
        case mapping([(key: JinjaExpression, value: JinjaExpression)])
        case attribute(JinjaExpression, String)
        case item(JinjaExpression, JinjaExpression)
        case slice(JinjaExpression, JinjaSlice)
        case call(JinjaExpression, JinjaArguments)
        case filter(JinjaExpression, JinjaFilterCall)
        case test(JinjaExpression, JinjaFilterCall)
        case unary(Unary, JinjaExpression)
        case binary(Binary, JinjaExpression, JinjaExpression)
        /// A chain such as `a < b <= c`.
        case comparison(JinjaExpression, [(operation: Comparison, right: JinjaExpression)])
        case and(JinjaExpression, JinjaExpression)
        case or(JinjaExpression, JinjaExpression)
        /// Operands of `~`.
        case joined([JinjaExpression])
        case conditional(JinjaExpression, then: JinjaExpression, otherwise: JinjaExpression?)
    }

    enum Unary: Sendable { case not, minus, plus }

    enum Binary: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case floorDivide = "//"
        case modulo = "%"
        case power = "**"
    }

    enum Comparison: Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, contained, notContained
    }

    let kind: Kind
    let line: Int
}

/// The bounds of `value[start:stop:step]`.
struct JinjaSlice: Sendable {
    var start: JinjaExpression?
    var stop: JinjaExpression?
    var step: JinjaExpression?
}

/// What stands in the parentheses of a call.
struct JinjaArguments: Sendable {
    var positional: [JinjaExpression] = []
    var named: [(name: String, value: JinjaExpression)] = []
    /// The value after `*`, whose items become positional arguments.
    var unpackedItems: JinjaExpression?
    /// The value after `**`, whose members become named arguments.
    var unpackedMembers: JinjaExpression?
}

/// A filter or a test by name, with its arguments.
struct JinjaFilterCall: Sendable {
    let name: String
    let arguments: JinjaArguments
    let line: Int
}
