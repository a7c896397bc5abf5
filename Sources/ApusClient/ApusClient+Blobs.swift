internal import AsyncHTTPClient
internal import NIOHTTP1

extension ApusClient {
    /// Whether the server has a blob; `digest` is `sha256:` and 64 hexadecimal digits.
    package func hasBlob(_ digest: String) async throws -> Bool {
        do {
            try await discard(try await send(.HEAD, "/api/blobs/\(digest)"))
            return true
        } catch let error as ClientError where error.code == .refused(status: 404) {
            return false
        }
    }

    /// Uploads a file as a blob, unless the server has it.
    ///
    /// `progress` is told how many bytes have been sent. Throws: `unreadableFile`; `refused` when
    /// the content does not have the digest.
    package func upload(
        fileAt path: String,
        digest: String,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws {
        if try await hasBlob(digest) { return }
        let file = try FilePieces(path: path, progress: progress)
        let response = try await send(
            .POST,
            "/api/blobs/\(digest)",
            body: .stream(file, length: .known(file.size)),
            type: "application/octet-stream"
        )
        try await discard(response)
    }
}
