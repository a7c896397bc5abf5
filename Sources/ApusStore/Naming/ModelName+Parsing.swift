extension ModelName {
    /// The parts of a name, in the order of the folders on disk.
    enum Part: String, CaseIterable {
        case host
        case namespace
        case model
        case tag

        /// Whether `text` can stand in this place.
        func accepts(_ text: String) -> Bool {
            let bytes = text.utf8
            guard let first = bytes.first, bytes.count <= (self == .host ? 350 : 80),
                Self.isWord(first)
            else { return false }
            return bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "-"): true
                case UInt8(ascii: "."): self != .namespace
                case UInt8(ascii: ":"): self == .host
                default: Self.isWord(byte)
                }
            }
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
                true
            default:
                false
            }
        }
    }

    /// Longest text that is looked at; the longest valid name has 593 bytes and a scheme.
    private static let maximumLength = 1024

    /// Reads a name as people write it, filling in the defaults.
    ///
    /// From the right: a `:` after the last `/` begins the tag; then come model, namespace and
    /// host, which may carry `scheme://`. A separator with nothing on one side is an error.
    /// Throws: `invalidName`.
    package init(_ text: String) throws(StoreError) {
        var rest = Array(text.utf8)[...]
        guard rest.count <= Self.maximumLength else { throw Self.invalid(text) }
        var tag = Self.defaultTag
        let colon = rest.lastIndex(of: UInt8(ascii: ":"))
        if let colon, colon > rest.lastIndex(of: UInt8(ascii: "/")) ?? -1 {
            tag = String(decoding: rest[(colon + 1)...], as: UTF8.self)
            rest = rest[..<colon]
        }
        // From the right: model, then namespace; what is left of both is scheme and host.
        var parts: [String] = []
        while parts.count < 2, let slash = rest.lastIndex(of: UInt8(ascii: "/")) {
            parts.append(String(decoding: rest[(slash + 1)...], as: UTF8.self))
            rest = rest[..<slash]
        }
        parts.append(String(decoding: rest, as: UTF8.self))
        do {
            try self.init(parts: parts, tag: tag)
        } catch {
            throw Self.invalid(text, because: error.message)
        }
    }

    /// A name of `model`, `namespace` and `[scheme://]host`, the later two optional.
    private init(parts: [String], tag: String) throws(StoreError) {
        var host = parts.count > 2 ? parts[2] : Self.defaultHost
        var scheme = "https"
        if let separator = host.firstRange(of: "://") {
            scheme = String(host[..<separator.lowerBound])
            host = String(host[separator.upperBound...])
            guard scheme == "http" || scheme == "https" else {
                throw StoreError(.invalidName, "its scheme must be http or https.")
            }
        }
        try self.init(
            host: host,
            namespace: parts.count > 1 ? parts[1] : Self.defaultNamespace,
            model: parts[0],
            tag: tag,
            scheme: scheme
        )
    }

    private static func invalid(
        _ text: String,
        because reason: String = "it is too long."
    ) -> StoreError {
        StoreError(.invalidName, "Invalid model name \(StoreError.quoted(text)): \(reason)")
    }
}
