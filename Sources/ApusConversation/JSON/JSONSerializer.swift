/// Writes JSON text from values, keys in their order.
///
/// NaN and infinities, which JSON cannot spell, become `null`.
package struct JSONSerializer: Sendable, Equatable {
    /// How doubles are spelled; both use the fewest digits that read back as the same number.
    package enum NumberStyle: Sendable {
        /// As Python does: `1.0`, `1e-05`, `1e+16`. A double is told from an integer.
        case python
        /// As Go and JavaScript do: `1`, `1e-5`, `10000000000000000`.
        case go
    }

    /// What stands between two members or elements on one line.
    package var itemSeparator = ","
    /// What stands between a key and its value.
    package var keySeparator = ":"
    /// Spaces a level, each member on its own line; nil for one line.
    package var indent: Int?
    /// Whether `<`, `>`, `&`, U+2028 and U+2029 are written as `\u003c` …, as Go does.
    package var escapesHTML = false
    /// Whether every character beyond printable ASCII is written as `\uXXXX`.
    package var escapesNonASCII = false
    /// Whether the members of objects are sorted by key (by code point) instead of kept in order.
    package var sortsKeys = false
    /// How doubles are spelled.
    package var numbers = NumberStyle.python

    /// Compact text: no white space at all.
    package init() {}

    /// What Go's `encoding/json` writes, and so Ollama's API.
    package static let go: JSONSerializer = {
        var serializer = JSONSerializer()
        serializer.escapesHTML = true
        serializer.numbers = .go
        return serializer
    }()

    /// What Python's `json.dumps(value, ensure_ascii=False)` writes.
    package static let python: JSONSerializer = {
        var serializer = JSONSerializer()
        serializer.itemSeparator = ", "
        serializer.keySeparator = ": "
        return serializer
    }()

    /// Text of `value`.
    package func string(_ value: JSONValue) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    /// UTF-8 text of `value`.
    package func bytes(_ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        append(value, to: &output)
        return output
    }

    /// Appends the text of `value` to `output`.
    package func append(_ value: JSONValue, to output: inout [UInt8]) {
        append(value, level: 0, to: &output)
    }

    private func append(_ value: JSONValue, level: Int, to output: inout [UInt8]) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .double(let value): append(value, to: &output)
        case .string(let value): append(value, to: &output)
        case .array(let elements): append(elements, level: level, to: &output)
        case .object(let object): append(object, level: level, to: &output)
        }
    }

    private func append(_ value: Double, to output: inout [UInt8]) {
        guard value.isFinite else {
            output.append(contentsOf: "null".utf8)
            return
        }
        // Swift, Python and Go write the numbers in this range alike, but for a final ".0" in Go.
        if (1e-4..<1e15).contains(value.magnitude) || value == 0 {
            output.append(contentsOf: value.description.utf8)
            if numbers == .go, output.suffix(2).elementsEqual(".0".utf8) { output.removeLast(2) }
            return
        }
        let decimal = ShortestDecimal(value)
        output.append(contentsOf: (numbers == .go ? decimal.goText : decimal.pythonText).utf8)
    }

    private func append(_ elements: [JSONValue], level: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            separate(position, level + 1, &output)
            append(element, level: level + 1, to: &output)
        }
        close(UInt8(ascii: "]"), elements.isEmpty, level, &output)
    }

    private func append(_ object: JSONObject, level: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        let members =
            sortsKeys
            ? object.sorted {
                $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
            }
            : Array(object)
        for (position, member) in members.enumerated() {
            separate(position, level + 1, &output)
            append(member.key, to: &output)
            output.append(contentsOf: keySeparator.utf8)
            append(member.value, level: level + 1, to: &output)
        }
        close(UInt8(ascii: "}"), members.isEmpty, level, &output)
    }

    private func separate(_ position: Int, _ level: Int, _ output: inout [UInt8]) {
        if position > 0 { output.append(contentsOf: itemSeparator.utf8) }
        breakLine(level, &output)
    }

    private func close(_ bracket: UInt8, _ isEmpty: Bool, _ level: Int, _ output: inout [UInt8]) {
        if !isEmpty { breakLine(level, &output) }
        output.append(bracket)
    }

    private func breakLine(_ level: Int, _ output: inout [UInt8]) {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }
}
