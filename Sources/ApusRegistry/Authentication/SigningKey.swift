internal import Crypto
internal import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The Ed25519 key by which registries know this user, in the files that OpenSSH and Ollama use.
///
/// The private key's file is for its owner only (0600). Blocks on the disk.
struct SigningKey: Sendable {
    private static let maximumBytes = 64 << 10

    private let key: Curve25519.Signing.PrivateKey

    /// Reads the key at `path`, or makes one when there is none.
    ///
    /// Of several processes that make one at the same time, one wins and all use its key.
    /// Throws: `invalidKey`.
    init(path: String) throws(RegistryError) {
        if let bytes = try Self.read(path) {
            key = try OpenSSHKey.privateKey(bytes)
            return
        }
        let made = Curve25519.Signing.PrivateKey()
        try Self.write(made, to: path)
        guard let bytes = try Self.read(path) else { throw Self.failure("made", path) }
        key = try OpenSSHKey.privateKey(bytes)
    }

    /// The public key as registries want it: the middle of a line in `authorized_keys`.
    var publicText: String {
        Data(OpenSSHKey.publicBlob(Array(key.publicKey.rawRepresentation))).base64EncodedString()
    }

    /// The value of `Authorization` that proves who asks: public key, colon, signature.
    ///
    /// Throws: `invalidKey`.
    func authorization(for text: String) throws(RegistryError) -> String {
        do {
            let signature = try key.signature(for: Array(text.utf8))
            return "\(publicText):\(signature.base64EncodedString())"
        } catch {
            throw RegistryError(.invalidKey, "The key of this user cannot sign.")
        }
    }

    private static func read(_ path: String) throws(RegistryError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw failure("read", path) }
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Swift.max(
                    -1,
                    readBytes(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
                )
            }
            if got == 0 { break }
            if got > 0 { count += got } else if errno != EINTR { throw failure("read", path) }
        }
        guard count <= maximumBytes else { throw OpenSSHKey.invalid }
        return Array(bytes[..<count])
    }

    private static func write(
        _ key: Curve25519.Signing.PrivateKey,
        to path: String
    ) throws(RegistryError) {
        if let slash = path.lastIndex(of: "/") { makeFolders(String(path[..<slash])) }
        let seed = Array(key.rawRepresentation)
        let open = Array(key.publicKey.rawRepresentation)
        let line = "ssh-ed25519 \(Data(OpenSSHKey.publicBlob(open)).base64EncodedString())\n"
        try place(Array(OpenSSHKey.file(seed: seed, publicKey: open).utf8), at: path, mode: 0o600)
        // The public half is there for people; that it exists already is no matter.
        try? place(Array(line.utf8), at: path + ".pub", mode: 0o644)
    }

    /// Writes a file that appears complete or not at all, and never replaces another.
    private static func place(
        _ bytes: [UInt8],
        at path: String,
        mode: mode_t
    ) throws(RegistryError) {
        let temporary = "\(path).\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure("made", path) }
        defer { _ = unlink(temporary) }
        let isWritten = bytes.withUnsafeBytes { buffer in
            writeBytes(file, buffer.baseAddress, buffer.count) == buffer.count
        }
        let isDurable = fsync(file) == 0
        guard close(file) == 0, isWritten, isDurable else { throw failure("made", path) }
        guard link(temporary, path) == 0 || errno == EEXIST else { throw failure("made", path) }
    }

    private static func makeFolders(_ path: String) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        makeFolders(String(path[..<slash]))
        _ = mkdir(path, 0o755)
    }

    private static func failure(_ action: String, _ path: String) -> RegistryError {
        let reason = String(cString: strerror(errno))
        return RegistryError(
            .invalidKey,
            "The key id_ed25519 in the user's .ollama folder cannot be \(action): \(reason)."
        )
    }
}

// Members named `read` and `write` hide the system's functions inside the type.
private func readBytes(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(file, buffer, count)
}

private func writeBytes(_ file: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, buffer, count)
}
