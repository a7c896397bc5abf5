internal import ApusConversation

/// Reads calls out of JSON that a model wrote.
enum ToolCallReader {
    /// A call without an identifier.
    struct Call: Equatable {
        let name: String
        let arguments: JSONValue
    }

    /// The calls that a text spells: one object, or an array of them; nil when it spells none.
    static func calls(_ text: [UInt8]) -> [Call]? {
        guard let value = parse(text) else { return nil }
        guard case .array(let elements) = value else { return call(value).map { [$0] } }
        let calls = elements.compactMap(call)
        return calls.isEmpty || calls.count < elements.count ? nil : calls
    }

    /// One call: `name` with `arguments` or `parameters`, an object or the text of one.
    static func call(_ value: JSONValue) -> Call? {
        guard let name = value["name"]?.stringValue, !name.isEmpty else { return nil }
        switch value["arguments"] ?? value["parameters"] {
        case nil, .null: return Call(name: name, arguments: [:])
        case .object(let arguments): return Call(name: name, arguments: .object(arguments))
        case .string(let text):
            guard let arguments = try? JSONParser.parse(text), case .object = arguments else {
                return nil
            }
            return Call(name: name, arguments: arguments)
        default: return nil
        }
    }

    private static func parse(_ text: [UInt8]) -> JSONValue? {
        (try? JSONParser.parse(text)) ?? (try? JSONParser.parse(escapingControls(text)))
    }

    /// The text with line ends and tabs inside of strings escaped: models that write whole files
    /// into an argument forget to.
    private static func escapingControls(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in text {
            if isInString, byte < 0x20 {
                let letter = [0x0A: "n", 0x0D: "r", 0x09: "t"][byte]
                output += Array((letter.map { "\\" + $0 } ?? " ").utf8)
                isEscaped = false
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped && isInString
            output.append(byte)
        }
        return output
    }
}
