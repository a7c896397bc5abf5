package import ApusStore

/// The URL of a GGUF file that is to become a model, and the name that the model gets.
///
/// | URL | Name |
/// |---|---|
/// | `https://huggingface.co/USER/REPO/resolve/REV/PATH/x-Q4_K_M.gguf` (or `blob`, `raw`; `hf.co`) | `hf.co/USER/REPO:Q4_K_M` |
/// | the same of a file whose name states no quantization | `hf.co/USER/REPO:x` |
/// | `https://HOST/PATH/My Model-00001-of-00003.gguf` | `my-model:latest` |
///
/// The URL of one part of a split file stands for all parts. Query and credentials go into no name.
package struct ModelURL: Sendable {
    /// Whether the name is that of a repository of the hub, which no other model has.
    let isNameOfHub: Bool
    private let stem: String
    private let suggestion: ModelName?
    /// The files, in order; one unless the URL names a part.
    let files: [RegistryURL]

    /// Reads a URL; nil for a text that is none of a GGUF file, such as the name of a model.
    ///
    /// Throws: `RegistryError` `unsupported` for a URL that cannot be used, which is not quoted beyond
    /// its path: what follows, or stands before the host, may be a secret.
    package init?(_ text: String, hubHosts: [String] = RegistryPolicy().hubHosts) throws {
        guard let path = Self.path(of: text), path.lowercased().hasSuffix(".gguf") else {
            return nil
        }
        let url = try Self.url(text)
        let parts = url.target.prefix { $0 != "?" }.split(
            separator: "/",
            omittingEmptySubsequences: false
        )
        let query = url.target.drop { $0 != "?" }
        guard let last = parts.last else { return nil }
        let isOfHub =
            hubHosts.contains(url.host) && parts.count >= 6
            && ["resolve", "blob", "raw"].contains(parts[3])
        var folder = parts.dropLast().map(String.init)
        if isOfHub { folder[3] = "resolve" }
        let names = PartName(last)?.all ?? [String(last)]
        files = names.map { url.at((folder + [$0]).joined(separator: "/") + query) }
        let stem = Self.stem(last)
        self.stem = stem
        var name: ModelName?
        if isOfHub, let host = hubHosts.first {
            name = try? ModelName(
                host: host,
                namespace: folder[1],
                model: folder[2],
                tag: QuantizationLabel.of(stem) ?? Self.word(stem)
            )
        }
        isNameOfHub = name != nil
        suggestion = name ?? (try? ModelName(model: Self.word(stem.lowercased())))
    }

    /// The name that the model gets unless another one is asked for.
    ///
    /// Throws: `unsupported` when none can be made of the file's.
    package var name: ModelName {
        get throws(RegistryError) {
            guard let suggestion else {
                throw RegistryError(
                    .unsupported,
                    "no name for a model can be made of \(StoreError.quoted(stem)); "
                        + "ask for one ('as')"
                )
            }
            return suggestion
        }
    }

    /// What tells the model from others of the same name: the digest of the URL without a query.
    var origin: Digest {
        let text = files.first.map { $0.text.prefix { $0 != "?" } } ?? ""
        return Digest(hashing: Array(text.utf8))
    }

    /// The name of a file for people, and for the request that makes a model of it.
    static func fileName(of url: RegistryURL) -> String {
        let path = url.target.prefix { $0 != "?" }
        return unescaped(path.split(separator: "/").last ?? "model.gguf")
    }

    /// What stands between the authority and a query, if this looks like an HTTP URL at all.
    private static func path(of text: String) -> Substring? {
        guard let separator = text.firstRange(of: "://"),
            ["http", "https"].contains(text[..<separator.lowerBound].lowercased())
        else { return nil }
        let rest = text[separator.upperBound...].prefix { $0 != "?" && $0 != "#" }
        return rest.firstIndex(of: "/").map { rest[$0...] }
    }

    private static func url(_ text: String) throws(RegistryError) -> RegistryURL {
        let authority = text.drop { $0 != "/" }.dropFirst(2)
            .prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw RegistryError(
                .unsupported,
                "URLs with a user name or password are not supported; give them apart "
                    + "(--username, --password-stdin)"
            )
        }
        do {
            return try RegistryURL(text)
        } catch {
            let shown = text.prefix { $0 != "?" && $0 != "#" }
            throw RegistryError(
                .unsupported,
                "\(StoreError.quoted(String(shown))) is no URL that can be followed."
            )
        }
    }

    /// The name of a file without what all models have: `my-model` of `my-model-00001-of-00003.gguf`.
    private static func stem(_ last: Substring) -> String {
        let name = unescaped(last)
        return PartName(name)?.stem ?? String(name.dropLast(5))
    }

    /// A text as a part of a name: what may not stand there becomes `-`.
    private static func word(_ text: String) -> String {
        let bytes = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "."):
                byte
            default: UInt8(ascii: "-")
            }
        }
        let start = bytes.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        return String(decoding: start.prefix(80), as: UTF8.self)
    }

    private static func unescaped(_ text: Substring) -> String {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                digits.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        // A slash or a control character that was escaped is no part of a file's name.
        let isPlain = bytes.allSatisfy { $0 >= 32 && $0 != 127 && $0 != UInt8(ascii: "/") }
        return isPlain ? String(decoding: bytes, as: UTF8.self) : String(text)
    }
}
