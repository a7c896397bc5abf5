/// A point in time as clocks and calendars show it, without a time zone.
package struct ChatDate: Sendable, Equatable {
    /// Gregorian year.
    package let year: Int
    /// Month, 1 to 12.
    package let month: Int
    /// Day of the month, from 1.
    package let day: Int
    /// Hour, 0 to 23.
    package let hour: Int
    /// Minute, 0 to 59.
    package let minute: Int
    /// Second, 0 to 59.
    package let second: Int

    /// A date and a time of day.
    package init(
        year: Int,
        month: Int,
        day: Int,
        hour: Int = 0,
        minute: Int = 0,
        second: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The date and time at which clocks `utcOffsetSeconds` east of Greenwich show a moment.
    ///
    /// After "chrono-Compatible Low-Level Date Algorithms" (Hinnant), `civil_from_days`.
    package init(unixSeconds: Int64, utcOffsetSeconds: Int = 0) {
        // Some ten million years either way, so that nothing below overflows.
        let limit: Int64 = 1 << 48
        let local = Int(min(max(unixSeconds, -limit), limit)) + utcOffsetSeconds % 86_400
        let days = Self.floorDivide(local, 86_400)
        let secondOfDay = local - days * 86_400
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153  // March is 0
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            hour: secondOfDay / 3600,
            minute: secondOfDay / 60 % 60,
            second: secondOfDay % 60
        )
    }

    /// Days from 1 January 1970, by `days_from_civil` of the same source.
    private var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Day of the week, 0 for Sunday.
    package var weekday: Int {
        let days = daysSince1970 + 4
        return days - Self.floorDivide(days, 7) * 7
    }

    /// Day of the year, from 1.
    package var dayOfYear: Int {
        daysSince1970 - ChatDate(year: year, month: 1, day: 1).daysSince1970 + 1
    }

    /// The date one day earlier, at the same time of day.
    package var yesterday: ChatDate {
        let seconds = Int64(daysSince1970 - 1) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        return ChatDate(unixSeconds: seconds)
    }

    private static func floorDivide(_ number: Int, _ divisor: Int) -> Int {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }
}
