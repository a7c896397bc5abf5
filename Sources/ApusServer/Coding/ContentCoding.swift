/// How the body of a request may be compressed (RFC 9110, section 8.4).
enum ContentCoding: String, CaseIterable {
    /// RFC 1952; several members in a row are one body.
    case gzip
    /// RFC 1950: Deflate with zlib's head and checksum.
    case deflate
    /// RFC 8878, in windows of at most 8 MiB (RFC 9659), where the system has the library.
    case zstd

    /// The codings that this machine can undo, as `Accept-Encoding` lists them.
    static var supported: String {
        allCases.filter { $0 != .zstd || ZstdLibrary.shared != nil }.map(\.rawValue)
            .joined(separator: ", ")
    }

    /// The coding that a `Content-Encoding` names; nil for none.
    ///
    /// Throws: `unknown` for any other, for one that this machine cannot undo, and for several.
    init?(header: String?) throws(CodingError) {
        let names = (header ?? "").split(separator: ",").map { part in
            let name = part.drop { $0 == " " || $0 == "\t" }
            return String(name.prefix { $0 != " " && $0 != "\t" }).lowercased()
        }
        let codings = names.filter { !$0.isEmpty && $0 != "identity" }
        guard let name = codings.first else { return nil }
        guard codings.count == 1 else {
            throw CodingError(.unknown, "several content codings at once are not supported")
        }
        guard let coding = Self(rawValue: name == "x-gzip" ? "gzip" : name) else {
            throw CodingError(
                .unknown,
                "content coding \"\(name.prefix(32))\" is not supported; "
                    + "these are: \(Self.supported)"
            )
        }
        if coding == .zstd, ZstdLibrary.shared == nil {
            throw CodingError(
                .unknown,
                "content coding \"zstd\" needs \(ZstdLibrary.file), which this system does not "
                    + "have; these are supported: \(Self.supported)"
            )
        }
        self = coding
    }

    /// What undoes the coding of one body.
    ///
    /// Throws: `noMemory`; `unknown` without the library.
    func makeDecoder() throws(CodingError) -> any BodyDecoder {
        switch self {
        case .gzip: return try ZlibDecoder(.gzip)
        case .deflate: return try ZlibDecoder(.zlib)
        case .zstd:
            guard let library = ZstdLibrary.shared else {
                throw CodingError(.unknown, "there is no \(ZstdLibrary.file)")
            }
            return try ZstdDecoder(library)
        }
    }
}

/// Why a compressed body cannot be read.
struct CodingError: Error, Equatable {
    enum Code {
        /// The coding is none that can be undone here.
        case unknown
        /// The bytes are not what the coding says, or end too early.
        case malformed
        /// What comes out is larger than allowed.
        case tooLarge
        /// The library got no memory.
        case noMemory
    }

    let code: Code
    /// A sentence for the client, without an end.
    let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
