import ApusStore
import Crypto
import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import ApusRegistry

/// Uploads that break, in one push and from one push to the next.
@Suite(.timeLimit(.minutes(1))) struct PushResumingTests {
    private let shelf = Shelf()
    private var wanted: Int { shelf.weights.count + shelf.config.count }

    @Test func brokenUploadGoesOnWhereTheRegistryIs() async throws {
        let depot = Depot(.half(2))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await Desk.push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            #expect(registry.bytesReceived == wanted + 15_000)
        }
    }

    @Test func lostUploadIsBegunAnew() async throws {
        let depot = Depot(.lost(3))
        try await RogueRegistry.run(depot.answer) { registry in
            let lines = try await Desk.push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            #expect(depot.opened == 3)
            #expect(registry.bytesReceived == wanted + 90_000)
            let weights = Digest(hashing: shelf.weights).description
            #expect(lines.last { $0.digest == weights }?.completed == 100_000)
        }
    }

    /// An outage is no reason to begin anew, as long as the registry knows the upload.
    @Test func busyRegistryKeepsItsUpload() async throws {
        let depot = Depot(.busy(4))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry) { $0.attempts = 6 }
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened == 2)
            #expect(registry.bytesReceived == wanted + 4 * 10_000)
        }
    }

    /// Who forgets the password does not lose what was sent.
    @Test func refusedPushKeepsTheRecord() async throws {
        let depot = Depot(.expired(3))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            let name = try Desk.name(registry)
            try await fails("unauthorized") {
                try await desk.client.push(name, RegistryOptions(allowsInsecure: true)) { _ in }
            }
            let before = registry.bytesReceived
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened <= 3)
            #expect(registry.bytesReceived - before <= 40_000 + shelf.config.count)
        }
    }

    @Test func registryThatCannotBeAskedIsWhereItWas() async throws {
        let depot = Depot(.silent(2))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await Desk.push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened == 2)
            #expect(registry.bytesReceived == wanted + 30_000)
        }
    }

    @Test func tokenThatRunsOutIsRenewed() async throws {
        let depot = Depot(.expired(3))
        try await RogueRegistry.run(depot.answer) { registry in
            _ = try await Desk.push(shelf, to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
            #expect(registry.bytesReceived == wanted + 30_000)
        }
    }

    @Test func laterPushGoesOnWhereTheRegistryIs() async throws {
        let depot = Depot(.down(3))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try await fails("refused(status: 500)") { try await desk.push(to: registry) }
            let file = try #require(try desk.files(in: "uploads").first)
            let attributes = try FileManager.default.attributesOfItem(
                atPath: desk.folder.path("models/uploads/\(file)")
            )
            #expect((attributes[.posixPermissions] as? Int) == 0o600)
            let before = registry.bytesReceived
            depot.repair()
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened == 2)
            // Three pieces and the half of others had arrived.
            #expect(registry.bytesReceived - before < 40_000)
            #expect(try desk.files(in: "uploads").isEmpty)
        }
    }

    /// A kill may come after the last byte and before the record is removed.
    @Test func recordOfWhatTheRegistryHasGoes() async throws {
        let depot = Depot(.down(3))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try await fails("refused(status: 500)") { try await desk.push(to: registry) }
            let file = try #require(try desk.files(in: "uploads").first)
            let path = desk.folder.path("models/uploads/\(file)")
            let record = try Data(contentsOf: URL(filePath: path))
            depot.repair()
            try await desk.push(to: registry)
            try record.write(to: URL(filePath: path))
            try await desk.push(to: registry)
            #expect(try desk.files(in: "uploads").isEmpty)
            #expect(depot.opened == 2)
        }
    }

    @Test func laterPushBeginsAnewWhereTheUploadIsGone() async throws {
        let depot = Depot(.down(3))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try await fails("refused(status: 500)") { try await desk.push(to: registry) }
            depot.repair()
            depot.forget()
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened == 3)
        }
    }

    /// What an upload holds is not trusted: only the registry's word on the digest counts.
    @Test func recordOfAnotherUploadIsNotBelieved() async throws {
        let depot = Depot()
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try record("/v2/team/m/uploads/1?s=1", in: desk, registry)
            // Somebody else's bytes.
            _ = depot.answer(
                .init(method: "POST", target: "/v2/x/uploads/", headers: [:], body: [])
            )
            _ = depot.answer(
                .init(
                    method: "PATCH",
                    target: "/v2/team/m/uploads/1",
                    headers: ["Content-Range": "0-29999"],
                    body: Array(shelf.weights.reversed().prefix(30_000))
                )
            )
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.blobsAtManifest == 2)
        }
    }

    @Test(arguments: [
        "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "file:///etc/passwd",
        "http://user:pw@127.0.0.1/", "http://127.0.0.1:1/v2/team/m/uploads/9", "\\", "http://",
    ])
    func recordLeadsNowhereItMayNot(_ location: String) async throws {
        let depot = Depot()
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try record(location, in: desk, registry)
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest && depot.opened == 2)
            #expect(registry.bytesReceived == wanted)
        }
    }

    @Test func piecesThatStorageHasCountForTheTag() async throws {
        try await RogueRegistry.run({ _ in .init(status: 200) }) { storage in
            let depot = Depot(.storage(port: storage.port))
            try await RogueRegistry.run(depot.answer) { registry in
                let desk = try Desk.stocked(shelf, registry)
                _ = depot.answer(
                    .init(method: "POST", target: "/v2/x/uploads/", headers: [:], body: [])
                )
                try record("/v2/team/m/uploads/1?s=1", in: desk, registry)
                try await desk.push(to: registry)
                let commits = registry.requests.filter { $0.method == "PUT" }.map(\.target)
                #expect(commits.contains { $0.hasSuffix("&etag=\(tag(after: 30_000))-4") })
            }
            let received = storage.requests.reduce(0) { $0 + $1.body.count }
            #expect(received == wanted - 30_000)
        }
    }

    /// The checksum over a checksum of zeros and those of the pieces after so many bytes.
    private func tag(after start: Int) -> String {
        let sums = stride(from: start, to: 100_000, by: 30_000).flatMap { start in
            Insecure.MD5.hash(data: shelf.weights[start..<min(start + 30_000, 100_000)])
        }
        let sum = Insecure.MD5.hash(data: [UInt8](repeating: 0, count: 16) + sums)
        return sum.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Leaves a record of an upload of the weights, of which 30,000 bytes were taken.
    private func record(_ location: String, in desk: Desk, _ registry: RogueRegistry) throws {
        let claim = try desk.store.claimUpload(
            of: Digest(hashing: shelf.weights),
            sizeBytes: Int64(shelf.weights.count),
            to: "http://127.0.0.1:\(registry.port)\nteam/m"
        )
        guard case .claimed(let journal) = claim else { throw StoreError(.busy, "Busy.") }
        journal.begin(at: location)
        let checksum = String(repeating: "0", count: 32)
        journal.record(.init(end: 30_000, checksum: checksum, location: location))
        #expect(try desk.files(in: "uploads").count == 1)
    }

    @Test func twoPushesSendOneUpload() async throws {
        let depot = Depot()
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { try await desk.push(to: registry) } }
                try await group.waitForAll()
            }
            #expect(depot.manifest == shelf.manifest && depot.opened == 2)
            #expect(registry.bytesReceived == wanted)
        }
    }

    @Test func storeThatCannotBeWrittenToIsPushedFrom() async throws {
        let depot = Depot(.half(2))
        try await RogueRegistry.run(depot.answer) { registry in
            let desk = try Desk.stocked(shelf, registry)
            // A file in the place of the folder: works for root, too.
            try Data().write(to: URL(fileURLWithPath: desk.folder.path("models/uploads")))
            try await desk.push(to: registry)
            #expect(depot.manifest == shelf.manifest)
        }
    }
}
