/// The key that signs what clients are to send back unchanged.
extension ModelStore {
    /// How many bytes it has.
    private static let signingKeyBytes = 32

    /// The store's key, made at the first call; only the owner may read it.
    ///
    /// What one server signed, the next one on this store accepts. Throws: `readOnly`, `noSpace`,
    /// `busy`; `system` when there is something else in its place.
    package func signingKey() throws(StoreError) -> [UInt8] {
        if let key = try existingSigningKey() { return key }
        return try lock.withLock { _ throws(StoreError) in
            if let key = try existingSigningKey() { return key }
            var generator = SystemRandomNumberGenerator()
            let key = (0..<Self.signingKeyBytes).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            try AtomicFile.write(key, to: paths.signingKey, mode: 0o600)
            return key
        }
    }

    private func existingSigningKey() throws(StoreError) -> [UInt8]? {
        guard FileStatus.of(paths.signingKey) != nil else { return nil }
        let key = try FileSystem.contents(of: paths.signingKey, limit: 4096).bytes
        guard key.count == Self.signingKeyBytes else {
            throw StoreError(
                .system,
                "The signing key of the store is not \(Self.signingKeyBytes) bytes long.",
                detail: paths.signingKey
            )
        }
        return key
    }
}
