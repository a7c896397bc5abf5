/// Sets of scalars by Unicode property, as `\p{…}` names them.
///
/// General categories by short and long name, alone or after `General_Category=` or `gc=`; binary
/// properties that the standard library knows; scripts by long name after `Script=` or `sc=`.
/// Source: ECMA-262, tables 67 to 70; Unicode Standard Annex 44.
enum UnicodeProperty {
    /// The scalars that `\p{name}` matches; nil for a name that is unknown here.
    static func scalars(_ name: String) -> ScalarSet? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            return category(name) ?? binary(name)
        }
        switch parts[0] {
        case "General_Category", "gc": return category(parts[1])
        case "Script", "sc": return UnicodeScript.scalars[parts[1]]
        default: return nil
        }
    }

    // MARK: - General categories

    private static func category(_ name: String) -> ScalarSet? {
        let members: [String]
        if let group = groups[name] {
            members = group
        } else if let short = shortNames[name] {
            members = groups[short] ?? [short]
        } else if categories[name] != nil {
            members = [name]
        } else {
            return nil
        }
        return ScalarSet(members.flatMap { categories[$0]?.ranges ?? [] })
    }

    private static let groups: [String: [String]] = [
        "L": ["Lu", "Ll", "Lt", "Lm", "Lo"], "LC": ["Lu", "Ll", "Lt"], "M": ["Mn", "Mc", "Me"],
        "N": ["Nd", "Nl", "No"], "P": ["Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"],
        "S": ["Sm", "Sc", "Sk", "So"], "Z": ["Zs", "Zl", "Zp"],
        "C": ["Cc", "Cf", "Cs", "Co", "Cn"],
    ]

    private static let shortNames: [String: String] = [
        "Cased_Letter": "LC", "Close_Punctuation": "Pe", "Connector_Punctuation": "Pc",
        "Control": "Cc", "cntrl": "Cc", "Currency_Symbol": "Sc", "Dash_Punctuation": "Pd",
        "Decimal_Number": "Nd", "digit": "Nd", "Enclosing_Mark": "Me", "Final_Punctuation": "Pf",
        "Format": "Cf", "Initial_Punctuation": "Pi", "Letter": "L", "Letter_Number": "Nl",
        "Line_Separator": "Zl", "Lowercase_Letter": "Ll", "Mark": "M", "Combining_Mark": "M",
        "Math_Symbol": "Sm", "Modifier_Letter": "Lm", "Modifier_Symbol": "Sk",
        "Nonspacing_Mark": "Mn", "Number": "N", "Open_Punctuation": "Ps", "Other": "C",
        "Other_Letter": "Lo", "Other_Number": "No", "Other_Punctuation": "Po",
        "Other_Symbol": "So", "Paragraph_Separator": "Zp", "Private_Use": "Co",
        "Punctuation": "P", "punct": "P", "Separator": "Z", "Space_Separator": "Zs",
        "Spacing_Mark": "Mc", "Surrogate": "Cs", "Symbol": "S", "Titlecase_Letter": "Lt",
        "Unassigned": "Cn", "Uppercase_Letter": "Lu",
    ]

    /// Every general category by short name.
    private static let categories: [String: ScalarSet] = {
        var ranges: [String: [ClosedRange<UInt32>]] = ["Cs": []]
        for block in surveyed {
            for value in block {
                guard let scalar = Unicode.Scalar(value) else { continue }
                extend(&ranges[shortName(scalar.properties.generalCategory), default: []], value)
            }
        }
        var sets = ranges.mapValues { ScalarSet($0) }
        let privateUse = ScalarSet(
            (sets["Co"]?.ranges ?? []) + [
                0xF_0000...0xF_FFFD, 0x10_0000...0x10_FFFD,
            ]
        )
        sets["Co"] = privateUse
        let assigned = sets.filter { $0.key != "Cn" }.values.flatMap(\.ranges)
        sets["Cn"] = ScalarSet(assigned).complement
        return sets
    }()

    /// Where characters are assigned, private use in planes 15 and 16 aside.
    private static let surveyed: [ClosedRange<UInt32>] = [0...0x3_FFFF, 0xE_0000...0xE_0FFF]

    private static func extend(_ ranges: inout [ClosedRange<UInt32>], _ value: UInt32) {
        if let last = ranges.last, last.upperBound + 1 == value {
            ranges[ranges.count - 1] = last.lowerBound...value
        } else {
            ranges.append(value...value)
        }
    }

    private static func shortName(_ category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }

    // MARK: - Binary properties

    private static func binary(_ name: String) -> ScalarSet? {
        let test: (Unicode.Scalar.Properties) -> Bool
        switch name {
        case "Any": return .all
        case "ASCII": return ScalarSet([0...0x7F])
        case "Assigned": return categories["Cn"]?.complement
        case "Alphabetic", "Alpha": test = { $0.isAlphabetic }
        case "Cased": test = { $0.isCased }
        case "Dash": test = { $0.isDash }
        case "Diacritic", "Dia": test = { $0.isDiacritic }
        case "Emoji": test = { $0.isEmoji }
        case "Emoji_Modifier", "EMod": test = { $0.isEmojiModifier }
        case "Emoji_Modifier_Base", "EBase": test = { $0.isEmojiModifierBase }
        case "Emoji_Presentation", "EPres": test = { $0.isEmojiPresentation }
        case "Hex_Digit", "Hex": test = { $0.isHexDigit }
        case "ASCII_Hex_Digit", "AHex": test = { $0.isASCIIHexDigit }
        case "ID_Start", "IDS": test = { $0.isIDStart }
        case "ID_Continue", "IDC": test = { $0.isIDContinue }
        case "XID_Start", "XIDS": test = { $0.isXIDStart }
        case "XID_Continue", "XIDC": test = { $0.isXIDContinue }
        case "Ideographic", "Ideo": test = { $0.isIdeographic }
        case "Lowercase", "Lower": test = { $0.isLowercase }
        case "Math": test = { $0.isMath }
        case "Quotation_Mark", "QMark": test = { $0.isQuotationMark }
        case "Uppercase", "Upper": test = { $0.isUppercase }
        case "White_Space", "space": test = { $0.isWhitespace }
        default: return nil
        }
        var ranges: [ClosedRange<UInt32>] = []
        for value in surveyed.joined() {
            guard let scalar = Unicode.Scalar(value), test(scalar.properties) else { continue }
            extend(&ranges, value)
        }
        return ScalarSet(ranges)
    }
}
