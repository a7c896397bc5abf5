/// Tells a misspelt keyword from an annotation.
///
/// Keywords that a validator does not know count as annotations (JSON Schema 2020-12, core, section
/// 6.5). A slip in a keyword that restricts would then be lost without a word, so a name close to one
/// is taken for it. Names that begin with `x-`, `_`, `$` or `@` are meant to be something else.
enum KeywordSpelling {
    /// The keywords that restrict.
    private static let restricting = [
        "additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains",
        "dependencies", "dependentRequired", "dependentSchemas", "else", "enum",
        "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxContains", "maxItems",
        "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength",
        "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern", "patternProperties",
        "prefixItems", "properties", "propertyNames", "required", "then", "type",
        "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
    ].map { (name: $0, letters: letters(of: $0)) }

    /// The keyword that `key`, which is none, is probably meant to be; nil for an annotation.
    static func meant(by key: String) -> String? {
        guard let first = key.first, !"_$@".contains(first), !key.hasPrefix("x-"),
            key.utf8.count <= 32
        else { return nil }
        let letters = letters(of: key)
        return restricting.first { _, keyword in
            let slips = keyword.count < 4 ? 0 : keyword.count < 8 ? 1 : 2
            return abs(letters.count - keyword.count) <= slips
                && distance(letters, keyword) <= slips
        }?.name
    }

    /// The ASCII letters of a name in lower case.
    private static func letters(of name: String) -> [UInt8] {
        name.utf8.map { $0 | 0x20 }.filter { (0x61...0x7A).contains($0) }
    }

    /// How many letters are to be put in, left out or replaced to get from one word to the other.
    ///
    /// Source: Wagner and Fischer, "The String-to-String Correction Problem" (1974).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (letter == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
