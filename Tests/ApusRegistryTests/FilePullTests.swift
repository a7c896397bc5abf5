import ApusStore
import Foundation
import NIOHTTP1
import Synchronization
import Testing

@testable import ApusRegistry

/// Pulls of GGUF files from URLs: hosts that behave, and some that do not.
@Suite(.timeLimit(.minutes(1))) struct FilePullTests {
    private static func url(
        _ registry: RogueRegistry,
        _ path: String = "/f/My Model.gguf?t=secret"
    )
        -> String
    {
        "http://127.0.0.1:\(registry.port)\(path)"
    }

    @Test func fileBecomesAModelAndIsNotFetchedTwice() async throws {
        let (shelf, desk) = (FileShelf(), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            let lines = try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [shelf]))
            // The first four bytes are looked at before anything is downloaded.
            #expect(registry.bytesSent == shelf.bytes.count + 4)
            #expect(registry.requests.allSatisfy { $0.target == "/f/My%20Model.gguf?t=secret" })
            #expect(
                Set(lines.dropFirst().dropLast(3).map(\.status)) == ["pulling My Model.gguf"]
            )
            #expect(
                lines.map(\.status).suffix(3) == [
                    "verifying sha256 digest", "writing manifest", "success",
                ]
            )
            #expect(lines.first?.status == "pulling manifest")
            #expect(lines.last { $0.total != nil }?.completed == 100_000)
            try await desk.pull(url: Self.url(registry))
            #expect(registry.bytesSent == shelf.bytes.count + 8)
            try await desk.pull(url: Self.url(registry), as: "team/other:v2")
            #expect(try desk.has("team/other:v2", [shelf]))
            #expect(registry.bytesSent == shelf.bytes.count + 12)
            for name in try desk.files(in: "") { #expect(!name.contains("secret")) }
        }
    }

    @Test(arguments: [6, 4095, 4096, 4097, 16384, 50_000], [true, false])
    func sizesAroundPiecesArriveWithRangesAndWithout(_ size: Int, _ hasRanges: Bool) async throws {
        var shelf = FileShelf(bytes: size)
        shelf.hasRanges = hasRanges
        let desk = try Desk()
        try await RogueRegistry.run(shelf.answer) { registry in
            try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [shelf]))
        }
    }

    /// Without anything that tells one content from another, bytes of two answers are never put
    /// together.
    @Test func whatHasNoVersionComesInOneAnswer() async throws {
        let (old, new, desk) = (FileShelf().with(), FileShelf(seed: 2).with(), try Desk())
        let counter = Counter()
        try await RogueRegistry.run({ request in
            switch counter.next() {
            case 0: return old.answer(request)
            case 1:
                return .init(content: .cut(Array(old.bytes.prefix(50_000)), announced: 100_000))
            default: return new.answer(request)
            }
        }) { registry in
            try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [new]))
            #expect(registry.requests.dropFirst().allSatisfy { $0.range == nil })
            #expect(registry.requests.count == 3)
        }
    }

    /// The content changes after some answers, on hosts that know `If-Range` and on others.
    @Test(arguments: [2, 4, 6], [true, false])
    func whatChangesMeanwhileIsFetchedFromTheBeginning(
        _ answers: Int,
        _ knowsConditions: Bool
    ) async throws {
        let old = FileShelf()
        let new = FileShelf(bytes: 90_000, seed: 2).with(("ETag", #""two""#))
        let (desk, counter) = (try Desk(), Counter())
        try await RogueRegistry.run({ request in
            var request = request
            if !knowsConditions { request.headers.remove(name: "If-Range") }
            return (counter.next() < answers ? old : new).answer(request)
        }) { registry in
            try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [new]))
        }
    }

    /// Other content of the same size, told apart by time alone.
    @Test func changeOfTheSameSizeIsNoticed() async throws {
        let old = FileShelf().with(("Last-Modified", "Sat, 21 Nov 2026 10:00:00 GMT"))
        let new = FileShelf(seed: 2).with(("Last-Modified", "Sat, 21 Nov 2026 10:00:01 GMT"))
        let (desk, counter) = (try Desk(), Counter())
        try await RogueRegistry.run({ (counter.next() < 4 ? old : new).answer($0) }) { registry in
            try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [new]))
        }
    }

    @Test func whatNeverStopsChangingIsGivenUp() async throws {
        let (desk, counter) = (try Desk(), Counter())
        try await RogueRegistry.run({ request in
            FileShelf().with(("ETag", "\"\(counter.next())\"")).answer(request)
        }) { registry in
            try await fails("changed") { try await desk.pull(url: Self.url(registry)) }
            let isEmpty = try desk.hasNothing()
            #expect(isEmpty)
        }
    }

    /// An attempt that failed is resumed, unless the file is another one now.
    @Test(arguments: [true, false])
    func laterAttemptGoesOnWhereTheFirstEnded(_ isSame: Bool) async throws {
        let old = FileShelf()
        let new = isSame ? old : FileShelf(seed: 2).with(("ETag", #""two""#))
        let desk = try Desk { $0.streamsPerBlob = 1 }
        let isOver = Mutex(false)
        try await RogueRegistry.run({ request in
            if isOver.withLock({ $0 }) { return new.answer(request) }
            let isLate = (request.range?.lowerBound ?? 0) >= 49_152
            return isLate ? .text("no more", status: 410) : old.answer(request)
        }) { registry in
            try await fails("refused(status: 410)") {
                try await desk.pull(url: Self.url(registry))
            }
            #expect(try desk.files(in: "manifests").isEmpty)
            let before = registry.bytesSent
            isOver.withLock { $0 = true }
            try await desk.pull(url: Self.url(registry))
            #expect(try desk.has("my-model", [new]))
            let fetched = registry.bytesSent - before
            #expect(fetched == (isSame ? 100_000 - 49_152 + 4 : 100_004))
        }
    }

    @Test func twoPullsAtOnceShareADownload() async throws {
        let (shelf, desk) = (FileShelf(), try Desk())
        try await RogueRegistry.run(shelf.answer) { registry in
            async let first = desk.pull(url: Self.url(registry))
            async let second = desk.pull(url: Self.url(registry), as: "second")
            _ = try await (first, second)
            #expect(try desk.has("my-model", [shelf]))
            #expect(try desk.has("second", [shelf]))
            #expect(registry.bytesSent == shelf.bytes.count + 8)
        }
    }

    @Test func nameIsNotTakenFromAnotherModel() async throws {
        let (one, two, desk) = (FileShelf(bytes: 9000), FileShelf(bytes: 9000, seed: 2), try Desk())
        try await RogueRegistry.run({ ($0.path.hasPrefix("/two") ? two : one).answer($0) }) {
            registry in
            try await desk.pull(url: Self.url(registry, "/one/m.gguf?t=1"))
            try await fails("unsupported") {
                try await desk.pull(url: Self.url(registry, "/two/m.gguf"))
            }
            #expect(try desk.has("m", [one]))
            try await desk.pull(url: Self.url(registry, "/one/m.gguf?t=2"))
            try await desk.pull(url: Self.url(registry, "/two/m.gguf"), as: "m")
            #expect(try desk.store.resolve(ModelName("m")).weights.map(\.digest) == [two.digest])
            // Now it is the second one's.
            try await desk.pull(url: Self.url(registry, "/two/m.gguf"))
            try desk.store.create(
                ModelCreation(name: ModelName("n"), source: .model(ModelName("m"))),
                inspector: Desk.inspector
            )
            #expect(try desk.store.resolve(ModelName("m")).config.origin.count == 64)
            #expect(try desk.store.resolve(ModelName("n")).config.origin.isEmpty)
        }
    }

    /// Storage that the first host redirects to; the digest comes with the redirect.
    @Test func linkedDigestIsBelievedAndChecked() async throws {
        let shelf = FileShelf()
        let desk = try Desk()
        for (digest, isRight) in [(shelf.digest, true), (Digest(hashing: [1]), false)] {
            try await RogueRegistry.run(shelf.answer) { storage in
                let port = storage.port
                try await RogueRegistry.run({ request in
                    guard request.headers.contains(name: "Authorization") else {
                        return .init(
                            status: 401,
                            headers: [("WWW-Authenticate", #"Basic realm="x""#)]
                        )
                    }
                    return .init(
                        status: 302,
                        headers: [
                            ("Location", "http://localhost:\(port)/x?signed=1"),
                            ("X-Linked-ETag", "\"\(digest.hex)\""),
                        ]
                    )
                }) { registry in
                    let options = RegistryOptions(
                        allowsInsecure: true,
                        username: "me",
                        password: "pw"
                    )
                    let pull = {
                        try await desk.pull(url: Self.url(registry), as: "\(isRight)", options)
                    }
                    if isRight {
                        let lines = try await pull()
                        let status = "pulling \(digest.hex.prefix(12))"
                        #expect(lines.contains { $0.digest == "\(digest)" && $0.status == status })
                        #expect(try desk.has("true", [shelf]))
                        #expect(try desk.files(in: "blobs").count == 2)
                    } else {
                        try await fails("digestMismatch") { _ = try await pull() }
                        #expect(try !desk.store.contains(ModelName("false")))
                    }
                }
                #expect(storage.requests.allSatisfy { !$0.headers.contains(name: "Authorization") })
            }
        }
    }

    /// Only the hub's entity tags are digests.
    @Test(arguments: [true, false])
    func entityTagsOfTheHubAreDigests(_ isHub: Bool) async throws {
        let wrong = Digest(hashing: [1]).hex
        let shelf = FileShelf().with(("ETag", "\"\(wrong)\""))
        let desk = try Desk { $0.hubHosts = isHub ? ["127.0.0.1"] : ["hf.co"] }
        try await RogueRegistry.run(shelf.answer) { registry in
            let code = try await failure {
                try await desk.pull(url: Self.url(registry), as: "x")
            }
            #expect(code == (isHub ? "digestMismatch" : nil))
        }
    }

    struct Odd: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: String
        var words: String
        var answer: RogueRegistry.Answer
    }

    private static let page = Array("<!DOCTYPE html><html></html>".utf8)

    static let odd: [Odd] = [
        Odd(testDescription: "page", code: "protocolViolation", words: "a web page") { _ in
            .init(headers: [("Content-Type", "text/html; charset=utf-8")], content: .bytes(page))
        },
        Odd(testDescription: "pointer", code: "protocolViolation", words: "no GGUF file") { _ in
            .text("version https://git-lfs.github.com/spec/v1")
        },
        Odd(testDescription: "endless", code: "protocolViolation", words: "how large") { _ in
            .init(content: .endless)
        },
        Odd(testDescription: "empty", code: "protocolViolation", words: "no GGUF") { _ in
            .init(content: .bytes([]))
        },
        Odd(testDescription: "no range", code: "protocolViolation", words: "no GGUF") { _ in
            .init(status: 416)
        },
        Odd(testDescription: "no total", code: "protocolViolation", words: "how large") { _ in
            .init(
                status: 206,
                headers: [("Content-Range", "bytes 0-3/*")],
                content: .bytes(Array("GGUF".utf8))
            )
        },
        Odd(testDescription: "huge", code: "tooLarge", words: "beyond the limit") { _ in
            .init(
                status: 206,
                headers: [("Content-Range", "bytes 0-3/9223372036854775807")],
                content: .bytes(Array("GGUF".utf8))
            )
        },
        Odd(testDescription: "disk", code: "noSpace", words: "disk") { _ in
            .init(
                status: 206,
                headers: [("Content-Range", "bytes 0-3/1000000000000"), ("ETag", "\"1\"")],
                content: .bytes(Array("GGUF".utf8))
            )
        },
        Odd(testDescription: "absent", code: "notFound", words: "\"My Model.gguf\"") { _ in
            .text("{}", status: 404)
        },
        Odd(testDescription: "nothing", code: "protocolViolation", words: "204") { _ in
            .init(status: 204)
        },
        Odd(testDescription: "inside", code: "forbiddenAddress", words: "169.254") { _ in
            .init(status: 302, headers: [("Location", "http://169.254.169.254/x.gguf")])
        },
        Odd(testDescription: "zipped", code: "unsupported", words: "compressed") { _ in
            .init(headers: [("Content-Encoding", "gzip")], content: .bytes(page))
        },
        Odd(testDescription: "other range", code: "protocolViolation", words: "asked for") {
            var reply = FileShelf().answer($0)
            if $0.range?.upperBound != 3 {
                reply.headers.removeAll { $0.0 == "Content-Range" }
                reply.headers.append(("Content-Range", "bytes 5-9/100000"))
            }
            return reply
        },
        Odd(testDescription: "shorter", code: "truncated", words: "max retries") {
            var reply = FileShelf().answer($0)
            guard let range = $0.range, range.upperBound != 3 else { return reply }
            reply.content = .cut([], announced: range.count)
            return reply
        },
        Odd(testDescription: "shorter than said", code: "changed", words: "changed") {
            $0.range?.upperBound == 3
                ? .init(
                    status: 206,
                    headers: [("Content-Range", "bytes 0-3/200000"), ("ETag", #""one""#)],
                    content: .bytes(Array("GGUF".utf8))
                ) : FileShelf().answer($0)
        },
    ]

    @Test(arguments: odd)
    func oddHostsAreNamedAndLeaveNothing(_ odd: Odd) async throws {
        let desk = try Desk()
        try await RogueRegistry.run(odd.answer) { registry in
            let lines = Lines()
            let url = try #require(try ModelURL(Self.url(registry)))
            do {
                try await desk.client.pull(url, RegistryOptions(allowsInsecure: true)) {
                    lines.add($0)
                }
                Issue.record("no error")
            } catch let error as RegistryError {
                #expect("\(error.code)" == odd.code)
                #expect(error.message.contains(odd.words), "\(error.message)")
                #expect(!error.message.contains("secret"))
            } catch let error as StoreError {
                #expect("\(error.code)" == odd.code)
            }
            #expect(try desk.files(in: "manifests").isEmpty)
            #expect(try desk.files(in: "blobs").allSatisfy { $0.hasPrefix("partial/") })
            #expect(lines.all.last?.status != "success")
        }
    }

    @Test func whatIsNoModelGetsNoName() async throws {
        for (mark, code) in [("x", "invalidRequest"), ("p", "invalidRequest")] {
            let shelf = FileShelf(bytes: 5000, part: Int(mark.utf8.first ?? 0))
            let desk = try Desk()
            try await RogueRegistry.run(shelf.answer) { registry in
                try await fails(code) { try await desk.pull(url: Self.url(registry)) }
                #expect(try desk.files(in: "manifests").isEmpty)
            }
        }
    }

    @Test(arguments: [1, 2, 3])
    func urlOfOnePartStandsForAll(_ number: Int) async throws {
        let shelves = (0..<3).map { FileShelf(bytes: 30_000, part: $0, of: 3) }
        let desk = try Desk()
        try await RogueRegistry.run({ request in
            let part = shelves.indices.first { request.path.contains("-0000\($0 + 1)-of-00003") }
            return part.map { shelves[$0].answer(request) } ?? .init(status: 404)
        }) { registry in
            let path = "/a/Big.Q8_0-0000\(number)-of-00003.gguf?x=1"
            let lines = try await desk.pull(url: Self.url(registry, path))
            #expect(try desk.has("big.q8_0", shelves))
            #expect(Set(lines.compactMap(\.digest)).count == 3)
            #expect(registry.requests.allSatisfy { $0.target.hasSuffix(".gguf?x=1") })
        }
    }

    @Test func missingPartIsNamedBeforeAnythingIsDownloaded() async throws {
        let shelf = FileShelf(part: 0, of: 2)
        let desk = try Desk()
        try await RogueRegistry.run({
            $0.path.contains("-00001-") ? shelf.answer($0) : .init(status: 404)
        }) { registry in
            let error = await #expect(throws: RegistryError.self) {
                try await desk.pull(url: Self.url(registry, "/m-00001-of-00002.gguf"))
            }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("m-00002-of-00002.gguf") == true)
            let isEmpty = try desk.hasNothing()
            #expect(isEmpty)
        }
    }

    /// A part whose URL does not say so.
    @Test func partAloneIsNoModel() async throws {
        let shelf = FileShelf(bytes: 5000, part: 0, of: 2)
        let desk = try Desk()
        try await RogueRegistry.run(shelf.answer) { registry in
            try await fails("invalidRequest") { try await desk.pull(url: Self.url(registry)) }
            #expect(try desk.files(in: "manifests").isEmpty)
        }
    }

    @Test func plainHTTPNeedsToBeAllowed() async throws {
        let desk = try Desk()
        try await RogueRegistry.run(FileShelf().answer) { registry in
            try await fails("insecure") {
                try await desk.pull(url: Self.url(registry), RegistryOptions())
            }
            #expect(registry.requests.isEmpty)
        }
    }
}
