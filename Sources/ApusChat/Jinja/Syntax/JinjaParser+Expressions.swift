extension JinjaParser {
    private func node(_ kind: JinjaExpression.Kind, _ line: Int) -> JinjaExpression {
        JinjaExpression(kind: kind, line: line)
    }

    /// A node over the one before it in a row, as in `a + b + c` or `a.b.c`.
    ///
    /// Rows take no recursion here, but a level each in the tree, which is freed by recursion.
    private mutating func link(
        _ kind: JinjaExpression.Kind,
        _ line: Int
    ) throws(ChatError) -> JinjaExpression {
        links += 1
        guard links <= Self.maximumLinks else {
            throw ChatError(.limit, line: line, "an expression is too long.")
        }
        return node(kind, line)
    }

    /// One expression, or a tuple of several with commas between them.
    mutating func parseTuple(
        withConditional: Bool,
        endWords: [String] = [],
        inParentheses: Bool = false
    ) throws(ChatError) -> JinjaExpression {
        let line = current.line
        var items: [JinjaExpression] = []
        var isTuple = false
        while true {
            if !items.isEmpty { try expect(.comma) }
            if endsTuple(endWords) { break }
            items.append(withConditional ? try parseExpression() : try parseOr())
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let only = items.first { return only }
        guard isTuple || inParentheses else { throw unexpected("an expression") }
        return node(.tuple(items), line)
    }

    private func endsTuple(_ words: [String]) -> Bool {
        switch current.kind {
        case .printEnd, .blockEnd, .symbol(.closeParenthesis), .end: true
        case .name(let word): words.contains(word)
        default: false
        }
    }

    /// An expression with `if` and `else`.
    mutating func parseExpression() throws(ChatError) -> JinjaExpression {
        try enter()
        defer { leave() }
        let line = current.line
        var value = try parseOr()
        while skip(name: "if") {
            let test = try parseOr()
            let otherwise = skip(name: "else") ? try parseExpression() : nil
            value = try link(.conditional(test, then: value, otherwise: otherwise), line)
        }
        return value
    }

    mutating func parseOr() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var left = try parseAnd()
        while skip(name: "or") { left = try link(.or(left, try parseAnd()), line) }
        return left
    }

    private mutating func parseAnd() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var left = try parseNot()
        while skip(name: "and") { left = try link(.and(left, try parseNot()), line) }
        return left
    }

    private mutating func parseNot() throws(ChatError) -> JinjaExpression {
        let line = current.line
        guard skip(name: "not") else { return try parseComparison() }
        try enter()
        defer { leave() }
        return node(.unary(.not, try parseNot()), line)
    }

    private mutating func parseComparison() throws(ChatError) -> JinjaExpression {
        let line = current.line
        let left = try parseSum()
        var chain: [(operation: JinjaExpression.Comparison, right: JinjaExpression)] = []
        while let operation = comparison() { chain.append((operation, try parseSum())) }
        return chain.isEmpty ? left : node(.comparison(left, chain), line)
    }

    /// Steps over a comparison operator.
    private mutating func comparison() -> JinjaExpression.Comparison? {
        let found: JinjaExpression.Comparison
        switch current.kind {
        case .symbol(.equal): found = .equal
        case .symbol(.notEqual): found = .notEqual
        case .symbol(.less): found = .less
        case .symbol(.lessOrEqual): found = .lessOrEqual
        case .symbol(.greater): found = .greater
        case .symbol(.greaterOrEqual): found = .greaterOrEqual
        case .name("in"): found = .contained
        case .name("not") where peek(1).kind == .name("in"):
            next()
            found = .notContained
        default: return nil
        }
        next()
        return found
    }

    private mutating func parseSum() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var left = try parseJoined()
        while true {
            if skip(.plus) {
                left = try link(.binary(.add, left, try parseJoined()), line)
            } else if skip(.minus) {
                left = try link(.binary(.subtract, left, try parseJoined()), line)
            } else {
                return left
            }
        }
    }

    private mutating func parseJoined() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var parts = [try parseProduct()]
        while skip(.tilde) { parts.append(try parseProduct()) }
        return parts.count == 1 ? parts[0] : node(.joined(parts), line)
    }

    private mutating func parseProduct() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var left = try parsePower()
        while true {
            let operation: JinjaExpression.Binary
            switch current.kind {
            case .symbol(.multiply): operation = .multiply
            case .symbol(.divide): operation = .divide
            case .symbol(.floorDivide): operation = .floorDivide
            case .symbol(.modulo): operation = .modulo
            default: return left
            }
            next()
            left = try link(.binary(operation, left, try parsePower()), line)
        }
    }

    private mutating func parsePower() throws(ChatError) -> JinjaExpression {
        let line = current.line
        var left = try parseUnary()
        // To the left, unlike in Python: so does jinja2.
        while skip(.power) { left = try link(.binary(.power, left, try parseUnary()), line) }
        return left
    }

    private mutating func parseUnary(withFilters: Bool = true) throws(ChatError) -> JinjaExpression
    {
        try enter()
        defer { leave() }
        let line = current.line
        var value: JinjaExpression
        if skip(.minus) {
            value = node(.unary(.minus, try parseUnary(withFilters: false)), line)
        } else if skip(.plus) {
            value = node(.unary(.plus, try parseUnary(withFilters: false)), line)
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return withFilters ? try parseFiltersAndTests(value) : value
    }

    // MARK: Primary expressions

    private mutating func parsePrimary() throws(ChatError) -> JinjaExpression {
        let token = current
        switch token.kind {
        case .name(let name):
            next()
            return node(named(name), token.line)
        case .string(var text):
            next()
            while case .string(let more) = current.kind {
                text += more
                next()
            }
            return node(.string(text), token.line)
        case .integer(let value):
            next()
            return node(.integer(value), token.line)
        case .double(let value):
            next()
            return node(.double(value), token.line)
        case .symbol(.openParenthesis):
            next()
            let value = try parseTuple(withConditional: true, inParentheses: true)
            try expect(.closeParenthesis)
            return value
        case .symbol(.openBracket): return try parseList()
        case .symbol(.openBrace): return try parseMapping()
        default: throw unexpected("an expression")
        }
    }

    private mutating func named(_ name: String) -> JinjaExpression.Kind {
        switch name {
        case "true", "True": return .bool(true)
        case "false", "False": return .bool(false)
        case "none", "None": return .none
        default:
            noteName(name)
            return .name(name)
        }
    }

    private mutating func parseList() throws(ChatError) -> JinjaExpression {
        let line = next().line
        var items: [JinjaExpression] = []
        while !isSymbol(.closeBracket) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.closeBracket) { break }
            items.append(try parseExpression())
        }
        next()
        return node(.list(items), line)
    }

    private mutating func parseMapping() throws(ChatError) -> JinjaExpression {
        let line = next().line
        var items: [(key: JinjaExpression, value: JinjaExpression)] = []
        while !isSymbol(.closeBrace) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.closeBrace) { break }
            let key = try parseExpression()
            try expect(.colon)
            items.append((key, try parseExpression()))
        }
        next()
        return node(.mapping(items), line)
    }

    // MARK: What follows a primary expression

    private mutating func parsePostfix(
        _ operand: JinjaExpression
    ) throws(ChatError)
        -> JinjaExpression
    {
        var value = operand
        while true {
            let line = current.line
            if skip(.dot) {
                if case .integer(let index) = current.kind {
                    next()
                    value = try link(.item(value, node(.integer(index), line)), line)
                } else {
                    let name = try expectName()
                    noteMember(name)
                    value = try link(.attribute(value, name), line)
                }
            } else if skip(.openBracket) {
                value = try link(try parseSubscript(of: value), line)
            } else if isSymbol(.openParenthesis) {
                value = try link(.call(value, try parseArguments()), line)
            } else {
                return value
            }
        }
    }

    private mutating func parseFiltersAndTests(
        _ operand: JinjaExpression
    ) throws(ChatError) -> JinjaExpression {
        var value = operand
        while true {
            let line = current.line
            if skip(.pipe) {
                value = try link(.filter(value, try parseFilterCall()), line)
            } else if skip(name: "is") {
                value = try link(try parseTest(value, line).kind, line)
            } else if isSymbol(.openParenthesis) {
                value = try link(.call(value, try parseArguments()), line)
            } else {
                return value
            }
        }
    }

    private mutating func parseSubscript(
        of value: JinjaExpression
    ) throws(ChatError) -> JinjaExpression.Kind {
        let line = current.line
        let first = isSymbol(.colon) ? nil : try parseExpression()
        guard let first, !isSymbol(.colon) else {
            return .slice(value, try parseSlice(from: first))
        }
        var items = [first]
        while skip(.comma), !isSymbol(.closeBracket) { items.append(try parseExpression()) }
        try expect(.closeBracket)
        if items.count == 1 {
            if case .string(let name) = first.kind { noteMember(name) }
            return .item(value, first)
        }
        return .item(value, node(.tuple(items), line))
    }

    /// The rest of a slice, from its first colon on.
    private mutating func parseSlice(
        from start: JinjaExpression?
    ) throws(ChatError) -> JinjaSlice {
        var slice = JinjaSlice(start: start)
        try expect(.colon)
        if !isSymbol(.colon), !isSymbol(.closeBracket) { slice.stop = try parseExpression() }
        if skip(.colon), !isSymbol(.closeBracket) { slice.step = try parseExpression() }
        try expect(.closeBracket)
        return slice
    }

    private mutating func parseTest(
        _ operand: JinjaExpression,
        _ line: Int
    ) throws(ChatError) -> JinjaExpression {
        let isNegated = skip(name: "not")
        var name = try expectName("the name of a test")
        while skip(.dot) { name += "." + (try expectName()) }
        var arguments = JinjaArguments()
        if isSymbol(.openParenthesis) {
            arguments = try parseArguments()
        } else if isName("is") {
            throw ChatError(.syntax, line: line, "tests cannot be chained with 'is'.")
        } else if startsTestArgument {
            arguments.positional = [try parsePostfix(try parsePrimary())]
        }
        let test = node(
            .test(operand, JinjaFilterCall(name: name, arguments: arguments, line: line)),
            line
        )
        return isNegated ? node(.unary(.not, test), line) : test
    }

    /// Whether a test's only argument follows without parentheses.
    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let word): !["else", "or", "and"].contains(word)
        case .string, .integer, .double, .symbol(.openBracket), .symbol(.openBrace): true
        default: false
        }
    }

    /// Arguments, from one parenthesis to the other.
    mutating func parseArguments() throws(ChatError) -> JinjaArguments {
        try expect(.openParenthesis)
        var arguments = JinjaArguments()
        var isFirst = true
        while !isSymbol(.closeParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isSymbol(.closeParenthesis) { break }
            }
            isFirst = false
            try parseArgument(&arguments)
        }
        next()
        return arguments
    }

    private mutating func parseArgument(_ arguments: inout JinjaArguments) throws(ChatError) {
        if skip(.multiply) {
            guard arguments.unpackedItems == nil, arguments.unpackedMembers == nil else {
                throw unexpected("another argument")
            }
            arguments.unpackedItems = try parseExpression()
        } else if skip(.power) {
            guard arguments.unpackedMembers == nil else { throw unexpected("another argument") }
            arguments.unpackedMembers = try parseExpression()
        } else if case .name(let name) = current.kind, peek(1).kind == .symbol(.assign) {
            guard arguments.unpackedMembers == nil else { throw unexpected("another argument") }
            next()
            next()
            arguments.named.append((name, try parseExpression()))
        } else {
            guard arguments.named.isEmpty, arguments.unpackedItems == nil,
                arguments.unpackedMembers == nil
            else {
                throw unexpected("a named argument")
            }
            arguments.positional.append(try parseExpression())
        }
    }
}
