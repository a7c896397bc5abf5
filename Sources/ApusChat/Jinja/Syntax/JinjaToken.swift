/// One token of a template.
struct JinjaToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Text that is printed as it is.
        case data(String)
        case blockBegin
        case blockEnd
        case printBegin
        case printEnd
        case name(String)
        case string(String)
        case integer(Int)
        case double(Double)
        case symbol(Symbol)
        case end
    }

    /// Operators and punctuation inside tags.
    enum Symbol: String, Sendable {
        case power = "**"
        case floorDivide = "//"
        case equal = "=="
        case notEqual = "!="
        case greaterOrEqual = ">="
        case lessOrEqual = "<="
        case greater = ">"
        case less = "<"
        case assign = "="
        case plus = "+"
        case minus = "-"
        case divide = "/"
        case multiply = "*"
        case modulo = "%"
        case tilde = "~"
        case pipe = "|"
        case dot = "."
        case comma = ","
        case colon = ":"
        case semicolon = ";"
        case openParenthesis = "("
        case closeParenthesis = ")"
        case openBracket = "["
        case closeBracket = "]"
        case openBrace = "{"
        case closeBrace = "}"
    }

    let kind: Kind
    /// Line of the template, from 1.
    let line: Int

    /// What the token is, for error messages.
    var text: String {
        switch kind {
        case .data: "text"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .printBegin: "'{{'"
        case .printEnd: "'}}'"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer(let value): "'\(value)'"
        case .double(let value): "'\(value)'"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end of the template"
        }
    }
}
