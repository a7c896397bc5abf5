/// Parses a template in Go's language: text, actions and control structures.
///
/// Grammar and errors follow `text/template/parse` of Go 1.24.
struct GoParser {
    /// Control structures and parentheses inside each other; more than any template has.
    private static let maximumDepth = 60
    /// Variables that are visible at one place, because finding one means trying all.
    static let maximumVariables = 500

    private let tokens: [GoToken]
    var position = 0
    private var depth = 0
    private var rangeDepth = 0
    /// Variables that are declared, or were in an arm before.
    var variables = ["$"]
    private var definitions: [String: [GoNode]] = [:]

    private init(tokens: [GoToken]) { self.tokens = tokens }

    /// The tree of a template.
    ///
    /// Throws: `ChatError` with code `syntax`, or `limit` when it nests too deep.
    static func parse(_ source: String) throws(ChatError) -> GoTree {
        var parser = GoParser(tokens: try GoLexer.tokens(of: source))
        var main: [GoNode] = []
        while parser.peek().kind != .end {
            if parser.skipDefine() {
                try parser.parseDefinition()
            } else {
                main.append(try parser.parseNode())
            }
        }
        return GoTree(main: main, definitions: parser.definitions)
    }

    // MARK: Tokens

    func peek() -> GoToken { tokens[position] }

    func peekPastSpace() -> GoToken {
        let token = tokens[position]
        return token.kind == .space ? tokens[position + 1] : token
    }

    /// The next token; the last one again and again.
    mutating func next() -> GoToken {
        let token = tokens[position]
        if token.kind != .end { position += 1 }
        return token
    }

    mutating func nextPastSpace() -> GoToken {
        let token = next()
        return token.kind == .space ? next() : token
    }

    mutating func goBack() { position -= 1 }

    mutating func expect(_ kind: GoToken.Kind, in context: String) throws(ChatError) -> GoToken {
        let token = nextPastSpace()
        guard token.kind == kind else { throw unexpected(token, in: context) }
        return token
    }

    func problem(_ text: String) -> ChatError { ChatError(.syntax, line: peek().line, text) }

    func unexpected(_ token: GoToken, in context: String) -> ChatError {
        ChatError(.syntax, line: token.line, "unexpected \(token.described) in \(context).")
    }

    /// Runs `body` one level deeper.
    mutating func nested<Value>(
        _ body: (inout GoParser) throws(ChatError) -> Value
    ) throws(ChatError) -> Value {
        guard depth < Self.maximumDepth else {
            throw ChatError(.limit, line: peek().line, "the template nests too deep.")
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    // MARK: Definitions

    /// Moves past `{{define`, if it comes next.
    private mutating func skipDefine() -> Bool {
        let start = position
        if next().kind == .leftDelimiter, nextPastSpace().isKeyword("define") { return true }
        position = start
        return false
    }

    private mutating func parseDefinition() throws(ChatError) {
        let name = try expect(.string, in: "a definition").text
        _ = try expect(.rightDelimiter, in: "a definition")
        try parseBody(of: name)
        _ = try expect(.rightDelimiter, in: "\"end\"")
    }

    /// Parses up to `end` what the template `name` holds; it sees no variable of its surroundings.
    private mutating func parseBody(of name: String) throws(ChatError) {
        let outside = (variables, rangeDepth)
        (variables, rangeDepth) = (["$"], 0)
        let body = try parseList()
        guard body.terminator.isKeyword("end") else {
            throw unexpected(body.terminator, in: "a definition")
        }
        (variables, rangeDepth) = outside
        if let earlier = definitions[name], !Self.isBlank(earlier) {
            guard Self.isBlank(body.nodes) else {
                throw problem("the template \"\(name)\" is defined twice.")
            }
            return
        }
        definitions[name] = body.nodes
    }

    private static func isBlank(_ nodes: [GoNode]) -> Bool {
        nodes.allSatisfy { node in
            guard case .text(let text) = node else { return false }
            return text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        }
    }

    // MARK: Nodes

    private mutating func parseNode() throws(ChatError) -> GoNode {
        let token = next()
        switch token.kind {
        case .text: return .text(token.text)
        case .leftDelimiter: return try parseAction()
        default: throw unexpected(token, in: "the template")
        }
    }

    /// Nodes up to `end` or `else`, which is the terminator and has been read.
    private mutating func parseList() throws(ChatError) -> (nodes: [GoNode], terminator: GoToken) {
        var nodes: [GoNode] = []
        while peek().kind != .end {
            if peek().kind == .leftDelimiter {
                let start = position
                _ = next()
                let word = nextPastSpace()
                if word.isKeyword("end") || word.isKeyword("else") { return (nodes, word) }
                position = start
            }
            nodes.append(try parseNode())
        }
        throw problem("unexpected end of the template; an \"end\" is missing.")
    }

    private mutating func parseAction() throws(ChatError) -> GoNode {
        let word = nextPastSpace()
        if word.kind == .keyword {
            switch word.text {
            case "block":
                return try nested { (parser) throws(ChatError) in
                    try parser.parseBlock(line: word.line)
                }
            case "break", "continue": return try parseJump(word)
            case "if", "with":
                return try nested { (parser) throws(ChatError) in try parser.parseBranch(word.text)
                }
            case "range":
                return try nested { (parser) throws(ChatError) in try parser.parseRange() }
            case "template": return try parseTemplate(line: word.line)
            case "nil": break
            default: throw unexpected(word, in: "an action")
            }
        }
        goBack()
        return .action(try parsePipeline("a command", end: .rightDelimiter))
    }

    private mutating func parseJump(_ word: GoToken) throws(ChatError) -> GoNode {
        _ = try expect(.rightDelimiter, in: "\"\(word.text)\"")
        guard rangeDepth > 0 else { throw problem("\"\(word.text)\" outside of \"range\".") }
        return word.text == "break" ? .breakLoop : .continueLoop
    }

    private mutating func parseBlock(line: Int) throws(ChatError) -> GoNode {
        let name = try expect(.string, in: "a block").text
        let argument = try parsePipeline("a block", end: .rightDelimiter)
        try parseBody(of: name)
        _ = try expect(.rightDelimiter, in: "\"end\"")
        return .template(name: name, argument: argument, line: line)
    }

    private mutating func parseTemplate(line: Int) throws(ChatError) -> GoNode {
        let name = try expect(.string, in: "\"template\"").text
        var argument: GoPipeline?
        if nextPastSpace().kind != .rightDelimiter {
            goBack()
            argument = try parsePipeline("\"template\"", end: .rightDelimiter)
        }
        return .template(name: name, argument: argument, line: line)
    }

    private mutating func parseBranch(_ keyword: String) throws(ChatError) -> GoNode {
        let known = variables.count
        defer { variables.removeLast(variables.count - known) }
        var branch = GoBranch(setsDot: keyword == "with", arms: [], otherwise: [])
        while true {
            let condition = try parsePipeline("\"\(keyword)\"", end: .rightDelimiter)
            let (body, terminator) = try parseList()
            branch.arms.append(.init(condition: condition, body: body))
            if terminator.isKeyword("end") { break }
            if peekPastSpace().isKeyword(keyword) {
                _ = nextPastSpace()
                continue
            }
            branch.otherwise = try parseElse()
            break
        }
        _ = try expect(.rightDelimiter, in: "\"end\"")
        return .branch(branch)
    }

    private mutating func parseRange() throws(ChatError) -> GoNode {
        let known = variables.count
        defer { variables.removeLast(variables.count - known) }
        let sequence = try parsePipeline("\"range\"", end: .rightDelimiter, isRange: true)
        rangeDepth += 1
        let (body, terminator) = try parseList()
        rangeDepth -= 1
        var range = GoRange(sequence: sequence, body: body, otherwise: [])
        if terminator.isKeyword("else") { range.otherwise = try parseElse() }
        _ = try expect(.rightDelimiter, in: "\"end\"")
        return .range(range)
    }

    /// What follows the word `else`, up to the word `end`, which is read.
    private mutating func parseElse() throws(ChatError) -> [GoNode] {
        _ = try expect(.rightDelimiter, in: "\"else\"")
        let (nodes, terminator) = try parseList()
        guard terminator.isKeyword("end") else {
            throw ChatError(.syntax, line: terminator.line, "\"end\" expected, not \"else\".")
        }
        return nodes
    }
}
