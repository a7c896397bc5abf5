internal import ApusConversation

extension JinjaValue {
    /// What Python's `str` gives, and so what printing shows.
    var text: String {
        switch self {
        case .undefined: ""
        case .string(let text): text
        default: representation
        }
    }

    /// What Python's `repr` gives.
    var representation: String {
        var output = ""
        appendRepresentation(to: &output)
        return output
    }

    private func appendRepresentation(to output: inout String) {
        switch self {
        case .undefined: output += "Undefined"
        case .none: output += "None"
        case .bool(let value): output += value ? "True" : "False"
        case .integer(let value): output += String(value)
        case .double(let value): output += Self.text(of: value)
        case .string(let text): output += Self.quoted(text)
        case .sequence(let sequence): sequence.appendRepresentation(to: &output)
        case .mapping(let mapping):
            output += "{"
            for (position, (key, value)) in zip(mapping.keys, mapping.values).enumerated() {
                if position > 0 { output += ", " }
                key.appendRepresentation(to: &output)
                output += ": "
                value.appendRepresentation(to: &output)
            }
            output += "}"
        case .object(let object): output += "<\(object.typeName)>"
        case .function(let function): output += function.text
        }
    }

    /// A number as Python writes it.
    static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return ShortestDecimal(value).pythonText
    }

    /// A string as Python's `repr` writes it.
    private static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\""))
            ? "\"" : "'"
        var output = String.UnicodeScalarView()
        output.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote, "\\":
                output.append("\\")
                output.append(scalar)
            case "\n": output.append(contentsOf: "\\n".unicodeScalars)
            case "\r": output.append(contentsOf: "\\r".unicodeScalars)
            case "\t": output.append(contentsOf: "\\t".unicodeScalars)
            case _ where PythonText.isPrintable(scalar): output.append(scalar)
            default: output.append(contentsOf: escape(scalar).unicodeScalars)
            }
        }
        output.append(quote)
        return String(output)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

extension JinjaSequence {
    fileprivate func appendRepresentation(to output: inout String) {
        switch kind {
        case .list:
            append("[", "]", to: &output)
        case .tuple:
            append("(", items.count == 1 ? ",)" : ")", to: &output)
        case .range:
            output += label ?? rangeText
        case .keys, .values, .items:
            output += kind.rawValue
            append("([", "])", to: &output)
        }
    }

    private func append(_ open: String, _ close: String, to output: inout String) {
        output += open
        for (position, item) in items.enumerated() {
            if position > 0 { output += ", " }
            output += item.representation
        }
        output += close
    }

    /// A range as Python writes it, as far as its items tell.
    private var rangeText: String {
        guard let first = items.first?.integerValue, let last = items.last?.integerValue else {
            return "range(0, 0)"
        }
        guard items.count > 1 else { return "range(\(first), \(first + 1))" }
        let step = (last - first) / (items.count - 1)
        let end = last + (step > 0 ? 1 : -1)
        return step == 1 ? "range(\(first), \(end))" : "range(\(first), \(end), \(step))"
    }
}
