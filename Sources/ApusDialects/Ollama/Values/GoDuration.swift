/// Durations in the spelling of Go's `time.Duration`: `5m0s`, `1h30m`, `1.5s`, `-1m`.
package enum GoDuration {
    /// Nanoseconds of each unit, in the order in which they are looked for.
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// Nanoseconds that a text spells.
    ///
    /// Throws: `invalidValue` with Go's words, also when the duration exceeds 64 bits.
    package static func parse(_ text: String) throws(DialectError) -> Int64 {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { throw invalid(text) }
        var total: Int64 = 0
        while !rest.isEmpty {
            let whole = digits(&rest)
            var fraction: Substring = ""
            if rest.first == "." {
                rest.removeFirst()
                fraction = digits(&rest)
            }
            guard !whole.isEmpty || !fraction.isEmpty else { throw invalid(text) }
            let unit = rest.prefix { $0 != "." && !$0.isWholeNumber }
            rest = rest.dropFirst(unit.count)
            guard !unit.isEmpty else {
                throw DialectError(.invalidValue, "time: missing unit in duration \"\(text)\"")
            }
            guard let scale = units.first(where: { $0.name == unit })?.nanoseconds else {
                throw DialectError(
                    .invalidValue,
                    "time: unknown unit \"\(unit)\" in duration \"\(text)\""
                )
            }
            guard let term = nanoseconds(whole, fraction, scale) else { throw invalid(text) }
            let (sum, overflowed) = total.addingReportingOverflow(term)
            guard !overflowed else { throw invalid(text) }
            total = sum
        }
        return isNegative ? -total : total
    }

    /// The text that Go writes for so many nanoseconds.
    package static func format(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return "\(sign)\(decimal(magnitude, 1000))µs" }
        if magnitude < 1_000_000_000 { return "\(sign)\(decimal(magnitude, 1_000_000))ms" }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    private static func digits(_ text: inout Substring) -> Substring {
        let digits = text.prefix { ("0"..."9").contains($0) }
        text = text.dropFirst(digits.count)
        return digits
    }

    private static func nanoseconds(
        _ whole: Substring,
        _ fraction: Substring,
        _ scale: Int64
    ) -> Int64? {
        guard let count = whole.isEmpty ? 0 : Int64(whole) else { return nil }
        let (product, overflowed) = count.multipliedReportingOverflow(by: scale)
        guard !overflowed else { return nil }
        guard !fraction.isEmpty, let part = Double("0.\(fraction)") else { return product }
        let (sum, isTooLarge) = product.addingReportingOverflow(Int64(part * Double(scale)))
        return isTooLarge ? nil : sum
    }

    /// `value / unit` without trailing zeros; `unit` is a power of ten.
    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        let fraction = value % unit
        guard fraction > 0 else { return String(value / unit) }
        var digits = String(unit + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }

    private static func invalid(_ text: String) -> DialectError {
        DialectError(.invalidValue, "time: invalid duration \"\(text)\"")
    }
}
