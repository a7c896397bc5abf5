/// The shortest decimal number that reads back as a given double, to be laid out in the manner of
/// different languages.
///
/// The digits are those of Swift's `description`, which promises the shortest round trip.
package struct ShortestDecimal: Sendable {
    private let isNegative: Bool
    /// Significant digits without zeros at either end; "0" for zero.
    private let digits: String
    /// Where the decimal point stands, counted from the first of `digits`: 1 for `1.5`.
    private let point: Int

    /// The digits of `value`.
    ///
    /// Precondition: `value` is finite.
    package init(_ value: Double) {
        isNegative = value.sign == .minus
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts.first ?? "0"
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = halves.first ?? "0"
        let all = whole + (halves.count > 1 ? halves[1] : "")
        let significant = all.drop { $0 == "0" }
        guard !significant.isEmpty else {
            (digits, point) = ("0", 1)
            return
        }
        point = whole.count - (all.count - significant.count) + exponent
        var trimmed = significant
        while trimmed.last == "0" { trimmed.removeLast() }
        digits = String(trimmed)
    }

    /// As Python's `repr` and `json.dumps` write it.
    package var pythonText: String {
        if (-3...16).contains(point) { return sign + plain(keepsPoint: true) }
        return sign + scientific(minimumExponentDigits: 2)
    }

    /// As Go's `encoding/json` and JavaScript write it.
    package var goText: String {
        if (-5...21).contains(point) { return sign + plain(keepsPoint: false) }
        return sign + scientific(minimumExponentDigits: 1)
    }

    private var sign: String { isNegative ? "-" : "" }

    private func plain(keepsPoint: Bool) -> String {
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        if digits.count <= point {
            let zeros = String(repeating: "0", count: point - digits.count)
            return digits + zeros + (keepsPoint ? ".0" : "")
        }
        return digits.prefix(point) + "." + digits.dropFirst(point)
    }

    private func scientific(minimumExponentDigits: Int) -> String {
        let exponent = point - 1
        let magnitude = String(exponent.magnitude)
        let padding = String(
            repeating: "0",
            count: max(0, minimumExponentDigits - magnitude.count)
        )
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        return digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + padding + magnitude
    }
}
