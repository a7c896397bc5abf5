/// Which parameters exist and what their values are; for Modelfiles and request options alike.
///
/// The table is Ollama's set of options and `thinking_budget`. Defaults are not here: they belong to the parts that act
/// on them.
package enum ParameterTable {
    /// What values a parameter takes.
    package enum Kind: String, Sendable {
        case integer
        case number
        case boolean
        case strings
    }

    /// The parameters of loading a model; a change means loading it anew.
    package static let loading: [String: Kind] = [
        "num_ctx": .integer,
        "num_batch": .integer,
        "num_gpu": .integer,
        "main_gpu": .integer,
        "use_mmap": .boolean,
        "num_thread": .integer,
        "draft_num_predict": .integer,
    ]

    /// The parameters of a single generation.
    package static let generation: [String: Kind] = [
        "num_keep": .integer,
        "seed": .integer,
        "num_predict": .integer,
        "top_k": .integer,
        "top_p": .number,
        "min_p": .number,
        "typical_p": .number,
        "repeat_last_n": .integer,
        "temperature": .number,
        "repeat_penalty": .number,
        "presence_penalty": .number,
        "frequency_penalty": .number,
        "thinking_budget": .integer,
        "stop": .strings,
    ]

    /// Names that older versions knew; a Modelfile may hold them and they do nothing.
    package static let deprecated: Set<String> = [
        "penalize_newline", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mlock",
        "mirostat", "mirostat_tau", "mirostat_eta",
    ]

    /// What values `name` takes; nil when there is no such parameter.
    package static func kind(of name: String) -> Kind? { loading[name] ?? generation[name] }

    /// The value that `text` spells for `name`, as after `PARAMETER` in a Modelfile.
    ///
    /// Throws: `invalidParameter` with Ollama's words.
    package static func value(of name: String, text: String) throws(StoreError) -> ParameterValue {
        guard let kind = kind(of: name) else {
            throw StoreError(.invalidParameter, "unknown parameter '\(name)'")
        }
        let value: ParameterValue? =
            switch kind {
            case .integer: Int64(text).map { .integer($0) }
            case .number: number(text).map { .number($0) }
            case .boolean: boolean(text).map { .boolean($0) }
            case .strings: .strings([text])
            }
        if let value { return value }
        let word =
            switch kind {
            case .integer: "int"
            case .number: "float"
            case .boolean, .strings: "bool"
            }
        throw StoreError(.invalidParameter, "invalid \(word) value [\(text)]")
    }

    /// `value` as the type that `name` asks for; unknown names keep what they have.
    ///
    /// Fractions of whole numbers are cut off, as Ollama does. Throws: `invalidParameter` with
    /// Ollama's words.
    package static func checked(
        _ name: String,
        _ value: ParameterValue
    ) throws(StoreError) -> ParameterValue {
        switch (kind(of: name), value) {
        case (nil, _), (.integer, .integer), (.number, .number), (.boolean, .boolean),
            (.strings, .strings):
            return value
        case (.integer, .number(let number)):
            guard let whole = Int64(exactly: number.rounded(.towardZero)) else { break }
            return .integer(whole)
        case (.number, .integer(let whole)):
            return .number(Double(whole))
        default:
            break
        }
        let word =
            switch kind(of: name) {
            case .integer: "integer"
            case .number: "float32"
            case .boolean: "boolean"
            case .strings, nil: "array"
            }
        throw StoreError(.invalidParameter, "option \"\(name)\" must be of type \(word)")
    }

    /// Numbers are single precision in Ollama; the value is the decimal that single spells.
    private static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isDecimal, let single = Float(text), single.isFinite else { return nil }
        return Double(single.description)
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
