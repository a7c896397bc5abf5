import ApusStore
import Foundation
import NIOHTTP1
import Testing

@testable import ApusRegistry

/// Pulls from registries that behave, and from some that do not.
@Suite(.timeLimit(.minutes(1))) struct PullTests {
    @Test func pullReportsInOllamasOrderAndStoresTheModel() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            let lines = try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            #expect(
                registry.bytesSent == shelf.weights.count + shelf.config.count
                    + shelf.manifest.count
            )
            let words = lines.map { $0.status.prefix(8) }
            #expect(words.first == "pulling " && lines.first?.digest == nil)
            #expect(
                lines.suffix(3).map(\.status) == [
                    "verifying sha256 digest", "writing manifest", "success",
                ]
            )
            let weights = lines.filter { $0.total == 100_000 }
            #expect(weights.last?.completed == 100_000)
            let digest = Digest(hashing: shelf.weights)
            #expect(weights.allSatisfy { $0.status == "pulling \(digest.hex.prefix(12))" })
            let again = try await desk.pull(registry)
            #expect(again.filter { $0.total == 100_000 }.map(\.completed) == [100_000])
        }
    }

    /// The last model that used a layer may be removed while a pull counts on the layer.
    @Test func layerThatIsRemovedMeanwhileIsFetchedAgain() async throws {
        let (shelf, desk, counter) = (Shelf(), try Desk(), Counter())
        let blobs = desk.store.blobs
        try blobs.store(shelf.weights)
        try await RogueRegistry.run({ request in
            if request.path.hasSuffix("\(Digest(hashing: shelf.config))"), counter.next() == 0 {
                try? blobs.remove(Digest(hashing: shelf.weights))
            }
            return shelf.answer(request)
        }) { registry in
            let lines = try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            #expect(lines.last?.status == "success")
        }
    }

    @Test func manifestThatIsNotThereIsSaidInOllamasWords() async throws {
        let desk = try Desk()
        try await RogueRegistry.run({ _ in .text("{}", status: 404) }) { registry in
            let error = await #expect(throws: RegistryError.self) { try await desk.pull(registry) }
            #expect(error?.message == "pull model manifest: file does not exist")
            #expect(error?.code == .notFound)
        }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 16384, 50_000])
    func sizesAroundPiecesAndPartsArrive(_ size: Int) async throws {
        let (shelf, desk) = (Shelf(bytes: size), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
        }
    }

    @Test func wrongContentIsNeverVisible() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        let wrong = Shelf(seed: 2)
        try await RogueRegistry.run({ request in
            request.path == shelf.weightsPath
                ? Shelf.content(wrong.weights, request) : shelf.answer(request)
        }) { registry in
            try await fails("digestMismatch") { try await desk.pull(registry) }
            #expect(try desk.files(in: "manifests").isEmpty)
            #expect(try desk.files(in: "blobs").allSatisfy { !$0.contains("partial") })
            #expect(!desk.store.blobs.exists(Digest(hashing: shelf.weights)))
        }
    }

    @Test func brokenConnectionsAndServersAreTriedAgain() async throws {
        let (shelf, desk) = (Shelf(), try Desk { $0.stallTimeout = .milliseconds(1500) })
        let counter = Counter()
        try await RogueRegistry.run({ request in
            guard request.path == shelf.weightsPath, let range = request.range else {
                return shelf.answer(request)
            }
            switch counter.next() {
            case 0: return .init(status: 500)
            case 1:
                var reply = shelf.answer(request)
                let part = Array(shelf.weights[range].prefix(5000))
                reply.content = .cut(part, announced: range.count)
                return reply
            case 2:
                var reply = shelf.answer(request)
                let part = Array(shelf.weights[range].prefix(100))
                reply.content = .stalled(part, announced: range.count)
                return reply
            case 3: return .text("slow down", status: 429)
            default: return shelf.answer(request)
            }
        }) { registry in
            try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            // Nothing that arrived was asked for again.
            let total = shelf.weights.count + shelf.config.count + shelf.manifest.count
            #expect(registry.bytesSent <= total + 100)
        }
    }

    @Test(arguments: [
        ("cut", "truncated"), ("stalled", "stalled"), ("error", "refused(status: 500)"),
        ("refusal", "refused(status: 418)"), ("other range", "protocolViolation"),
        ("no range", "protocolViolation"), ("other size", "protocolViolation"),
        ("compressed", "unsupported"), ("gone", "notFound"),
    ])
    func misbehaviourIsATypedError(_ kind: String, _ code: String) async throws {
        let shelf = Shelf()
        let desk = try Desk { if kind == "stalled" { $0.stallTimeout = .milliseconds(200) } }
        try await RogueRegistry.run({ request in
            var reply = shelf.answer(request)
            guard request.path == shelf.weightsPath else { return reply }
            switch kind {
            case "cut": reply.content = .cut([1, 2], announced: 16384)
            case "stalled": reply.content = .stalled([1, 2], announced: 16384)
            case "error": return .init(status: 500)
            case "refusal": return .init(status: 418)
            case "other range": reply.headers = [("Content-Range", "bytes 5-16388/100000")]
            case "no range": reply.headers = []
            case "other size": reply.headers = [("Content-Range", "bytes 0-16383/99999")]
            case "compressed": reply.headers.append(("Content-Encoding", "gzip"))
            default: return .init(status: 404)
            }
            return reply
        }) { registry in
            try await fails(code) { try await desk.pull(registry) }
            #expect(try desk.files(in: "manifests").isEmpty)
        }
    }

    @Test func registryWithoutRangesIsReadOnce() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run({ request in
            var request = request
            request.headers.remove(name: "Range")
            return shelf.answer(request)
        }) { registry in
            try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            #expect(registry.requests.count { $0.path == shelf.weightsPath } == 1)
        }
    }

    @Test func endlessBodiesEnd() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        try await RogueRegistry.run({ _ in .init(content: .endless) }) { registry in
            try await fails("tooLarge") { try await desk.pull(registry) }
            #expect(registry.bytesSent < 64 << 20)
        }
        try await RogueRegistry.run({ request in
            request.path == shelf.weightsPath ? .init(content: .endless) : shelf.answer(request)
        }) { registry in
            try await fails("digestMismatch") { try await desk.pull(registry) }
            #expect(registry.bytesSent < 64 << 20)
        }
    }

    @Test func slowManifestIsGivenUp() async throws {
        let desk = try Desk {
            $0.attempts = 1
            $0.documentTimeout = .milliseconds(200)
        }
        try await RogueRegistry.run({ _ in .init(content: .stalled([123], announced: 10)) }) {
            registry in
            try await fails("stalled") { try await desk.pull(registry) }
        }
    }

    @Test func twoPullsShareOneDownload() async throws {
        let (shelf, desk) = (Shelf(bytes: 400_000), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { try await desk.pull(registry) } }
                try await group.waitForAll()
            }
            #expect(try desk.has(shelf, from: registry))
            let sent = registry.requests.filter { $0.path == shelf.weightsPath }
                .reduce(0) { $0 + ($1.range?.count ?? 0) }
            #expect(sent == shelf.weights.count)
        }
    }

    @Test func resumingFetchesOnlyWhatIsMissingOrDamaged() async throws {
        let (shelf, desk) = (Shelf(), try Desk { $0.streamsPerBlob = 1 })
        let counter = Counter()
        let digest = Digest(hashing: shelf.weights)
        let partial = desk.store.paths.partialPath(of: DownloadTarget(digest))
        try await RogueRegistry.run({ request in
            guard request.path == shelf.weightsPath else { return shelf.answer(request) }
            return counter.next() < 3 ? shelf.answer(request) : .init(status: 418)
        }) { registry in
            _ = try await failure { try await desk.pull(registry) }
            let handle = try #require(FileHandle(forUpdatingAtPath: partial))
            try handle.seek(toOffset: 5000)
            try handle.write(contentsOf: Data([shelf.weights[5000] ^ 1]))
            try handle.close()
        }
        try await RogueRegistry.run(shelf.answer) { registry in
            try await desk.pull(registry)
            #expect(try desk.has(shelf, from: registry))
            let ranges = registry.requests.filter { $0.path == shelf.weightsPath }
                .compactMap(\.range)
            #expect(ranges.first?.lowerBound == 49152)
            #expect(ranges.last == 4096...8191)
            #expect(ranges.reduce(0) { $0 + $1.count } == 100_000 - 49152 + 4096)
        }
    }

    @Test func cancellingKeepsWhatArrived() async throws {
        let (shelf, desk) = (Shelf(), try Desk { $0.stallTimeout = .seconds(20) })
        let counter = Counter()
        let digest = Digest(hashing: shelf.weights)
        try await RogueRegistry.run({ request in
            guard request.path == shelf.weightsPath, let range = request.range,
                counter.next() > 1
            else { return shelf.answer(request) }
            return .init(
                status: 206,
                headers: [
                    ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound)/100000")
                ],
                content: .stalled([], announced: range.count)
            )
        }) { registry in
            let pull = Task { try await desk.pull(registry) }
            let blobs = desk.store.blobs
            while blobs.completedBytes(of: DownloadTarget(digest), sizeBytes: 100_000) < 32768 {
                try await Task.sleep(for: .milliseconds(2))
            }
            pull.cancel()
            await #expect(throws: (any Error).self) { try await pull.value }
            #expect(blobs.completedBytes(of: DownloadTarget(digest), sizeBytes: 100_000) == 32768)
        }
    }

    @Test func diskThatIsTooSmallIsSaidBeforeAnythingIsWritten() async throws {
        let desk = try Desk()
        let manifest = HostileManifest.text(size: "1000000000000000")
        try await RogueRegistry.run({ _ in .text(manifest) }) { registry in
            try await fails("noSpace") { try await desk.pull(registry) }
            #expect(try desk.files(in: "blobs").isEmpty)
            #expect(try desk.files(in: "manifests").isEmpty)
        }
    }

    @Test func manifestMustHaveTheDigestThatCameAlong() async throws {
        let (shelf, desk) = (Shelf(), try Desk())
        let other = Digest(hashing: [1])
        try await RogueRegistry.run({ request in
            var reply = shelf.answer(request)
            reply.headers.append(("Docker-Content-Digest", other.description))
            return reply
        }) { registry in
            try await fails("truncated") { try await desk.pull(registry) }
        }
    }
}
