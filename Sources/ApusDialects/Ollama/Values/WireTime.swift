/// A moment as Go writes it in JSON: RFC 3339 with up to nine decimals.
///
/// `2026-08-21T10:00:00.12Z`; zeros at the end of the fraction are left out. Other offsets than `Z`
/// are read and turned into UTC.
package struct WireTime: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01T00:00:00Z; negative before it.
    package let seconds: Int64
    /// Nanoseconds after `seconds`, 0 to 999,999,999.
    package let nanoseconds: Int32

    /// The years that RFC 3339 can spell.
    private static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// A moment, brought into the years 1 to 9999.
    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
        self.nanoseconds = min(max(nanoseconds, 0), 999_999_999)
    }

    /// The moment `nanoseconds` later, or earlier when negative.
    package func advanced(byNanoseconds nanoseconds: Int64) -> WireTime {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        var second = seconds + quotient
        var fraction = Int64(self.nanoseconds) + remainder
        if fraction < 0 {
            fraction += 1_000_000_000
            second -= 1
        } else if fraction >= 1_000_000_000 {
            fraction -= 1_000_000_000
            second += 1
        }
        return WireTime(seconds: second, nanoseconds: Int32(fraction))
    }

    package static func < (left: WireTime, right: WireTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

extension WireTime: CustomStringConvertible {
    /// The moment in UTC as Go spells it.
    package var description: String {
        let day = seconds.floorDivided(by: 86_400)
        let second = seconds - day * 86_400
        let (year, month, dayOfMonth) = Self.civil(fromDay: day)
        var text = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(dayOfMonth, 2))"
        text += "T\(Self.padded(second / 3600, 2)):\(Self.padded(second / 60 % 60, 2))"
        text += ":\(Self.padded(second % 60, 2))"
        if nanoseconds > 0 {
            var fraction = Self.padded(Int64(nanoseconds), 9)
            while fraction.last == "0" { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "Z"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Year, month and day of a count of days since 1970-01-01, in the proleptic Gregorian calendar.
    ///
    /// Counts eras of 400 years that begin on 1 March, so that leap days end their year.
    static func civil(fromDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The count of days since 1970-01-01 of a date; the inverse of `civil`.
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.floorDivided(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
