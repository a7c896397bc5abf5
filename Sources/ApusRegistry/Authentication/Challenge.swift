/// What a registry asks for before it answers: one `WWW-Authenticate` header (RFC 7235).
struct Challenge: Sendable, Equatable {
    enum Scheme: Sendable, Equatable {
        case basic
        case bearer
    }

    let scheme: Scheme
    /// Names in lower case.
    let parameters: [String: String]

    /// The first challenge among the headers that can be met, bearer before basic.
    static func best(of headers: [String]) -> Challenge? {
        let challenges = headers.compactMap(Challenge.init)
        return challenges.first { $0.scheme == .bearer } ?? challenges.first
    }

    /// Reads a header; nil for schemes that are not known and for what cannot be read.
    init?(_ header: String) {
        guard header.utf8.count <= 4096 else { return nil }
        let trimmed = header.drop(while: \.isWhitespace)
        let word = trimmed.prefix { !$0.isWhitespace }
        switch word.lowercased() {
        case "basic": scheme = .basic
        case "bearer": scheme = .bearer
        default: return nil
        }
        var parameters: [String: String] = [:]
        var rest = trimmed.dropFirst(word.count)
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            let name = rest.prefix { $0 != "=" && $0 != "," && !$0.isWhitespace }
            rest = rest.dropFirst(name.count)
            guard !name.isEmpty, rest.first == "=" else { break }
            rest = rest.dropFirst()
            parameters[name.lowercased()] = Self.value(&rest)
        }
        self.parameters = parameters
    }

    /// Takes a token or a quoted string off the front.
    private static func value(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            let token = rest.prefix { $0 != "," && !$0.isWhitespace }
            rest = rest.dropFirst(token.count)
            return String(token)
        }
        rest = rest.dropFirst()
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            text.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
        return text
    }
}
