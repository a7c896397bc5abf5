/// Goes through a layout of `printf` and gives its text piece by piece.
///
/// Mistakes in a layout do not fail: they print, as Go's `fmt` describes under "Format errors".
struct GoFormatReader {
    private let layout: [Unicode.Scalar]
    private var position = 0
    private let values: [GoValue]
    private var argument = 0
    private var isReordered = false
    private var isGoodIndex = true

    init(_ layout: String, _ values: [GoValue]) {
        self.layout = Array(layout.unicodeScalars)
        self.values = values
    }

    /// Text up to the next conversion, or what a conversion prints; nil at the end.
    mutating func next() -> String? {
        guard position < layout.count else { return nil }
        if layout[position] != "%" {
            let end = layout[position...].firstIndex(of: "%") ?? layout.count
            defer { position = end }
            return String(String.UnicodeScalarView(layout[position..<end]))
        }
        position += 1
        return conversion()
    }

    /// What Go writes behind the text when values are left over.
    var surplus: String {
        guard !isReordered, argument < values.count else { return "" }
        let rest = values[argument...].map { value in
            value.isAbsent ? "<nil>" : "\(value.typeName)=\(GoFormat().text(value))"
        }
        return "%!(EXTRA " + rest.joined(separator: ", ") + ")"
    }

    private var current: Unicode.Scalar? { position < layout.count ? layout[position] : nil }

    private mutating func conversion() -> String {
        var format = GoFormat()
        var problems = ""
        isGoodIndex = true
        readFlags(&format)
        var hasIndex = readIndex()
        if current == "*" {
            position += 1
            hasIndex = false
            format.width = takeInteger()
            if format.width == nil { problems += "%!(BADWIDTH)" }
            if let width = format.width, width < 0 {
                (format.width, format.minus, format.zero) = (-width, true, false)
            }
        } else {
            format.width = readNumber()
            if hasIndex, format.width != nil { isGoodIndex = false }
        }
        if current == ".", position + 1 < layout.count {
            position += 1
            if hasIndex { isGoodIndex = false }
            hasIndex = readIndex()
            readPrecision(&format, &hasIndex, &problems)
        }
        if !hasIndex { _ = readIndex() }
        guard let verb = current else { return problems + "%!(NOVERB)" }
        position += 1
        return problems + print(verb, format)
    }

    private mutating func print(_ verb: Unicode.Scalar, _ format: GoFormat) -> String {
        if verb == "%" { return "%" }
        guard isGoodIndex else { return "%!\(verb)(BADINDEX)" }
        guard argument < values.count else { return "%!\(verb)(MISSING)" }
        var format = format
        format.verb = verb
        let value = values[argument]
        argument += 1
        if verb == "T" {
            format.verb = "s"
            return format.text(.text(value.typeName))
        }
        return format.text(value)
    }

    private mutating func readFlags(_ format: inout GoFormat) {
        while let flag = current {
            switch flag {
            case "#": format.sharp = true
            case "0": format.zero = !format.minus
            case "+": format.plus = true
            case "-": (format.minus, format.zero) = (true, false)
            case " ": format.space = true
            default: return
            }
            position += 1
        }
    }

    private mutating func readPrecision(
        _ format: inout GoFormat,
        _ hasIndex: inout Bool,
        _ problems: inout String
    ) {
        guard current == "*" else {
            format.precision = readNumber() ?? 0
            return
        }
        position += 1
        hasIndex = false
        let precision = takeInteger()
        format.precision = precision.flatMap { $0 < 0 ? nil : $0 }
        if format.precision == nil { problems += "%!(BADPREC)" }
    }

    /// An argument's number in brackets, counted from 1; false when none stands here.
    private mutating func readIndex() -> Bool {
        guard current == "[" else { return false }
        isReordered = true
        guard let end = layout[position...].firstIndex(of: "]") else {
            isGoodIndex = false
            position += 1
            return false
        }
        let digits = String(String.UnicodeScalarView(layout[(position + 1)..<end]))
        position = end + 1
        guard let number = Int(digits), number >= 1, number <= values.count else {
            isGoodIndex = false
            return Int(digits) != nil
        }
        argument = number - 1
        return true
    }

    private mutating func readNumber() -> Int? {
        var number: Int?
        while let digit = current, ("0"..."9").contains(digit) {
            let value = (number ?? 0) * 10 + Int(digit.value - 48)
            guard value <= GoFormat.maximumWidth else {
                position = layout.count
                return nil
            }
            number = value
            position += 1
        }
        return number
    }

    private mutating func takeInteger() -> Int? {
        guard argument < values.count else { return nil }
        argument += 1
        guard case .integer(let value) = values[argument - 1],
            (-GoFormat.maximumWidth...GoFormat.maximumWidth).contains(value)
        else { return nil }
        return value
    }
}
