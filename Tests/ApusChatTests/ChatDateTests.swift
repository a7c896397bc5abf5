import Testing

@testable import ApusChat

@Suite struct ChatDateTests {
    /// Expected dates are those of `date -u -d @N`.
    @Test(arguments: [
        (Int64(0), "1970-01-01 00:00:00 Thu 001"), (951_782_400, "2000-02-29 00:00:00 Tue 060"),
        (1_735_689_599, "2024-12-31 23:59:59 Tue 366"), (-1, "1969-12-31 23:59:59 Wed 365"),
        (4_102_444_800, "2100-01-01 00:00:00 Fri 001"),
        (1_763_690_400, "2025-11-21 02:00:00 Fri 325"),
    ])
    func unixTimeBecomesADate(seconds: Int64, text: String) {
        #expect(ChatDate(unixSeconds: seconds).formatted("%Y-%m-%d %H:%M:%S %a %j") == text)
    }

    @Test func offsetsMoveTheClock() {
        let date = ChatDate(unixSeconds: 951_782_400, utcOffsetSeconds: -3600)
        #expect(date.formatted("%F %H") == "2000-02-28 23")
        #expect(ChatDate(unixSeconds: .max, utcOffsetSeconds: 1).year != 0)
    }

    @Test func yesterdayCrossesMonths() {
        #expect(
            ChatDate(year: 2024, month: 3, day: 1, hour: 5).yesterday
                == ChatDate(year: 2024, month: 2, day: 29, hour: 5)
        )
    }

    @Test func unpaddedAndUnknownConversions() {
        let date = ChatDate(year: 2024, month: 3, day: 1)
        #expect(date.formatted("%-d.%-m. %Q %-H %") == "1.3. %Q 0 %")
    }
}
