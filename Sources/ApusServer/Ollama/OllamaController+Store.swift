internal import ApusDialects
internal import ApusStore
internal import Hummingbird
internal import NIOCore

/// Changes to the store.
extension OllamaController {
    @Sendable func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaCreate.self, from: request)
        let creation = try ModelCreation(body)
        let (library, converter) = (services.library, services.converter)
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            try await pullIfMissing(body.from, request, context, to: queue)
            try await library.working { store, isWanted in
                let inspector = library.inspector(converter, while: isWanted)
                try store.create(creation, inspector: inspector) { progress in
                    guard isWanted() else { throw CancellationError() }
                    try queue.offer(Reply.line(OllamaProgress(progress)))
                }
            }
        }
        return try await progress(from: relay, isStream: body.stream ?? true)
    }

    /// All lines, or the last one alone.
    func progress(from relay: FrameRelay, isStream: Bool) async throws -> Response {
        if isStream { return try await Reply.lines(from: relay) }
        var last: [UInt8] = []
        while let line = try await relay.next() { last = line }
        return Reply.json(bytes: last.dropLast(1).map { $0 })
    }

    @Sendable func copy(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaCopy.self, from: request)
        let (source, destination) = (body.source ?? "", body.destination ?? "")
        guard let from = try? ModelName(source) else {
            throw ServerError(.invalidRequest, "source \(source.quotedAsInGo) is invalid")
        }
        guard let to = try? ModelName(destination) else {
            throw ServerError(.invalidRequest, "destination \(destination.quotedAsInGo) is invalid")
        }
        do {
            try await services.library.blocking { try $0.copy(from, to: to) }
        } catch let error as StoreError where error.code == .notFound {
            throw ModelErrors(empty: .required, missing: .quoted).notFound(source)
        }
        return Reply.empty()
    }

    @Sendable func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaDelete.self, from: request)
        guard let text = body.modelName, !text.isEmpty else {
            throw ServerError(.invalidRequest, "model is required")
        }
        guard let name = try? ModelName(text) else {
            throw ServerError(.invalidRequest, "name \(text.quotedAsInGo) is invalid")
        }
        do {
            try await services.library.blocking { try $0.delete(name) }
        } catch let error as StoreError where error.code == .notFound {
            throw ModelErrors(empty: .required, missing: .plain).notFound(text)
        }
        return Reply.empty()
    }
}

extension OllamaProgress {
    fileprivate init(_ progress: ModelCreation.Progress) {
        self.init(
            status: progress.status,
            digest: progress.digest,
            total: progress.totalBytes,
            completed: progress.completedBytes
        )
    }
}

/// Uploads.
extension OllamaController {
    /// Bytes collected before they are written.
    private static let pieceBytes = 1 << 20

    @Sendable func blobHead(_ request: Request, _ context: ServerContext) async throws -> Response {
        let digest = try digest(of: context)
        let exists = try await services.library.blocking { $0.blobs.exists(digest) }
        guard exists else { throw ServerError(.notFound, "blob \"\(digest)\" not found") }
        return Reply.empty()
    }

    /// Takes in a file.
    ///
    /// Reads no faster than the disk writes, and keeps nothing unless all of it came and has the
    /// digest that was announced.
    @Sendable func blobUpload(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let digest = try digest(of: context)
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw ServerError(
                .unsupportedCoding,
                "uploads are stored as they come; content coding \"\(coding.prefix(32))\" is not "
                    + "supported here"
            )
        }
        let library = services.library
        if try await library.blocking({ $0.blobs.exists(digest) }) { return Reply.empty() }
        let size = request.headers[.contentLength].flatMap { Int64($0) }
        let limit = configuration.maximumBlobBytes
        let writer = try await library.blocking {
            try $0.blobs.ingest(expecting: digest, sizeBytes: size, limitBytes: limit)
        }
        var piece = ByteBuffer()
        var body = request.body.makeAsyncIterator()
        while let part = try await body.nextOrCutOff() {
            piece.writeImmutableBuffer(part)
            if piece.readableBytes < Self.pieceBytes { continue }
            let full = piece
            try await library.blocking { _ in try writer.write(Array(full.readableBytesView)) }
            piece.clear()
        }
        let rest = piece
        _ = try await library.blocking { _ in
            try writer.write(Array(rest.readableBytesView))
            return try writer.finish()
        }
        return Reply.empty(status: .created)
    }

    private func digest(of context: ServerContext) throws -> Digest {
        let text = context.parameters.get("digest")?[...].withoutPercentEncoding ?? ""
        guard let digest = try? Digest(text) else {
            throw ServerError(.invalidRequest, "invalid digest format")
        }
        return digest
    }
}
