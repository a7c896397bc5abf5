/// References between schemas, as far as they can stay inside one document (RFC 3986, section 5).
enum SchemaURI {
    /// What stands before and after the first `#`.
    static func split(_ reference: String) -> (address: String, fragment: String) {
        guard let hash = reference.firstIndex(of: "#") else { return (reference, "") }
        return (String(reference[..<hash]), String(reference[reference.index(after: hash)...]))
    }

    /// What stands before the first `#`.
    static func withoutFragment(_ reference: String) -> String { split(reference).address }

    /// The address that a reference means where `base` is the address around.
    static func resolved(_ address: String, against base: String) -> String {
        if hasScheme(address) { return address }
        let origin = endOfOrigin(base)
        if address.hasPrefix("//") {
            let scheme = base.firstIndex(of: ":").map { base[...$0] } ?? ""
            return scheme + address
        }
        if address.hasPrefix("/") { return base[..<origin] + address }
        guard let slash = base[origin...].lastIndex(of: "/") else {
            return origin == base.startIndex ? address : base[..<origin] + "/" + address
        }
        return base[..<origin] + withoutDots(base[origin...slash] + address)
    }

    private static func hasScheme(_ address: String) -> Bool {
        guard let colon = address.firstIndex(of: ":") else { return false }
        return !address[..<colon].contains { "/?".contains($0) }
    }

    /// Where the path of an address begins.
    private static func endOfOrigin(_ address: String) -> String.Index {
        guard hasScheme(address), let colon = address.firstIndex(of: ":") else {
            return address.startIndex
        }
        let rest = address[address.index(after: colon)...]
        guard rest.hasPrefix("//") else { return rest.startIndex }
        return rest.dropFirst(2).firstIndex(of: "/") ?? address.endIndex
    }

    private static func withoutDots(_ path: Substring) -> String {
        var parts: [Substring] = []
        let all = path.split(separator: "/", omittingEmptySubsequences: false)
        for (position, part) in all.enumerated() {
            let isLast = position == all.count - 1
            switch part {
            case ".": if isLast { parts.append("") }
            case "..":
                if parts.count > 1 { parts.removeLast() }
                if isLast { parts.append("") }
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
