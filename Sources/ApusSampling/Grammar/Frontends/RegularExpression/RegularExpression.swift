/// A regular expression as JSON Schema means it: ECMA-262 with the `u` flag, read over scalars.
///
/// Only what decides whether a text matches is kept. Groups are gone, and so is the difference
/// between greedy and lazy quantifiers.
///
/// - Read as ECMA-262 does: alternation, groups (plain, non-capturing, named), classes,
///   `\d \w \s \D \W \S`, quantifiers, `.`, `\xHH \uHHHH \u{H…} \cX \0 \t \n \v \f \r`, `\p{…}`.
/// - `^` and `$` mean the ends of the text, wherever they stand.
/// - Also read, as in Annex B: `]`, `{`, `}` that stand for themselves, escaped punctuation,
///   `[\w-.]`.
/// - Refused by name: `\b`, lookaround, backreferences, inline flags, octal escapes, escaped
///   letters without a meaning, and `{,n}`, which is a quantifier elsewhere.
///
/// Source: ECMA-262, sections 22.2.1 (patterns) and B.1.2; JSON Schema 2020-12, section 6.4.
package struct RegularExpression: Sendable, Hashable {
    /// The syntax tree.
    package indirect enum Node: Sendable, Hashable {
        /// One scalar of a set.
        case characters(ScalarSet)
        /// All of these, one after another.
        case sequence([Node])
        /// Any one of these.
        case choice([Node])
        /// The same again and again; a nil `maximum` has no limit.
        case repeated(Node, minimum: Int, maximum: Int?)
        /// The empty text at the beginning of the whole text.
        case start
        /// The empty text at the end of the whole text.
        case end
    }

    /// Which texts a pattern stands for.
    package enum Scope: Sendable, Hashable {
        /// Those it matches from end to end.
        case whole
        /// Those it matches somewhere, as `pattern` of JSON Schema does.
        case anywhere
    }

    /// The tree of the whole pattern.
    package let root: Node

    /// Reads a pattern.
    ///
    /// Throws: `syntax`, `unsupported`, `limit`, with the offset in scalars.
    package init(_ pattern: String) throws(GrammarError) {
        var parser = try RegularExpressionParser(pattern)
        root = try parser.parse()
    }

    /// The tree whose whole matches are what the scope asks for.
    ///
    /// Anchors that begin or end an alternative of the whole pattern are resolved.
    package func node(_ scope: Scope) -> Node {
        guard case .choice(let alternatives) = root else { return Self.resolved(root, scope) }
        return .choice(alternatives.map { Self.resolved($0, scope) })
    }

    private static func resolved(_ node: Node, _ scope: Scope) -> Node {
        var nodes = [node][...]
        if case .sequence(let parts) = node { nodes = parts[...] }
        var isAnchored = (start: scope == .whole, end: scope == .whole)
        while nodes.first == .start {
            nodes.removeFirst()
            isAnchored.start = true
        }
        while nodes.last == .end {
            nodes.removeLast()
            isAnchored.end = true
        }
        return .sequence(
            (isAnchored.start ? [] : [.anyText]) + nodes + (isAnchored.end ? [] : [.anyText])
        )
    }
}

extension RegularExpression.Node {
    /// Any text.
    package static let anyText = Self.repeated(.characters(.all), minimum: 0, maximum: nil)

    /// Exactly this text.
    package static func text(_ text: String) -> Self {
        .sequence(text.unicodeScalars.map { .characters(ScalarSet([$0.value...$0.value])) })
    }
}
