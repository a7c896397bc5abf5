extension GoParser {
    /// A pipeline and the token that ends it.
    mutating func parsePipeline(
        _ context: String,
        end: GoToken.Kind,
        isRange: Bool = false
    ) throws(ChatError) -> GoPipeline {
        var pipeline = GoPipeline(line: peekPastSpace().line)
        try parseVariables(of: &pipeline, context, isRange)
        while true {
            let token = nextPastSpace()
            if token.kind == end { break }
            goBack()
            guard Self.beginsOperand(token) else { throw unexpected(token, in: context) }
            pipeline.commands.append(try parseCommand())
        }
        guard !pipeline.commands.isEmpty else {
            throw ChatError(.syntax, line: pipeline.line, "a value is missing in \(context).")
        }
        for command in pipeline.commands.dropFirst() where !command.first.isExecutable {
            let problem = "a value stands where a pipeline needs a function."
            throw ChatError(.syntax, line: pipeline.line, problem)
        }
        return pipeline
    }

    private static func beginsOperand(_ token: GoToken) -> Bool {
        switch token.kind {
        case .bool, .character, .dot, .field, .identifier, .number, .string, .variable,
            .leftParenthesis:
            true
        default: token.isKeyword("nil")
        }
    }

    /// Reads `$a :=`, `$a =` or, in a range, `$a, $b :=`.
    private mutating func parseVariables(
        of pipeline: inout GoPipeline,
        _ context: String,
        _ isRange: Bool
    ) throws(ChatError) {
        var start = position
        while peekPastSpace().kind == .variable {
            let variable = nextPastSpace()
            let separator = nextPastSpace()
            switch separator.kind {
            case .assign, .declare:
                pipeline.isAssignment = separator.kind == .assign
                pipeline.variables.append(variable.text)
                try declare(variable)
                return
            case .comma:
                pipeline.variables.append(variable.text)
                try declare(variable)
                guard isRange, pipeline.variables.count < 2 else {
                    throw unexpected(separator, in: context)
                }
                guard peekPastSpace().kind == .variable else {
                    throw unexpected(peekPastSpace(), in: context)
                }
                start = position
            default:
                guard pipeline.variables.isEmpty else {
                    throw unexpected(separator, in: context)
                }
                position = start
                return
            }
        }
    }

    private mutating func declare(_ variable: GoToken) throws(ChatError) {
        guard variables.count < Self.maximumVariables else {
            throw ChatError(.limit, line: variable.line, "too many variables are declared.")
        }
        variables.append(variable.text)
    }

    /// Operands with space between them, and the `|` behind them.
    private mutating func parseCommand() throws(ChatError) -> GoCommand {
        var operands: [GoOperand] = []
        while true {
            if let operand = try parseOperand() { operands.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis: goBack()
            case .pipe: break
            default: throw unexpected(token, in: "an operand")
            }
            break
        }
        guard let first = operands.first else { throw problem("a command is empty.") }
        return GoCommand(first: first, arguments: Array(operands.dropFirst()))
    }

    /// A term and the fields behind it; nil when none comes next.
    private mutating func parseOperand() throws(ChatError) -> GoOperand? {
        guard let term = try parseTerm() else { return nil }
        var fields: [String] = []
        while peek().kind == .field { fields.append(String(next().text.dropFirst())) }
        guard !fields.isEmpty else { return term }
        switch term {
        case .field(let names): return .field(names + fields)
        case .variable(let name, let names): return .variable(name, names + fields)
        case .dot, .absent, .constant: throw problem("a constant or dot has no fields.")
        default: return .chain(term, fields)
        }
    }

    private mutating func parseTerm() throws(ChatError) -> GoOperand? {
        let token = nextPastSpace()
        switch token.kind {
        case .identifier:
            guard let function = GoFunction(rawValue: token.text) else {
                let problem = "the function \"\(token.text)\" is not defined."
                throw ChatError(.syntax, line: token.line, problem)
            }
            return .function(function)
        case .dot: return .dot
        case .field: return .field([String(token.text.dropFirst())])
        case .variable:
            guard variables.contains(token.text) else {
                let problem = "the variable \"\(token.text)\" is not declared."
                throw ChatError(.syntax, line: token.line, problem)
            }
            return .variable(token.text, [])
        case .bool: return .constant(.bool(token.text == "true"))
        case .number: return .constant(try Self.number(token))
        case .character:
            return .constant(.integer(Int(token.text.unicodeScalars.first?.value ?? 0)))
        case .string: return .constant(.text(token.text))
        case .leftParenthesis:
            return .pipeline(
                try nested { (parser) throws(ChatError) in
                    try parser.parsePipeline("parentheses", end: .rightParenthesis)
                }
            )
        case .keyword where token.text == "nil": return .absent
        default:
            if token.kind != .end { goBack() }
            return nil
        }
    }

    // MARK: Numbers

    /// An integer in any of Go's notations, or a decimal fraction.
    private static func number(_ token: GoToken) throws(ChatError) -> GoValue {
        var digits = token.text[...]
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits.removeFirst() }
        var radix = 10
        if digits.first == "0", digits.count > 1 {
            switch digits.dropFirst().first {
            case "x", "X": radix = 16
            case "o", "O": radix = 8
            case "b", "B": radix = 2
            default: break
            }
            if radix != 10 { digits.removeFirst(2) }
        }
        let isFraction = radix == 10 && digits.contains { ".eE".contains($0) }
        let plain = digits.filter { $0 != "_" }
        if isFraction, let value = Double(plain), value.isFinite, digits.count == plain.count {
            return .double(isNegative ? -value : value)
        }
        if radix == 10, plain.first == "0", plain.count > 1 { radix = 8 }
        let isSeparatedWell =
            digits.last != "_" && !digits.contains("__") && (radix != 10 || digits.first != "_")
        if !isFraction, isSeparatedWell, plain.first != "+", plain.first != "-",
            let value = Int((isNegative ? "-" : "") + plain, radix: radix)
        {
            return .integer(value)
        }
        let problem = "\"\(token.text.prefix(40))\" is no number, or too large."
        throw ChatError(.syntax, line: token.line, problem)
    }
}
