/// Builds the syntax tree of a template, by recursive descent in the manner of `jinja2.parser`.
struct JinjaParser {
    /// Statements and expressions nested deeper than this are refused.
    private static let maximumDepth = 60
    /// Operators, members, calls and filters in one tag, at most.
    static let maximumLinks = 3000

    private let tokens: [JinjaToken]
    private var position = 0
    private var depth = 0
    private var loopDepth = 0
    /// How many of `maximumLinks` the current tag has.
    var links = 0
    /// Every name that has been read as a variable, so far.
    private(set) var names: Set<String> = []
    /// Every attribute, and every string in brackets, that has been read so far.
    private(set) var members: Set<String> = []

    /// A parser of one template's tokens.
    init(_ tokens: [JinjaToken]) { self.tokens = tokens }

    /// The statements of the whole template.
    ///
    /// Throws: `ChatError` with code `syntax`, or `limit` when it nests too deep.
    mutating func parseTemplate() throws(ChatError) -> [JinjaStatement] {
        let statements = try parseBody(until: [])
        guard case .end = current.kind else { throw unexpected("the end of the template") }
        return statements
    }

    // MARK: Tokens

    var current: JinjaToken { peek(0) }

    func peek(_ offset: Int) -> JinjaToken {
        let index = min(position + offset, tokens.count - 1)
        return index >= 0 ? tokens[index] : JinjaToken(kind: .end, line: 1)
    }

    @discardableResult
    mutating func next() -> JinjaToken {
        let token = current
        position += 1
        return token
    }

    func isSymbol(_ symbol: JinjaToken.Symbol) -> Bool { current.kind == .symbol(symbol) }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(_ symbol: JinjaToken.Symbol) -> Bool {
        guard isSymbol(symbol) else { return false }
        next()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        next()
        return true
    }

    mutating func expect(_ kind: JinjaToken.Kind, _ what: String) throws(ChatError) {
        guard current.kind == kind else { throw unexpected(what) }
        next()
    }

    mutating func expect(_ symbol: JinjaToken.Symbol) throws(ChatError) {
        try expect(.symbol(symbol), "'\(symbol.rawValue)'")
    }

    mutating func expectName(_ what: String = "a name") throws(ChatError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected(what) }
        next()
        return name
    }

    func unexpected(_ expected: String) -> ChatError {
        ChatError(
            .syntax,
            line: current.line,
            "\(current.text) stands where \(expected) is expected."
        )
    }

    // MARK: Depth

    mutating func enter() throws(ChatError) {
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw ChatError(.limit, line: current.line, "the template nests too deep.")
        }
    }

    mutating func leave() { depth -= 1 }

    mutating func noteName(_ name: String) { names.insert(name) }

    mutating func noteMember(_ name: String) { members.insert(name) }

    // MARK: Bodies

    /// Statements up to a tag that begins with one of `words`; that tag's name is not consumed.
    mutating func parseBody(until words: [String]) throws(ChatError) -> [JinjaStatement] {
        try enter()
        var statements: [JinjaStatement] = []
        while true {
            let token = current
            links = 0
            switch token.kind {
            case .data(let text):
                next()
                statements.append(JinjaStatement(kind: .text(text), line: token.line))
            case .printBegin:
                next()
                let value = try parseTuple(withConditional: true)
                try expect(.printEnd, "'}}'")
                statements.append(JinjaStatement(kind: .print(value), line: token.line))
            case .blockBegin:
                next()
                if case .name(let word) = current.kind, words.contains(word) {
                    leave()
                    return statements
                }
                let kind = try parseStatement()
                try expect(.blockEnd, "'%}'")
                statements.append(JinjaStatement(kind: kind, line: token.line))
            default:
                guard words.isEmpty else {
                    throw unexpected("'{% \(words.joined(separator: " %}' or '{% ")) %}'")
                }
                leave()
                return statements
            }
        }
    }

    /// The body of a block statement: from the end of its opening tag to inside its closing one.
    mutating func parseBlock(ending word: String) throws(ChatError) -> [JinjaStatement] {
        try expect(.blockEnd, "'%}'")
        let body = try parseBody(until: [word])
        next()
        return body
    }

    /// As `parseBlock`, for a loop, in which `break` and `continue` may stand.
    mutating func parseLoopBody(until words: [String]) throws(ChatError) -> [JinjaStatement] {
        loopDepth += 1
        let body = try parseBody(until: words)
        loopDepth -= 1
        return body
    }

    /// Reads a body in which the enclosing loop cannot be left.
    mutating func outsideLoops<Value>(
        _ read: (inout JinjaParser) throws(ChatError) -> Value
    ) throws(ChatError) -> Value {
        let outer = loopDepth
        loopDepth = 0
        let value = try read(&self)
        loopDepth = outer
        return value
    }

    func requireLoop(_ word: String) throws(ChatError) {
        guard loopDepth > 0 else {
            throw ChatError(.syntax, line: current.line, "'\(word)' stands outside of a loop.")
        }
    }

    /// What `read` gives, with the names that it alone mentions.
    mutating func collectingNames<Value>(
        _ read: (inout JinjaParser) throws(ChatError) -> Value
    ) throws(ChatError) -> (value: Value, names: Set<String>) {
        let outer = names
        names = []
        let value = try read(&self)
        let inner = names
        names.formUnion(outer)
        return (value, inner)
    }
}
