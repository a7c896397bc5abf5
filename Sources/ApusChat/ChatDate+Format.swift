extension ChatDate {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// The date in a layout of C's `strftime`, in its "C" locale.
    ///
    /// A `-` after the percent sign drops leading zeros, as in glibc. Conversions that need a time
    /// zone give nothing; unknown ones are copied.
    package func formatted(_ layout: String) -> String {
        var output = ""
        var rest = layout.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%", let letter = rest.first else {
                output.unicodeScalars.append(scalar)
                continue
            }
            rest.removeFirst()
            if letter == "-", let next = rest.first {
                rest.removeFirst()
                output += Self.withoutPadding(conversion(next) ?? "%-\(next)")
            } else {
                output += conversion(letter) ?? "%\(letter)"
            }
        }
        return output
    }

    private func conversion(_ letter: Unicode.Scalar) -> String? {
        switch letter {
        case "Y": String(year)
        case "C": Self.padded(year / 100)
        case "y": Self.padded(year % 100)
        case "m": Self.padded(month)
        case "d": Self.padded(day)
        case "e": Self.padded(day, filler: " ")
        case "j": Self.padded(dayOfYear, width: 3)
        case "H": Self.padded(hour)
        case "I": Self.padded((hour + 11) % 12 + 1)
        case "M": Self.padded(minute)
        case "S": Self.padded(second)
        case "f": "000000"
        case "p": hour < 12 ? "AM" : "PM"
        case "B": Self.name(Self.months, month - 1)
        case "b", "h": String(Self.name(Self.months, month - 1).prefix(3))
        case "A": Self.name(Self.weekdays, weekday)
        case "a": String(Self.name(Self.weekdays, weekday).prefix(3))
        case "w": String(weekday)
        case "u": String((weekday + 6) % 7 + 1)
        case "D", "x": formatted("%m/%d/%y")
        case "F": formatted("%Y-%m-%d")
        case "T", "X": formatted("%H:%M:%S")
        case "R": formatted("%H:%M")
        case "r": formatted("%I:%M:%S %p")
        case "c": formatted("%a %b %e %H:%M:%S %Y")
        case "Z", "z": ""
        case "n": "\n"
        case "t": "\t"
        case "%": "%"
        default: nil
        }
    }

    private static func name(_ names: [String], _ position: Int) -> String {
        names.indices.contains(position) ? names[position] : ""
    }

    private static func padded(_ number: Int, width: Int = 2, filler: String = "0") -> String {
        let digits = String(number)
        return String(repeating: filler, count: max(0, width - digits.count)) + digits
    }

    private static func withoutPadding(_ text: String) -> String {
        let trimmed = text.drop { $0 == "0" || $0 == " " }
        return trimmed.isEmpty ? String(text.suffix(1)) : String(trimmed)
    }
}
