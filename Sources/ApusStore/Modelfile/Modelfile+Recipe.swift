extension Modelfile {
    /// What a Modelfile asks for, each thing once.
    package struct Recipe: Sendable, Hashable {
        /// Every `FROM`, in order: models, files or folders.
        package var sources: [String] = []
        /// The last `ADAPTER`, a file or folder.
        package var adapter: String?
        /// Every `DRAFT`, in order.
        package var drafts: [String] = []
        /// The last `TEMPLATE`.
        package var template: String?
        /// The last `SYSTEM`.
        package var system: String?
        /// The last `RENDERER`.
        package var renderer = ""
        /// The last `PARSER`.
        package var parser = ""
        /// The last `REQUIRES`, without a leading `v`.
        package var requires = ""
        /// Every `LICENSE`, in order.
        package var licenses: [String] = []
        /// Every `MESSAGE`, in order.
        package var messages: [StoredMessage] = []
        /// The parameters; of a name the last value counts, `stop` collects all.
        package var parameters: [String: ParameterValue] = [:]
        /// What people should be told: `parameter mirostat is deprecated`.
        package var warnings: [String] = []

        /// An empty recipe.
        package init() {}
    }

    /// Interprets the statements.
    ///
    /// Throws: `invalidParameter` for unknown parameters and wrong values; `invalidRequest` for a
    /// `REQUIRES` that is no version.
    package func recipe() throws(StoreError) -> Recipe {
        var recipe = Recipe()
        for (position, command) in commands.enumerated() {
            try naming(lineOf: position) { () throws(StoreError) in try recipe.take(command) }
        }
        return recipe
    }

    /// A version as `golang.org/x/mod/semver` accepts it, without a leading `v`: `1`, `0.14`,
    /// `0.14.0`, `1.2.3-rc.1+build`.
    ///
    /// Throws: `invalidRequest` for other texts.
    package static func version(_ text: String) throws(StoreError) -> String {
        let version = text.hasPrefix("v") ? text.dropFirst() : text[...]
        let build = version.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let release = (build.first ?? "").split(
            separator: "-",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let numbers = (release.first ?? "").split(separator: ".", omittingEmptySubsequences: false)
        let suffixes = [release.dropFirst().first, build.dropFirst().first]
        let isValid =
            (1...3).contains(numbers.count) && numbers.allSatisfy(isNumber)
            && suffixes.enumerated().allSatisfy { position, suffix in
                guard let suffix else { return true }
                return numbers.count == 3 && isSuffix(suffix, allowsLeadingZeros: position == 1)
            }
        guard isValid else {
            throw StoreError(
                .invalidRequest,
                "requires must be a valid semver (e.g. 0.14.0)"
            )
        }
        return String(version)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && (text == "0" || !text.hasPrefix("0"))
    }

    private static func isSuffix(_ text: Substring, allowsLeadingZeros: Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            let isWord = part.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            let isAllDigits = part.allSatisfy { ("0"..."9").contains($0) }
            return isWord && !part.isEmpty
                && (allowsLeadingZeros || !isAllDigits || isNumber(part))
        }
    }
}

extension Modelfile.Recipe {
    fileprivate mutating func take(_ command: Modelfile.Command) throws(StoreError) {
        switch command {
        case .from(let value): sources.append(value)
        case .adapter(let value): adapter = value
        case .draft(let value): drafts.append(value)
        case .template(let value): template = value
        case .system(let value): system = value
        case .renderer(let value): renderer = value
        case .parser(let value): parser = value
        case .license(let value): licenses.append(value)
        case .requires(let value): requires = try Modelfile.version(value)
        case .message(let role, let content):
            messages.append(StoredMessage(role: role, content: content))
        case .parameter(let name, let value): try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ text: String) throws(StoreError) {
        if ParameterTable.deprecated.contains(name) {
            warnings.append("parameter \(name) is deprecated")
            return
        }
        let value = try ParameterTable.value(of: name, text: text)
        if case .strings(let new) = value, case .strings(let old) = parameters[name] {
            parameters[name] = .strings(old + new)
        } else {
            parameters[name] = value
        }
    }
}
