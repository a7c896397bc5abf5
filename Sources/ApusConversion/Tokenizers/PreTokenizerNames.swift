internal import ApusConversation

/// How a `tokenizer.json` cuts text before merging, and the name that GGUF has for it.
///
/// The expressions are those that the models' own files contain, character by character; the names
/// are values of `tokenizer.ggml.pre` whose rules cut text the same way.
enum PreTokenizerNames {
    /// A rule of GGUF.
    private struct Rule {
        let name: String
        let patterns: [String]
        /// Whether words that are tokens are taken whole; nil when either is the same.
        var ignoresMerges: Bool?
    }

    /// The name for a pre-tokenizer.
    ///
    /// - Throws: `ConversionError` `badTokenizer` for one without a name, showing it.
    static func name(
        of preTokenizer: JSONValue?,
        ignoringMerges: Bool
    ) throws(ConversionError) -> String {
        let patterns = try self.patterns(preTokenizer)
        let rule = rules.first {
            $0.patterns == patterns && ($0.ignoresMerges ?? ignoringMerges) == ignoringMerges
        }
        guard let rule else {
            throw ConversionError(
                .badTokenizer,
                "The tokenizer cuts text by a rule that is not known: "
                    + patterns.joined(separator: "  ").prefix(400)
                    + (ignoringMerges ? " (ignoring merges)" : "")
            )
        }
        return rule.name
    }

    /// The expressions that text is split by, one after the other.
    private static func patterns(
        _ value: JSONValue?,
        depth: Int = 0
    ) throws(ConversionError) -> [String] {
        guard let value, !value.isNull else { return [] }
        switch value["type"]?.stringValue {
        case "Sequence" where depth == 0:
            var patterns: [String] = []
            for part in value["pretokenizers"]?.arrayValue ?? [] {
                patterns += try self.patterns(part, depth: 1)
            }
            return patterns
        case "ByteLevel":
            return value["use_regex"]?.boolValue ?? true ? [gpt2] : []
        case "Digits":
            return [value["individual_digits"]?.boolValue ?? false ? #"\p{N}"# : #"\p{N}+"#]
        case "Split":
            let isIsolated =
                value["behavior"]?.stringValue == "Isolated"
                || (value["behavior"]?.stringValue == "Removed"
                    && value["invert"]?.boolValue == true)
            if isIsolated, let pattern = value["pattern"]?["Regex"]?.stringValue {
                return [pattern]
            }
        default: break
        }
        throw ConversionError(
            .badTokenizer,
            "The tokenizer has a pre-tokenizer that is not known: \(value.jsonText().prefix(200))"
        )
    }

    private static let rules = [
        Rule(name: "llama-bpe", patterns: [words(#"{1,3}"#)], ignoresMerges: true),
        Rule(name: "smaug-bpe", patterns: [words(#"{1,3}"#)], ignoresMerges: false),
        Rule(name: "qwen2", patterns: [words("")], ignoresMerges: false),
        Rule(name: "qwen35", patterns: [markedWords], ignoresMerges: false),
        Rule(name: "gpt-4o", patterns: [cased("{1,3}", contraction + "?")], ignoresMerges: false),
        Rule(name: "tekken", patterns: [cased("", "")]),
        Rule(name: "gpt-2", patterns: [gpt2], ignoresMerges: false),
        Rule(name: "starcoder", patterns: [#"\p{N}"#, gpt2], ignoresMerges: false),
        Rule(name: "deepseek-v3", patterns: deepSeek, ignoresMerges: false),
    ]

    private static let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let gpt2 =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    private static func words(_ digits: String) -> String {
        contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    private static let markedWords =
        contraction
        + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+"#
        + #"|\s+(?!\S)|\s+"#

    private static func cased(_ digits: String, _ ending: String) -> String {
        let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
        let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
        let prefix = #"[^\r\n\p{L}\p{N}]?"#
        return prefix + upper + "*" + lower + "+" + ending + "|" + prefix + upper + "+" + lower
            + "*" + ending + #"|\p{N}"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    private static let deepSeek = [
        #"\p{N}{1,3}"#, "[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+",
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?"##
            + #"[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    ]
}
