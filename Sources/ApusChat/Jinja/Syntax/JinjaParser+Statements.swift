extension JinjaParser {
    /// A statement, from its name to before the end of its last tag.
    mutating func parseStatement() throws(ChatError) -> JinjaStatement.Kind {
        let word = try expectName("the name of a tag")
        switch word {
        case "if": return try parseConditional()
        case "for": return try parseLoop()
        case "set": return try parseSet()
        case "macro": return .macro(try parseMacro())
        case "call": return try parseCallBlock()
        case "filter":
            let filters = try parseFilters(startsInline: true)
            return .filterBlock(filters, try parseBlock(ending: "endfilter"))
        case "with": return try parseWith()
        case "generation":
            return .scope(
                try outsideLoops { parser throws(ChatError) in
                    try parser.parseBlock(ending: "endgeneration")
                }
            )
        case "block": return try parseNamedBlock()
        case "break":
            try requireLoop(word)
            return .breakLoop
        case "continue":
            try requireLoop(word)
            return .continueLoop
        default:
            throw ChatError(.syntax, line: current.line, "the tag '\(word)' is unknown here.")
        }
    }

    private mutating func parseConditional() throws(ChatError) -> JinjaStatement.Kind {
        var branches: [(test: JinjaExpression?, body: [JinjaStatement])] = []
        var test: JinjaExpression? = try parseTuple(withConditional: false)
        while true {
            try expect(.blockEnd, "'%}'")
            let ends = test == nil ? ["endif"] : ["elif", "else", "endif"]
            branches.append((test, try parseBody(until: ends)))
            if skip(name: "elif") {
                test = try parseTuple(withConditional: false)
            } else if skip(name: "else") {
                test = nil
            } else {
                next()
                return .conditional(branches)
            }
        }
    }

    private mutating func parseLoop() throws(ChatError) -> JinjaStatement.Kind {
        let target = try parseTarget(allowsField: false)
        guard skip(name: "in") else { throw unexpected("'in'") }
        let items = try parseTuple(withConditional: false, endWords: ["recursive"])
        let condition = skip(name: "if") ? try parseExpression() : nil
        let isRecursive = skip(name: "recursive")
        try expect(.blockEnd, "'%}'")
        let body = try parseLoopBody(until: ["endfor", "else"])
        var otherwise: [JinjaStatement] = []
        if skip(name: "else") {
            otherwise = try parseBlock(ending: "endfor")
        } else {
            next()
        }
        return .loop(
            JinjaLoop(
                target: target,
                items: items,
                condition: condition,
                isRecursive: isRecursive,
                body: body,
                otherwise: otherwise
            )
        )
    }

    private mutating func parseSet() throws(ChatError) -> JinjaStatement.Kind {
        let target = try parseTarget(allowsField: true)
        if skip(.assign) { return .set(target, try parseTuple(withConditional: true)) }
        let filters = try parseFilters(startsInline: false)
        return .setBlock(target, filters, try parseBlock(ending: "endset"))
    }

    private mutating func parseWith() throws(ChatError) -> JinjaStatement.Kind {
        var pairs: [(target: JinjaTarget, value: JinjaExpression)] = []
        while current.kind != .blockEnd {
            if !pairs.isEmpty { try expect(.comma) }
            let target = try parseTargetPart(allowsField: false)
            try expect(.assign)
            pairs.append((target, try parseExpression()))
        }
        return .with(pairs, try parseBlock(ending: "endwith"))
    }

    private mutating func parseNamedBlock() throws(ChatError) -> JinjaStatement.Kind {
        let name = try expectName()
        while case .name(let word) = current.kind, word == "scoped" || word == "required" { next() }
        let body = try outsideLoops { parser throws(ChatError) in
            try parser.parseBlock(ending: "endblock")
        }
        _ = skip(name: name)
        return .scope(body)
    }

    // MARK: Macros

    private mutating func parseMacro() throws(ChatError) -> JinjaMacroDefinition {
        let name = try expectName()
        return try parseDefinition(
            name: name,
            ending: "endmacro",
            parameters: parseParameters()
        )
    }

    private mutating func parseCallBlock() throws(ChatError) -> JinjaStatement.Kind {
        let parameters = isSymbol(.openParenthesis) ? try parseParameters() : []
        let call = try parseExpression()
        guard case .call = call.kind else {
            throw ChatError(.syntax, line: call.line, "a call block must call something.")
        }
        let definition = try parseDefinition(
            name: "caller",
            ending: "endcall",
            parameters: parameters
        )
        return .callBlock(call, definition)
    }

    private mutating func parseDefinition(
        name: String,
        ending: String,
        parameters: [(name: String, fallback: JinjaExpression?)]
    ) throws(ChatError) -> JinjaMacroDefinition {
        let body = try collectingNames { parser throws(ChatError) in
            try parser.outsideLoops { parser throws(ChatError) in
                try parser.parseBlock(ending: ending)
            }
        }
        if body.names.contains("caller"),
            parameters.contains(where: { $0.name == "caller" && $0.fallback == nil })
        {
            throw ChatError(
                .syntax,
                line: current.line,
                "the parameter 'caller' must have a default."
            )
        }
        return JinjaMacroDefinition(
            name: name,
            parameters: parameters,
            body: body.value,
            usesVariadic: body.names.contains("varargs"),
            usesNamed: body.names.contains("kwargs"),
            usesCaller: body.names.contains("caller")
        )
    }

    private mutating func parseParameters() throws(ChatError)
        -> [(name: String, fallback: JinjaExpression?)]
    {
        try expect(.openParenthesis)
        var parameters: [(name: String, fallback: JinjaExpression?)] = []
        while !skip(.closeParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let name = try expectName()
            let fallback = skip(.assign) ? try parseExpression() : nil
            if fallback == nil, parameters.last?.fallback != nil {
                throw ChatError(
                    .syntax,
                    line: current.line,
                    "the parameter '\(name)' without a default follows one with a default."
                )
            }
            parameters.append((name, fallback))
        }
        return parameters
    }

    // MARK: Targets

    private static let reservedNames: Set<String> = [
        "true", "false", "none", "True", "False", "None",
    ]

    /// A name, a field of a namespace, or several separated by commas.
    private mutating func parseTarget(allowsField: Bool) throws(ChatError) -> JinjaTarget {
        var parts = [try parseTargetPart(allowsField: allowsField)]
        var isTuple = false
        while skip(.comma) {
            isTuple = true
            guard case .name(let word) = current.kind, word != "in" else {
                if isSymbol(.openParenthesis) {
                    parts.append(try parseTargetPart(allowsField: allowsField))
                    continue
                }
                break
            }
            parts.append(try parseTargetPart(allowsField: allowsField))
        }
        return isTuple ? .tuple(parts) : parts[0]
    }

    private mutating func parseTargetPart(allowsField: Bool) throws(ChatError) -> JinjaTarget {
        try enter()
        defer { leave() }
        if skip(.openParenthesis) {
            let inner = try parseTarget(allowsField: false)
            try expect(.closeParenthesis)
            return inner
        }
        let name = try expectName("a name to assign to")
        guard !Self.reservedNames.contains(name) else {
            throw ChatError(.syntax, line: current.line, "'\(name)' cannot be assigned to.")
        }
        guard allowsField, skip(.dot) else { return .name(name) }
        noteName(name)
        return .field(name, try expectName())
    }

    // MARK: Filters

    /// Filters in a row; the first stands without a `|` when `startsInline`.
    mutating func parseFilters(startsInline: Bool) throws(ChatError) -> [JinjaFilterCall] {
        var filters: [JinjaFilterCall] = []
        if startsInline { filters.append(try parseFilterCall()) }
        while skip(.pipe) { filters.append(try parseFilterCall()) }
        return filters
    }

    /// A filter's dotted name and its arguments.
    mutating func parseFilterCall() throws(ChatError) -> JinjaFilterCall {
        let line = current.line
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        let arguments = isSymbol(.openParenthesis) ? try parseArguments() : JinjaArguments()
        return JinjaFilterCall(name: name, arguments: arguments, line: line)
    }
}
