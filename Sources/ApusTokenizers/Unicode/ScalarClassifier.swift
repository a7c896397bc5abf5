/// Looks up the ``ScalarClass`` of scalars: Unicode's properties plus up to four sets of ranges.
///
/// Properties come from the standard library (Unicode 15 or later). The basic plane is one table,
/// made once; the other planes are asked for scalar by scalar.
struct ScalarClassifier: Sendable {
    typealias Ranges = [ClosedRange<UInt32>]

    private let ascii: [UInt32]
    private let custom: [(bit: UInt32, ranges: Ranges)]

    /// Sets are given in ascending ranges that do not overlap; the first is `.customA` and so on.
    init(custom sets: [Ranges] = []) {
        custom = zip(ScalarClass.custom, sets).map { ($0.rawValue, $1) }
        ascii = (0..<128).map { [custom] value in
            Self.basicPlane[Int(value)] | Self.bits(of: value, in: custom)
        }
    }

    func classes(_ value: UInt32) -> UInt32 {
        if value < 128 { return ascii[Int(value)] }
        let base = value < 0x10000 ? Self.basicPlane[Int(value)] : Self.properties(value)
        return custom.isEmpty ? base : base | Self.bits(of: value, in: custom)
    }

    private static func bits(
        of value: UInt32,
        in sets: [(bit: UInt32, ranges: Ranges)]
    ) -> UInt32 {
        var bits: UInt32 = 0
        for (bit, ranges) in sets where contains(ranges, value) { bits |= bit }
        return bits
    }

    private static func contains(_ ranges: Ranges, _ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    private static let basicPlane: [UInt32] = (0..<0x10000).map { properties($0) }

    private static func properties(_ value: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(value) else { return ScalarClass.any.rawValue }
        var classes: ScalarClass = [.any]
        classes.formUnion(category(scalar.properties.generalCategory))
        if scalar.properties.isWhitespace { classes.insert(.whitespace) }
        if scalar.properties.isAlphabetic || !classes.isDisjoint(with: [.mark, .digit, .connector])
            || latin1Numbers.contains(value)
        {
            classes.insert(.word)
        }
        if value < 128 { classes.formUnion(asciiClasses(UInt8(value), classes)) }
        return classes.rawValue
    }

    private static let latin1Numbers: [UInt32] = [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]

    private static func category(_ category: Unicode.GeneralCategory) -> ScalarClass {
        switch category {
        case .uppercaseLetter: .uppercase
        case .lowercaseLetter: .lowercase
        case .titlecaseLetter: .titlecase
        case .modifierLetter: .modifierLetter
        case .otherLetter: .otherLetter
        case .nonspacingMark, .spacingMark, .enclosingMark: .mark
        case .decimalNumber: .digit
        case .letterNumber, .otherNumber: .otherNumber
        case .connectorPunctuation: .connector
        case .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            .otherPunctuation
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: .symbol
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate,
            .privateUse, .unassigned:
            []
        @unknown default: []
        }
    }

    private static func asciiClasses(_ byte: UInt8, _ known: ScalarClass) -> ScalarClass {
        var classes: ScalarClass = []
        switch byte {
        case UInt8(ascii: "\n"): classes = [.newline, .lineFeed]
        case UInt8(ascii: "\r"): classes = [.newline]
        case UInt8(ascii: " "): classes = [.space]
        case UInt8(ascii: "'"): classes = [.apostrophe]
        case UInt8(ascii: "/"): classes = [.slash]
        case UInt8(ascii: "a")...UInt8(ascii: "z"): classes = [.asciiLowercase]
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): classes = [.asciiUppercase]
        case UInt8(ascii: "0")...UInt8(ascii: "9"): classes = [.asciiDigit]
        default: break
        }
        if !known.isDisjoint(with: [.punctuation, .symbol]) { classes.insert(.asciiPunctuation) }
        return classes
    }
}
