package import FoundationEssentials

/// Sizes, counts and times for people, in Ollama's words and rounding.
package enum HumanFormats {
    /// A size in powers of 1000: `999 B`, `2.0 GB`, `13 GB`.
    ///
    /// From 10 units on the fraction is cut off, below it one decimal is shown unless it is whole.
    package static func bytes(_ count: Int64) -> String {
        let units: [(size: Int64, name: String)] = [
            (1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB"),
        ]
        guard let unit = units.first(where: { count >= $0.size }) else { return "\(count) B" }
        let value = Double(count) / Double(unit.size)
        if value >= 10 || value == value.rounded(.towardZero) {
            return "\(Int64(value)) \(unit.name)"
        }
        return "\(fixed(value, decimals: 1)) \(unit.name)"
    }

    /// A number of parameters: `1.2B`, `8B`, `137M`, `22.70M`, `12K`.
    package static func parameterCount(_ count: UInt64) -> String {
        let value = Double(count)
        if count >= 1_000_000_000 {
            let billions = value / 1_000_000_000
            let isWhole = billions == billions.rounded(.down)
            return fixed(billions, decimals: isWhole ? 0 : 1) + "B"
        }
        if count >= 1_000_000 {
            let millions = value / 1_000_000
            let isWhole = millions == millions.rounded(.down)
            return fixed(millions, decimals: isWhole ? 0 : 2) + "M"
        }
        if count >= 1_000 { return fixed(value / 1_000, decimals: 0) + "K" }
        return String(count)
    }

    /// A span of time: `Less than a second`, `About a minute`, `3 weeks`.
    package static func duration(seconds: Double) -> String {
        // Beyond this (31 million years) an Int could overflow on the way.
        let span = min(max(seconds.isNaN ? 0 : seconds, 0), 1e15)
        let whole = Int(span)
        if whole < 1 { return "Less than a second" }
        if whole == 1 { return "1 second" }
        if whole < 60 { return "\(whole) seconds" }
        let minutes = Int(span / 60)
        if minutes == 1 { return "About a minute" }
        if minutes < 60 { return "\(minutes) minutes" }
        let hours = Int((span / 3600).rounded(.toNearestOrAwayFromZero))
        if hours == 1 { return "About an hour" }
        if hours < 48 { return "\(hours) hours" }
        if hours < 24 * 7 * 2 { return "\(hours / 24) days" }
        if hours < 24 * 30 * 2 { return "\(hours / 24 / 7) weeks" }
        if hours < 24 * 365 * 2 { return "\(hours / 24 / 30) months" }
        return "\(Int(span / 3600) / 24 / 365) years"
    }

    /// A moment seen from `now`: `3 minutes ago`, `4 minutes from now`, `Forever`; `Never` for nil.
    package static func time(_ moment: Date?, now: Date, never: String = "Never") -> String {
        guard let moment else { return never }
        let age = now.timeIntervalSince(moment)
        let year = 365.0 * 24 * 3600
        if age <= -21 * year { return "Forever" }
        return age < 0 ? duration(seconds: -age) + " from now" : duration(seconds: age) + " ago"
    }

    /// `value` with a fixed number of decimals, as C's `%.Nf` rounds: exactly, ties to even.
    ///
    /// Precondition: `value` is finite and below 2^53.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let scale: Int64 = [1, 10, 100][min(max(decimals, 0), 2)]
        let product = value * Double(scale)
        // What the product lost to rounding, exactly.
        let lost = (-product).addingProduct(value, Double(scale))
        let floor = product.rounded(.down)
        let fraction = product - floor
        var units = Int64(floor)
        let isAbove = fraction > 0.5 || (fraction == 0.5 && lost > 0)
        let isTie = fraction == 0.5 && lost == 0
        if isAbove || (isTie && units % 2 != 0) { units += 1 }
        guard decimals > 0 else { return String(units) }
        let digits = String(units % scale)
        let zeros = String(repeating: "0", count: decimals - digits.count)
        return "\(units / scale).\(zeros)\(digits)"
    }
}
