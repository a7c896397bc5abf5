internal import Crypto

/// A SHA-256 digest, the identity of a blob.
///
/// Ollama writes `sha256:<64 hex>` in JSON and `sha256-<64 hex>` on disk and accepts either
/// anywhere; so does this. Upper-case digits are accepted and become lower case.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The 64 lower-case hexadecimal digits.
    package let hex: String

    /// Reads `sha256:<64 hex>` or `sha256-<64 hex>`.
    ///
    /// Throws: `invalidDigest` for anything else.
    package init(_ text: String) throws(StoreError) {
        var bytes = Array(text.utf8.prefix(72))
        let prefix = Array("sha256".utf8)
        let isSeparated =
            bytes.count == 71
            && (bytes[6] == UInt8(ascii: ":") || bytes[6] == UInt8(ascii: "-"))
        guard isSeparated, bytes.starts(with: prefix) else { throw Self.invalid(text) }
        bytes.removeFirst(7)
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                break
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                bytes[index] |= 0x20
            default:
                throw Self.invalid(text)
            }
        }
        hex = String(decoding: bytes, as: UTF8.self)
    }

    /// The digest of `bytes`.
    package init(hashing bytes: [UInt8]) {
        self.init(SHA256.hash(data: bytes))
    }

    init(_ digest: SHA256Digest) {
        hex = Self.hex(digest)
    }

    /// The form in JSON and on the wire: `sha256:<hex>`.
    package var description: String { "sha256:\(hex)" }

    /// The form on disk: `sha256-<hex>`.
    package var fileName: String { "sha256-\(hex)" }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func invalid(_ text: String) -> StoreError {
        StoreError(
            .invalidDigest,
            "Invalid digest \(StoreError.quoted(text)): expected sha256: and 64 hex digits."
        )
    }
}
