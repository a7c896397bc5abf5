/// Recursive descent over the scalars of a pattern.
///
///     alternatives = sequence *("|" sequence)
///     sequence     = *(atom [quantifier])
///     quantifier   = ("*" / "+" / "?" / "{m}" / "{m,}" / "{m,n}") ["?"]
struct RegularExpressionParser {
    typealias Node = RegularExpression.Node

    /// Longest pattern, in scalars.
    static let lengthLimit = 32_768
    /// Deepest nesting of groups.
    static let depthLimit = 200
    /// Largest number in a quantifier.
    static let countLimit = 1_000_000

    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0
    /// Properties that were looked up already, which takes long.
    var properties: [String: ScalarSet] = [:]

    init(_ pattern: String) throws(GrammarError) {
        scalars = Array(pattern.unicodeScalars.prefix(Self.lengthLimit + 1))
        guard scalars.count <= Self.lengthLimit else {
            throw GrammarError(
                .limit,
                "The regular expression is longer than \(Self.lengthLimit) characters."
            )
        }
    }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    func scalar(ahead distance: Int) -> Unicode.Scalar? {
        position + distance < scalars.count ? scalars[position + distance] : nil
    }

    mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    func error(_ code: GrammarError.Code, _ what: String) -> GrammarError {
        GrammarError(code, "\(what) at offset \(position) of the regular expression.")
    }

    mutating func parse() throws(GrammarError) -> Node {
        let node = try alternatives()
        guard next == nil else { throw error(.syntax, "')' without '('") }
        return node
    }

    private mutating func alternatives() throws(GrammarError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw error(.limit, "More than \(Self.depthLimit) nested groups")
        }
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(GrammarError) -> Node {
        var nodes: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            nodes.append(try term(scalar))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func term(_ scalar: Unicode.Scalar) throws(GrammarError) -> Node {
        switch scalar {
        case "^", "$":
            position += 1
            return scalar == "^" ? .start : .end
        case "*", "+", "?": throw error(.syntax, "Nothing to repeat")
        case "{":
            if try quantifier() != nil { throw error(.syntax, "Nothing to repeat") }
            fallthrough
        default:
            let atom = try atom(scalar)
            guard let count = try quantifier() else { return atom }
            return .repeated(atom, minimum: count.minimum, maximum: count.maximum)
        }
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(GrammarError) -> Node {
        switch scalar {
        case "(": return try group()
        case "[": return .characters(try characterClass())
        case "\\": return .characters(try escape(inClass: false).set)
        default:
            position += 1
            return .characters(
                scalar == "." ? Self.dot : ScalarSet([scalar.value...scalar.value])
            )
        }
    }

    /// Everything but line terminators.
    private static let dot = ScalarSet("\n\r\u{2028}\u{2029}").complement

    // MARK: - Groups

    private mutating func group() throws(GrammarError) -> Node {
        position += 1
        if take("?") { try groupKind() }
        let node = try alternatives()
        guard take(")") else { throw error(.syntax, "'(' without ')'") }
        return node
    }

    /// Reads what follows `(?`.
    private mutating func groupKind() throws(GrammarError) {
        if take(":") { return }
        if take("=") || take("!") { throw error(.unsupported, "Lookahead") }
        if take("<=") || take("<!") { throw error(.unsupported, "Lookbehind") }
        guard take("<") else {
            throw error(.unsupported, "A group that begins with '(?' and no ':' or '<name>'")
        }
        let begin = position
        while let scalar = next, Self.isNamePart(scalar) { position += 1 }
        guard position > begin, !("0"..."9").contains(scalars[begin]), take(">") else {
            throw error(.syntax, "Malformed name of a group")
        }
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "$" || scalar == "_" || scalar.properties.isIDContinue
    }

    // MARK: - Quantifiers

    private typealias Count = (minimum: Int, maximum: Int?)

    /// A quantifier, if there is one.
    private mutating func quantifier() throws(GrammarError) -> Count? {
        let count: Count
        if take("*") {
            count = (0, nil)
        } else if take("+") {
            count = (1, nil)
        } else if take("?") {
            count = (0, 1)
        } else if next == "{", let braces = try bracedCount() {
            count = braces
        } else {
            return nil
        }
        _ = take("?")
        return count
    }

    /// `{m}`, `{m,}` or `{m,n}`; nil, and nothing read, for other braces.
    private mutating func bracedCount() throws(GrammarError) -> Count? {
        let begin = position
        position += 1
        let minimum = try number()
        var maximum = minimum
        if take(",") { maximum = try number() }
        guard take("}") else {
            position = begin
            return nil
        }
        guard let minimum else {
            guard maximum != nil else {
                position = begin
                return nil
            }
            throw error(.unsupported, "'{,n}', which is to be written '{0,n}',")
        }
        if let maximum, maximum < minimum { throw error(.syntax, "Quantifier out of order") }
        return (minimum, maximum)
    }

    private mutating func number() throws(GrammarError) -> Int? {
        var value: Int?
        while let scalar = next, ("0"..."9").contains(scalar) {
            position += 1
            let digit = Int(scalar.value) - 48
            value = min((value ?? 0) * 10 + digit, Self.countLimit + 1)
        }
        guard (value ?? 0) <= Self.countLimit else {
            throw error(.limit, "A quantifier above \(Self.countLimit)")
        }
        return value
    }
}
