internal import Crypto
internal import FoundationEssentials

/// Ed25519 keys in the file format of OpenSSH (PROTOCOL.key).
///
/// ```
/// -----BEGIN OPENSSH PRIVATE KEY-----
/// base64, lines of 70: "openssh-key-v1\0"
///     string cipher "none", string kdf "none", string "", uint32 1, string public blob,
///     string { uint32 check, uint32 check again, string "ssh-ed25519", string public key [32],
///              string seed and public key [64], string comment, 1 2 3 ... up to a multiple of 8 }
/// -----END OPENSSH PRIVATE KEY-----
/// public blob: string "ssh-ed25519", string public key [32]
/// ```
///
/// `string` is a big-endian uint32 length and the bytes.
enum OpenSSHKey {
    private static let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let end = "-----END OPENSSH PRIVATE KEY-----"
    private static let magic = Array("openssh-key-v1\0".utf8)
    private static let kind = Array("ssh-ed25519".utf8)

    /// The key in a file.
    ///
    /// Throws: `invalidKey`, for keys of another kind and keys under a passphrase, too.
    static func privateKey(
        _ file: [UInt8]
    ) throws(RegistryError) -> Curve25519.Signing.PrivateKey {
        let text = String(decoding: file, as: UTF8.self)
        guard let first = text.firstRange(of: begin), let last = text.firstRange(of: end),
            first.upperBound <= last.lowerBound
        else { throw invalid }
        let body = text[first.upperBound..<last.lowerBound].filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: String(body)) else { throw invalid }
        var reader = Reader(bytes: Array(data)[...])
        guard reader.take(magic.count).elementsEqual(magic) else { throw invalid }
        guard reader.string().elementsEqual("none".utf8) else {
            throw RegistryError(
                .invalidKey,
                "The user's key id_ed25519 has a passphrase; registries need one without."
            )
        }
        _ = reader.string()
        _ = reader.string()
        guard reader.number() == 1 else { throw invalid }
        _ = reader.string()
        var secret = Reader(bytes: reader.string())
        let check = secret.number()
        guard check == secret.number(), secret.string().elementsEqual(kind) else { throw invalid }
        let publicKey = Array(secret.string())
        let pair = Array(secret.string())
        guard pair.count == 64,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: pair[..<32]),
            Array(key.publicKey.rawRepresentation) == publicKey
        else { throw invalid }
        return key
    }

    /// The file for a key.
    static func file(seed: [UInt8], publicKey: [UInt8]) -> String {
        let check = big(UInt32.random(in: .min ... .max))
        var secret = check + check + string(kind) + string(publicKey)
        secret += string(seed + publicKey) + string([])
        var filler: UInt8 = 1
        while secret.count % 8 != 0 {
            secret.append(filler)
            filler += 1
        }
        let none = string(Array("none".utf8))
        let bytes =
            magic + none + none + string([]) + big(1) + string(publicBlob(publicKey))
            + string(secret)
        let text = Array(Data(bytes).base64EncodedString())
        let lines = stride(from: 0, to: text.count, by: 70).map { start in
            String(text[start..<min(start + 70, text.count)])
        }
        return ([begin] + lines + [end, ""]).joined(separator: "\n")
    }

    /// The public key as OpenSSH encodes it.
    static func publicBlob(_ publicKey: [UInt8]) -> [UInt8] { string(kind) + string(publicKey) }

    static var invalid: RegistryError {
        RegistryError(
            .invalidKey,
            "The user's key id_ed25519 is no Ed25519 key in OpenSSH's format."
        )
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] { big(UInt32(bytes.count)) + bytes }

    /// Takes values off the front; what is not there reads as empty.
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8> {
            let taken = bytes.prefix(count)
            bytes = bytes.dropFirst(count)
            return taken
        }

        mutating func number() -> UInt32 {
            take(4).reduce(0) { $0 << 8 | UInt32($1) }
        }

        mutating func string() -> ArraySlice<UInt8> { take(Int(number())) }
    }
}
