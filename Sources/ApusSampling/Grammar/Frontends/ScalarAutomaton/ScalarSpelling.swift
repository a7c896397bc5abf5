/// How scalars are written as bytes.
///
/// | scalar               | `utf8` | `jsonString`            |
/// |----------------------|--------|-------------------------|
/// | `"` and `\`          | UTF-8  | `\"` and `\\`           |
/// | 8, 9, A, C, D        | UTF-8  | `\b \t \n \f \r`        |
/// | other below 20       | UTF-8  | `\u00hh`, lower case    |
/// | all others           | UTF-8  | UTF-8                   |
///
/// Every scalar has one spelling, so a text that is not allowed cannot be written in another way.
package enum ScalarSpelling: Sendable, Hashable {
    /// As they are.
    case utf8
    /// Between the quotes of a JSON string.
    case jsonString

    /// Scalars that do not stand as they are.
    static let escapedInJSON = ScalarSet([0...0x1F, 0x22...0x22, 0x5C...0x5C])

    /// What stands for one of `escapedInJSON`.
    static func jsonEscape(_ value: UInt32) -> [UInt8] {
        let letters: [UInt32: Character] = [
            0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r", 0x22: "\"", 0x5C: "\\",
        ]
        if let letter = letters[value] { return Array("\\\(letter)".utf8) }
        let digits = String(value, radix: 16)
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }

    /// One scalar of a set.
    package func expression(_ set: ScalarSet) -> GrammarExpression {
        guard self == .jsonString else { return .characters(set) }
        let escaped = set.intersection(Self.escapedInJSON)
        guard !escaped.ranges.isEmpty else { return .characters(set) }
        let raw = set.intersection(Self.escapedInJSON.complement)
        return .choice(
            (raw.ranges.isEmpty ? [] : [.characters(raw)])
                + escaped.ranges.joined().map { .literal(Self.jsonEscape($0)) }
        )
    }

    /// Exactly this text.
    package func expression(_ text: String) -> GrammarExpression {
        guard self == .jsonString else { return .text(text) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if Self.escapedInJSON.contains(scalar) {
                bytes += Self.jsonEscape(scalar.value)
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return .literal(bytes)
    }
}

extension RegularExpression {
    /// What the pattern matches, as a part of a grammar.
    ///
    /// A deterministic automaton where it stays small, or else the tree itself.
    /// Throws: `limit`.
    package func expression(
        _ scope: Scope,
        spelledAs spelling: ScalarSpelling = .utf8
    ) throws(GrammarError) -> GrammarExpression {
        let node = node(scope)
        do {
            let small = try ScalarAutomaton(node, stateLimit: 2_000)
            return try small.expression(spelledAs: spelling, stateLimit: 8_000)
        } catch {
            if let tree = node.expression(spelledAs: spelling) { return tree }
            return try ScalarAutomaton(node).expression(spelledAs: spelling)
        }
    }
}

extension RegularExpression.Node {
    /// The tree over bytes, if every anchor stands at an end of the text.
    func expression(spelledAs spelling: ScalarSpelling) -> GrammarExpression? {
        switch self {
        case .characters(let set): return spelling.expression(set)
        case .sequence(let nodes):
            let parts = nodes.compactMap { $0.expression(spelledAs: spelling) }
            return parts.count == nodes.count ? .sequence(parts) : nil
        case .choice(let nodes):
            let parts = nodes.compactMap { $0.expression(spelledAs: spelling) }
            return parts.count == nodes.count ? .choice(parts) : nil
        case .repeated(let node, let minimum, let maximum):
            return node.expression(spelledAs: spelling).map {
                .repeated($0, minimum: minimum, maximum: maximum)
            }
        case .start, .end: return nil
        }
    }
}
