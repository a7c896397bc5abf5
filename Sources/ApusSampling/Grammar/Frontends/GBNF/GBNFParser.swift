/// GBNF by recursive descent.
///
///     grammar      = *rule                              ; "root" is what a whole text matches
///     rule         = name "::=" alternatives newline
///     alternatives = sequence *("|" sequence)
///     sequence     = *(item *("*" / "+" / "?" / "{m}" / "{m,}" / "{m,n}" / "{,n}"))
///     item         = '"' *char '"' / "[" ["^"] *range "]" / "." / name / "(" alternatives ")"
///                  / "<" text ">"                       ; the special token with this text
///                  / "!<" text ">*"                     ; anything without that token,
///                  / "(" "!<" text ">" ")*"             ; which may be in parentheses
///
/// `#` begins a comment. A line feed ends a rule, except after `::=`, after `|` and within
/// parentheses. A rule may be used before it is defined, but is defined once.
///
/// Source: the GBNF guide of llama.cpp, and what its parser accepts beyond the guide. Unlike there,
/// `{m,n}` is exact for large numbers, a second definition of a rule is an error, and so are empty
/// classes and ranges out of order. Tokens by number and other uses of `!` are refused by name.
struct GBNFParser {
    /// Longest text, in bytes.
    static let sizeLimit = 1 << 20
    /// Deepest nesting of parentheses and quantifiers.
    static let depthLimit = 200
    /// Largest number in a quantifier.
    static let countLimit = 1_000_000

    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0
    private var grammar = Grammar()
    private var rules: [String: Grammar.RuleID] = [:]
    private var defined: Set<Grammar.RuleID> = []
    /// Where a rule was first used.
    private var uses: [(name: String, position: Int)] = []

    init(_ text: String) throws(GrammarError) {
        guard text.utf8.count <= Self.sizeLimit else {
            throw GrammarError(.limit, "The grammar has more than \(Self.sizeLimit) bytes.")
        }
        scalars = Array(text.unicodeScalars)
    }

    mutating func parse() throws(GrammarError) -> Grammar {
        skipSpace(acrossLines: true)
        while next != nil { try rule() }
        for use in uses {
            guard let rule = rules[use.name], defined.contains(rule) else {
                throw error(.syntax, "Rule '\(use.name)' is not defined", at: use.position)
            }
        }
        guard let root = rules["root"] else {
            throw GrammarError(.syntax, "The grammar has no rule 'root'.")
        }
        grammar.root = .rule(root)
        return grammar
    }

    // MARK: - Rules

    private mutating func rule() throws(GrammarError) {
        let begin = position
        guard let name = takeName() else { throw error(.syntax, "Expected the name of a rule") }
        skipSpace(acrossLines: false)
        guard take("::=") else { throw error(.syntax, "Expected '::=' after '\(name)'") }
        let rule = identifier(of: name)
        guard defined.insert(rule).inserted else {
            throw error(.syntax, "Rule '\(name)' is defined twice", at: begin)
        }
        skipSpace(acrossLines: true)
        grammar.define(rule, as: try alternatives(nested: false))
        guard next == nil || next == "\n" || next == "\r" else {
            throw error(.syntax, next == ")" ? "')' without '('" : "Expected the end of the line")
        }
        skipSpace(acrossLines: true)
    }

    private mutating func identifier(of name: String) -> Grammar.RuleID {
        if let rule = rules[name] { return rule }
        let rule = grammar.declare(name)
        rules[name] = rule
        return rule
    }

    private mutating func alternatives(nested: Bool) throws(GrammarError) -> GrammarExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw error(.limit, "More than \(Self.depthLimit) nested parentheses")
        }
        var choices = [try sequence(nested: nested)]
        while take("|") {
            skipSpace(acrossLines: true)
            choices.append(try sequence(nested: nested))
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(nested: Bool) throws(GrammarError) -> GrammarExpression {
        var items: [GrammarExpression] = []
        while let item = try item() {
            skipSpace(acrossLines: nested)
            items.append(try quantified(item, nested: nested))
        }
        if next == "*" || next == "+" || next == "?" || next == "{" {
            throw error(.syntax, "Nothing to repeat")
        }
        return items.count == 1 ? items[0] : .sequence(items)
    }

    // MARK: - Items

    /// The next item; nil at the end of a sequence.
    private mutating func item() throws(GrammarError) -> GrammarExpression? {
        switch next {
        case "\"": return try literal()
        case "[": return .characters(try characterClass())
        case "<": return .tag(try token())
        case "!": return try excludedToken()
        case "(": return try group()
        case ".":
            position += 1
            return .characters(.all)
        default:
            let begin = position
            guard let name = takeName() else { return nil }
            if rules[name] == nil { uses.append((name, begin)) }
            return .rule(identifier(of: name))
        }
    }

    private mutating func group() throws(GrammarError) -> GrammarExpression {
        position += 1
        skipSpace(acrossLines: true)
        if let excluded = try excludedTokenInGroup() { return excluded }
        let expression = try alternatives(nested: true)
        guard take(")") else { throw error(.syntax, "Expected ')'") }
        return expression
    }

    /// What follows `!`: `<text>` and a star.
    private mutating func excludedToken() throws(GrammarError) -> GrammarExpression {
        let begin = position
        position += 1
        guard next == "<" else { throw error(.syntax, "Expected '<' after '!'") }
        let text = try token()
        guard take("*") else {
            throw error(
                .unsupported,
                "'!\(text)' without '*', which stands for a single token,",
                at: begin
            )
        }
        return .freeText(excluding: [text])
    }

    /// `!<text>)*` after a parenthesis; nil, and nothing read, for anything else.
    private mutating func excludedTokenInGroup() throws(GrammarError) -> GrammarExpression? {
        let begin = position
        if take("!"), next == "<" {
            let text = try token()
            skipSpace(acrossLines: true)
            if take(")*") { return .freeText(excluding: [text]) }
        }
        position = begin
        return nil
    }

    // MARK: - Quantifiers

    private mutating func quantified(
        _ item: GrammarExpression,
        nested: Bool
    ) throws(GrammarError) -> GrammarExpression {
        var result = item
        var count = 0
        while let (minimum, maximum) = try quantifier(nested: nested) {
            count += 1
            guard depth + count <= Self.depthLimit else {
                throw error(.limit, "More than \(Self.depthLimit) nested quantifiers")
            }
            result = .repeated(result, minimum: minimum, maximum: maximum)
            skipSpace(acrossLines: nested)
        }
        return result
    }

    private mutating func quantifier(
        nested: Bool
    ) throws(GrammarError) -> (minimum: Int, maximum: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        skipSpace(acrossLines: nested)
        let minimum = try number(nested: nested)
        var maximum = minimum
        if take(",") {
            skipSpace(acrossLines: nested)
            maximum = try number(nested: nested)
        }
        guard take("}") else { throw error(.syntax, "Expected '}'") }
        guard minimum != nil || maximum != nil else { throw error(.syntax, "Expected a number") }
        if let minimum, let maximum, maximum < minimum {
            throw error(.syntax, "Quantifier out of order")
        }
        return (minimum ?? 0, maximum)
    }

    private mutating func number(nested: Bool) throws(GrammarError) -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            position += 1
            value = min((value ?? 0) * 10 + Int(scalar.value) - 48, Self.countLimit + 1)
        }
        guard (value ?? 0) <= Self.countLimit else {
            throw error(.limit, "A quantifier above \(Self.countLimit)")
        }
        skipSpace(acrossLines: nested)
        return value
    }
}
