internal import ApusDialects

/// Reads settings with Ollama's leniency: what cannot be read is reported and its default used.
struct EnvironmentReader {
    private let environment: [String: String]
    private(set) var warnings: [String] = []

    init(_ environment: [String: String]) { self.environment = environment }

    /// The value without white space and quotes around it; nil when unset or empty.
    func text(_ name: String) -> String? {
        for prefix in ["APUS_", "OLLAMA_"] {
            let value = Self.trimmed(environment[prefix + name] ?? "")
            if !value.isEmpty { return value }
        }
        return nil
    }

    /// The items between commas, empty ones left out.
    func list(_ name: String) -> [String] {
        (text(name) ?? "").split(separator: ",").map { Self.trimmed(String($0)) }
            .filter { !$0.isEmpty }
    }

    /// A truth value; a text that is none counts as true.
    func truth(_ name: String) -> Bool {
        guard let value = text(name) else { return false }
        return Self.truth(value) ?? true
    }

    /// A number of things, 0 or more.
    mutating func count(_ name: String, default standard: Int) -> Int {
        guard let value = text(name) else { return standard }
        if let count = Int(value), count >= 0 { return count }
        return reject(name, value, standard)
    }

    /// A number of bytes, 1 or more, with an optional unit.
    mutating func bytes(_ name: String, default standard: Int64) -> Int64 {
        guard let value = text(name) else { return standard }
        var digits = value.uppercased()[...]
        for suffix in ["IB", "B"] where digits.hasSuffix(suffix) { digits.removeLast(suffix.count) }
        let units: [Character: Int64] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        var scale: Int64 = 1
        if let last = digits.last, let unit = units[last] {
            scale = unit
            digits.removeLast()
        }
        let (product, overflowed) = (Int64(Self.trimmed(String(digits))) ?? 0)
            .multipliedReportingOverflow(by: scale)
        return product > 0 && !overflowed ? product : reject(name, value, standard)
    }

    /// A duration in Go's spelling, or whole seconds.
    mutating func duration(_ name: String, default standard: OllamaKeepAlive) -> OllamaKeepAlive {
        guard let value = text(name) else { return standard }
        do {
            return try OllamaKeepAlive(text: value)
        } catch {
            return reject(name, value, standard)
        }
    }

    /// How much is logged: 0 as usual, 1 for debugging, 2 for everything.
    func level(_ name: String) -> Int {
        guard let value = text(name) else { return 0 }
        if let truth = Self.truth(value) { return truth ? 1 : 0 }
        return Int(value).map { min(max($0, 0), 2) } ?? 1
    }

    private mutating func reject<Value>(_ name: String, _ value: String, _ standard: Value) -> Value
    {
        warnings.append("\(name) cannot be \"\(value)\"; \(standard) is used")
        return standard
    }

    private static func truth(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    private static func trimmed(_ text: String) -> String {
        let isOuter: (Character) -> Bool = { $0.isWhitespace || $0 == "\"" || $0 == "'" }
        guard let first = text.firstIndex(where: { !isOuter($0) }),
            let last = text.lastIndex(where: { !isOuter($0) })
        else { return "" }
        return String(text[first...last])
    }
}
