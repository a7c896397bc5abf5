internal import ApusStore

/// `Content-Range`: which bytes an answer holds, and of how many.
struct ContentRange {
    /// The offsets of its bytes; never empty.
    let bytes: Range<Int64>
    /// Bytes of the whole; nil when the answer does not say.
    let total: Int64?

    /// Reads the header; nil when it is missing or makes no sense (RFC 9110, 14.4).
    init?(_ response: RegistryTransport.Response) {
        let text = response.header("Content-Range") ?? ""
        guard text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(
            omittingEmptySubsequences: false,
            whereSeparator: { $0 == "-" || $0 == "/" }
        )
        guard numbers.count == 3, let first = Int64(numbers[0]), let last = Int64(numbers[1]),
            first >= 0, last >= first, last < .max
        else { return nil }
        bytes = first..<last + 1
        total = Int64(numbers[2])
        guard numbers[2] == "*" || total.map({ $0 > last }) == true else { return nil }
    }

    /// The error for an answer that holds something else than was asked for.
    static func wrong(
        _ response: RegistryTransport.Response,
        _ range: Range<Int64>,
        of sizeBytes: Int64
    ) -> RegistryError {
        RegistryError(
            .protocolViolation,
            "\(response.url.host) was asked for bytes \(range.lowerBound) to "
                + "\(range.upperBound - 1) of \(sizeBytes) and answers with "
                + "\(StoreError.quoted(response.header("Content-Range") ?? ""))."
        )
    }
}
