internal import ApusStore
internal import Crypto

/// How far an upload has come.
struct UploadState: Sendable {
    /// A piece that the registry's storage took.
    struct Piece: Sendable {
        let end: Int64
        /// Its MD5.
        let checksum: [UInt8]
    }

    /// Where it goes on.
    var url: RegistryURL
    /// Bytes that were taken.
    private(set) var position: Int64 = 0
    private var pieces: [Piece] = []
    /// Whether an earlier push began it, whose word has not been checked with the registry.
    let isRecorded: Bool

    /// An upload that the registry has just opened.
    init(_ url: RegistryURL) {
        self.url = url
        isRecorded = false
    }

    /// The upload that a journal tells of; nil when it tells of none that may be gone on with.
    init?(_ journal: UploadJournal, _ session: RegistrySession) {
        guard let last = journal.steps.last,
            let url = try? session.transport.location(last.location, from: session.root)
        else { return nil }
        self.url = url
        isRecorded = true
        for step in journal.steps { take(to: step.end, step.checksum.map(Self.bytes)) }
    }

    /// Notes a piece that was taken; one that storage took has a checksum.
    mutating func take(to end: Int64, _ checksum: [UInt8]?) {
        position = end
        if let checksum { pieces.append(Piece(end: end, checksum: checksum)) }
    }

    /// Goes on at another byte, which is where the registry is.
    mutating func move(to position: Int64) {
        self.position = position
        pieces.removeAll { $0.end > position }
    }

    /// The checksum over the pieces' checksums and their number, as storage services (S3) make it;
    /// nil where the registry itself took all pieces, which hashes them on its own.
    var tag: String? {
        guard !pieces.isEmpty else { return nil }
        let sum = Insecure.MD5.hash(data: pieces.flatMap(\.checksum))
        return "\(Self.hexadecimal(sum))-\(pieces.count)"
    }

    /// Bytes in hexadecimal digits.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: values.count - 1, by: 2).map { index in
            UInt8(truncatingIfNeeded: values[index] << 4 | values[index + 1])
        }
    }
}

/// The registry does not know an upload any more; there has to be a new one.
struct UploadLost: Error {}
