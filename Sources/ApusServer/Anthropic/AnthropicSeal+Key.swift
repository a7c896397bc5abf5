internal import ApusDialects
internal import ApusStore
internal import Crypto
internal import FoundationEssentials
internal import Synchronization

/// Signatures with HMAC-SHA256.
///
/// ```
/// shown reasoning    base64 of  1, code of (1, text)          33 bytes
/// hidden reasoning   base64 of  2, code of (2, text), text    33 bytes and the text
/// ```
/// A hidden text is only out of sight: whoever decodes the signature can read it, but nobody can
/// change it.
extension AnthropicSeal {
    private static let shown: UInt8 = 1
    private static let hidden: UInt8 = 2
    private static let headBytes = 1 + SHA256.byteCount

    /// A seal with a new random key: what it signs, no other server accepts.
    static func makeWithNewKey() -> AnthropicSeal {
        AnthropicSeal(key: SymmetricKey(size: .bits256))
    }

    /// A seal with the key of a store, so that conversations outlive the server.
    ///
    /// The key is read, or made, when it is first needed. Where a store cannot keep one, it lives
    /// as long as the server.
    static func make(for store: ModelStore) -> AnthropicSeal {
        let kept = KeptKey(store: store)
        return AnthropicSeal { kept.key }
    }

    /// A seal with a key.
    init(key: SymmetricKey) { self.init { key } }

    private init(key: @escaping @Sendable () -> SymmetricKey) {
        self.init(
            sign: { Self.head(Self.shown, Array($0.utf8), key()).base64EncodedString() },
            verify: { text, signature in
                guard let data = Data(base64Encoded: signature), data.count == Self.headBytes
                else { return false }
                return Self.isGenuine(Array(data), Self.shown, Array(text.utf8), key())
            },
            conceal: { text in
                let bytes = Array(text.utf8)
                return (Self.head(Self.hidden, bytes, key()) + bytes).base64EncodedString()
            },
            reveal: { signature in
                guard let data = Data(base64Encoded: signature) else { return nil }
                let text = Array(data.dropFirst(Self.headBytes))
                guard Self.isGenuine(Array(data), Self.hidden, text, key()) else { return nil }
                return String(decoding: text, as: UTF8.self)
            }
        )
    }

    private static func head(_ kind: UInt8, _ text: [UInt8], _ key: SymmetricKey) -> Data {
        let code = HMAC<SHA256>.authenticationCode(for: [kind] + text, using: key)
        return Data([kind]) + Data(code)
    }

    /// Whether `signature` begins with the code of `text`.
    private static func isGenuine(
        _ signature: [UInt8],
        _ kind: UInt8,
        _ text: [UInt8],
        _ key: SymmetricKey
    ) -> Bool {
        guard signature.count >= headBytes, signature[0] == kind else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            signature[1..<headBytes],
            authenticating: [kind] + text,
            using: key
        )
    }
}

/// The key of a store, once it has been needed.
private final class KeptKey: Sendable {
    private let store: ModelStore
    private let loaded = Mutex<SymmetricKey?>(nil)

    init(store: ModelStore) { self.store = store }

    var key: SymmetricKey {
        loaded.withLock { loaded in
            if let loaded { return loaded }
            let bytes = try? store.signingKey()
            let key = bytes.map { SymmetricKey(data: $0) } ?? SymmetricKey(size: .bits256)
            loaded = key
            return key
        }
    }
}
