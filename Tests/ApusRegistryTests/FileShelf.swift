import ApusStore
import NIOHTTP1
import TestSupport

@testable import ApusRegistry

/// A file at a URL, and the answers of a host that behaves.
struct FileShelf: Sendable {
    let bytes: [UInt8]
    /// What the host says of the content besides.
    var headers: [(String, String)] = [("ETag", #""one""#)]
    /// Whether it can send ranges.
    var hasRanges = true

    /// A file that the desk's inspector takes for this part of a model.
    init(bytes count: Int = 100_000, seed: UInt64 = 1, part: Int = 0, of parts: Int = 1) {
        var generator = SplitMix64(seed: seed + UInt64(part) * 1000)
        bytes =
            Array("GGUF".utf8) + [UInt8(part), UInt8(parts)]
            + (0..<max(0, count - 6)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }

    /// The same with other headers.
    func with(_ headers: (String, String)...) -> FileShelf {
        var copy = self
        copy.headers = headers
        return copy
    }

    var digest: Digest { Digest(hashing: bytes) }

    func answer(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
        var request = request
        let condition = request.headers.first(name: "If-Range")
        let isSame = condition == nil || headers.contains { $0.1 == condition }
        if !hasRanges || !isSame { request.headers.remove(name: "Range") }
        var reply = Shelf.content(bytes, request)
        reply.headers += headers
        return reply
    }
}

extension Desk {
    /// Whether the store has this model of these files and all of their bytes, and nothing else but
    /// records of downloads.
    func has(_ name: String, _ shelves: [FileShelf]) throws -> Bool {
        let stored = try store.resolve(try ModelName(name))
        for shelf in shelves { try store.blobs.verify(shelf.digest) }
        let names = try files(in: "blobs").filter {
            !($0.hasPrefix("partial/url-") && $0.hasSuffix(".journal"))
        }
        return stored.weights.map(\.digest) == shelves.map(\.digest)
            && names.count == Set(shelves.map(\.digest)).count + 1
    }

    /// Whether there is neither a model nor anything that would become one.
    func hasNothing() throws -> Bool {
        try files(in: "manifests").isEmpty && files(in: "blobs").isEmpty
    }
}
