#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Numbers as the C library computes and prints them, which is also what Python uses.
enum CNumbers {
    /// More digits after the point than any template needs; asking for more gives this many.
    static let maximumPrecision = 100

    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

    /// A double printed with C's conversion `e`, `f` or `g` (or their capitals).
    static func text(_ value: Double, conversion: Unicode.Scalar, precision: Int) -> String {
        let layout: String
        switch conversion {
        case "e": layout = "%.*e"
        case "E": layout = "%.*E"
        case "F": layout = "%.*F"
        case "g": layout = "%.*g"
        case "G": layout = "%.*G"
        default: layout = "%.*f"
        }
        let precision = Int32(min(max(precision, 0), maximumPrecision))
        // The largest double has 309 digits before its point.
        return String(unsafeUninitializedCapacity: 450) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                let count = withVaList([precision, value]) { arguments in
                    vsnprintf(buffer.baseAddress, buffer.count, layout, arguments)
                }
                return min(max(Int(count), 0), buffer.count - 1)
            }
        }
    }

    /// Python's `round(value, digits)`: to the nearest, exact halves to even.
    static func rounded(_ value: Double, digits: Int) -> Double {
        guard value.isFinite else { return value }
        if digits < 0 {
            let scale = power(10, Double(min(-digits, 400)))
            return scale.isFinite ? (value / scale).rounded(.toNearestOrEven) * scale : 0
        }
        // Beyond this many digits a double has nothing to round.
        guard digits <= maximumPrecision else { return value }
        return Double(text(value, conversion: "f", precision: digits)) ?? value
    }
}
