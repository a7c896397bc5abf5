internal import Synchronization

/// Formats of texts as regular expressions.
///
/// Each one is a subset of its standard, wide enough for what people write: years from 0001, days
/// that exist in their month and year, seconds below 60, upper-case `T` and `Z`, host names whose
/// labels have no two hyphens in a row, addresses without quotes and comments.
/// Sources: RFC 3339 (dates, durations), 5321 (mail), 1123 (hosts), 4291 (IPv6), 3986 (URI),
/// 4122 (UUID), 6901 (JSON Pointer), 6570 (URI templates), 4648 (base64).
enum StringFormat {
    /// Automata that have been needed; no more than there are patterns.
    private static let known = Mutex<[String: ScalarAutomaton]>([:])

    /// The texts of a format, nil if it has no pattern.
    static func automaton(_ name: String) throws(GrammarError) -> ScalarAutomaton? {
        guard let pattern = patterns[name] else { return nil }
        if let automaton = known.withLock({ $0[name] }) { return automaton }
        let automaton = try ScalarAutomaton(RegularExpression(pattern), .whole)
        known.withLock { $0[name] = automaton }
        return automaton
    }

    /// Pattern of a whole text, by the name of its format.
    private static let patterns: [String: String] = [
        "date": date,
        "time": time,
        "date-time": "(?:\(date))T\(time)",
        "duration": duration,
        "email": mail, "idn-email": mail,
        "hostname": host, "idn-hostname": host,
        "ipv4": address4,
        "ipv6": address6,
        "uri": uri, "iri": uri,
        "uri-reference": reference, "iri-reference": reference,
        "uri-template": template,
        "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "json-pointer": pointer,
        "relative-json-pointer": "(?:0|[1-9]{1,3})(?:#|\(pointer))",
        "base64": base64, "byte": base64,
        "binary": "[^]*", "password": "[^]*",
    ]

    /// Standard base64 with padding; unused bits are zero.
    private static let base64 =
        "(?:[A-Za-z0-9+/]{4})*"
        + "(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"

    private static let year = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
    private static let leapYear =
        "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
    private static let date =
        "\(year)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
        + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
        + "|02-(?:0[1-9]|1[0-9]|2[0-8]))|\(leapYear)-02-29"
    private static let time =
        "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?"
        + "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

    private static let amount = "(?:0|[1-9][0-9]{0,8})"
    private static let timeOfDuration =
        "T(?:\(amount)H(?:\(amount)M(?:\(amount)S)?)?|\(amount)M(?:\(amount)S)?|\(amount)S)"
    private static let duration =
        "P(?:\(amount)W|(?:\(amount)D|\(amount)M(?:\(amount)D)?"
        + "|\(amount)Y(?:\(amount)M(?:\(amount)D)?)?)(?:\(timeOfDuration))?|\(timeOfDuration))"

    private static let label = "[A-Za-z0-9](?:-?[A-Za-z0-9]){0,30}"
    private static let host = "\(label)(?:\\.\(label)){0,3}"
    private static let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
    private static let mail = "\(atom)(?:\\.\(atom))*@(?:\(label)\\.){1,3}[A-Za-z]{2,16}"

    private static let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let address4 = "\(octet)(?:\\.\(octet)){3}"
    private static let address6: String = {
        let group = "[0-9a-fA-F]{1,4}"
        let split = (1...6).map { before in
            "(?:\(group):){\(before)}(?::\(group)){1,\(7 - before)}"
        }
        let ends = ["(?:\(group):){7}\(group)", "(?:\(group):){1,7}:", ":(?::\(group)){1,7}", "::"]
        return (ends + split).joined(separator: "|")
    }()

    private static let escape = "%[0-9A-F]{2}"
    private static let plain = "A-Za-z0-9._~!$&'()*+,;="
    private static let segment = "(?:[\(plain):@-]|\(escape))"
    private static let authority =
        "(?:[A-Za-z0-9._~-]+@)?[A-Za-z0-9](?:[.-]?[A-Za-z0-9])*(?::[0-9]{1,5})?"
    private static let queryText = "(?:[\(plain):@/?-]|\(escape))*"
    private static let tail = "(?:\\?\(queryText))?(?:#\(queryText))?"
    private static let absolute =
        "[A-Za-z][A-Za-z0-9+.-]*:(?://\(authority)(?:/\(segment)*)*"
        + "|/?\(segment)+(?:/\(segment)*)*)"
    private static let uri = "(?:\(absolute))\(tail)"
    private static let reference =
        "(?:\(absolute)|/(?:\(segment)+(?:/\(segment)*)*)?"
        + "|(?:[\(plain)@-]|\(escape))+(?:/\(segment)*)*)?\(tail)"

    private static let pointer = "(?:/(?:[^~/]|~[01])*)*"
    private static let variable = "[A-Za-z0-9_]+(?:\\*|:[1-9][0-9]{0,3})?"
    private static let template =
        "(?:[A-Za-z0-9._~:/?#@!$&()*+,;=-]|\(escape)"
        + "|\\{[+#./;?&]?\(variable)(?:,\(variable))*\\})*"
}
