internal import ApusStore

/// The bytes of a file at a URL, as long as it stays the one that was found there.
struct FileSource: BlobSource {
    let session: RegistrySession
    let file: RemoteFile

    /// Asks for a range of the file.
    ///
    /// Throws: as `BlobSource` says, and `changed`.
    func open(_ range: Range<Int64>) async throws -> BlobBody {
        let isPart = range.count < file.sizeBytes
        var headers: [(String, String)] = []
        if isPart {
            headers.append(("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
            // Answers to a known digest may come from hosts that tag them each in their own way.
            if file.digest == nil, let version = file.version, RemoteFile.isStrong(version) {
                headers.append(("If-Range", version))
            }
        }
        let response = try await session.send(
            RegistryTransport.Request(url: file.url, headers: headers)
        )
        if response.status == 416 { throw changed(response) }
        try await session.requireContent(
            response,
            of: StoreError.quoted(file.name),
            asking: file.url
        )
        try requireSame(response)
        let isWhole = response.status == 200
        if isWhole {
            let length = response.header("Content-Length")
            guard length == nil || length.flatMap({ Int64($0) }) == file.sizeBytes else {
                throw changed(response)
            }
        } else {
            try check(response, range)
        }
        return BlobBody(
            start: isWhole ? 0 : range.lowerBound,
            isWhole: isWhole && isPart,
            host: response.url.host,
            content: response.body
        )
    }

    private func check(
        _ response: RegistryTransport.Response,
        _ range: Range<Int64>
    ) throws(RegistryError) {
        guard let answer = ContentRange(response), range.contains(answer.bytes),
            answer.bytes.lowerBound == range.lowerBound
        else { throw ContentRange.wrong(response, range, of: file.sizeBytes) }
        if let total = answer.total, total != file.sizeBytes { throw changed(response) }
    }

    /// Checks that what is there now is what was found first.
    private func requireSame(
        _ response: RegistryTransport.Response
    ) throws(RegistryError) {
        if let digest = file.digest {
            let now = RemoteFile.digest(response, hubHosts: session.policy.hubHosts)
            guard now == nil || now == digest else { throw changed(response) }
        } else {
            guard RemoteFile.version(response) == file.version else { throw changed(response) }
        }
    }

    private func changed(_ response: RegistryTransport.Response) -> RegistryError {
        RegistryError(
            .changed,
            "\(StoreError.quoted(file.name)) at \(file.url.host) changed while it was downloaded."
        )
    }
}
