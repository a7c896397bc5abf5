import ApusConversation
import ApusDialects
import ApusScheduling
import ApusStore
import Foundation
import Logging
import Synchronization
import Testing

@testable import ApusServer

/// Batches on disk, worked on by a closure.
@Suite(.timeLimit(.minutes(1))) final class MessageBatchTests: Sendable {
    private let path = NSTemporaryDirectory() + "apus-batches-" + UUID().uuidString
    private let time = Mutex(WireTime(seconds: 1_790_000_000))

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func makeBatches(
        _ limits: MessageBatches.Limits = MessageBatches.Limits()
    ) -> MessageBatches {
        MessageBatches(path: path, limits: limits) { self.time.withLock { $0 } }
    }

    private func items(_ count: Int) -> [AnthropicBatchRequest.Item] {
        (0..<count).map { .init(customID: "c\($0)", params: ["number": .integer(Int64($0))]) }
    }

    private func pass(_ seconds: Int64) {
        time.withLock { $0 = $0.advanced(byNanoseconds: seconds * 1_000_000_000) }
    }

    /// Lets `batches` work while `body` runs.
    private func working(
        _ batches: MessageBatches,
        _ answer: @escaping MessageBatches.Answer,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await batches.run(resuming: true, logger: Logger(label: "test"), answer)
            }
            try await body()
            group.cancelAll()
        }
    }

    private func ended(_ batches: MessageBatches, _ id: String) async throws -> AnthropicBatch {
        while true {
            let batch = try await batches.batch(id)
            if batch.status == .ended { return batch }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private func kinds(_ batches: MessageBatches, _ id: String) async throws -> [String] {
        let reader = try await batches.results(id)
        var kinds: [String] = []
        while let line = try reader.line(limit: 1 << 20) {
            let json = try JSONParser.parse(line)
            kinds.append(
                (json["custom_id"]?.stringValue ?? "") + " "
                    + (json["result"]?["type"]?.stringValue ?? "")
            )
        }
        return kinds
    }

    private static func message(
        _ item: AnthropicBatchRequest.Item
    ) -> AnthropicMessage {
        let usage = AnthropicUsage(PromptUsage(tokens: 3, cachedTokens: 0), caching: nil)
        return AnthropicMessage(id: "msg_\(item.customID)", model: "m", usage: usage)
    }

    @Test func requestsAreAnsweredInOrderAndErrorsBecomeResults() async throws {
        let batches = makeBatches()
        try await working(batches) { item in
            if item.customID == "c1" { throw AnthropicError.modelNotFound("x") }
            return Self.message(item)
        } _: {
            let batch = try await batches.create(items(3))
            #expect(batch.counts.processing == 3 && batch.status == .inProgress)
            let end = try await ended(batches, batch.id)
            #expect(end.counts.succeeded == 2 && end.counts.errored == 1)
            #expect(end.counts.processing == 0)
            #expect(
                end.json(at: "http://h")["results_url"]?.stringValue
                    == "http://h/v1/messages/batches/\(batch.id)/results"
            )
            #expect(
                try await kinds(batches, batch.id)
                    == ["c0 succeeded", "c1 errored", "c2 succeeded"]
            )
            let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(files == ["lock", "\(batch.id).json", "\(batch.id).results"])
            try await batches.delete(batch.id)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["lock"])
        }
    }

    @Test func theNextServerGoesOnAfterTheLastResult() async throws {
        var id = ""
        do {
            let first = makeBatches()
            let (reached, reach) = AsyncStream.makeStream(of: Void.self)
            try await working(first) { item in
                if item.customID == "c2" {
                    reach.finish()
                    try await Task.sleep(for: .seconds(3600))
                }
                return Self.message(item)
            } _: {
                id = try await first.create(items(4)).id
                for await _ in reached {}
            }
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(id).results"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(#"{"custom_id":"c2","resu"#.utf8))
        try file.close()
        let second = makeBatches()
        let asked = Mutex<[String]>([])
        try await working(second) { item in
            asked.withLock { $0.append(item.customID) }
            return Self.message(item)
        } _: {
            let end = try await ended(second, id)
            #expect(end.counts.succeeded == 4)
            #expect(asked.withLock { $0 } == ["c2", "c3"])
            #expect(try await kinds(second, id) == (0..<4).map { "c\($0) succeeded" })
        }
    }

    @Test func cancelingGivesUpTheRequestUnderWay() async throws {
        let batches = makeBatches()
        let (reached, reach) = AsyncStream.makeStream(of: Void.self)
        try await working(batches) { item in
            if item.customID == "c1" {
                reach.finish()
                try await Task.sleep(for: .seconds(3600))
            }
            return Self.message(item)
        } _: {
            let batch = try await batches.create(items(10_000))
            for await _ in reached {}
            await #expect(throws: AnthropicError.self) { try await batches.delete(batch.id) }
            await #expect(throws: AnthropicError.self) { try await batches.results(batch.id) }
            let canceling = try await batches.cancel(batch.id)
            #expect(canceling.cancelInitiatedAt != nil)
            let end = try await ended(batches, batch.id)
            #expect(end.counts.succeeded == 1 && end.counts.canceled == 9999)
            #expect(try await kinds(batches, batch.id).last == "c9999 canceled")
            #expect(try await batches.cancel(batch.id) == end)
        }
    }

    @Test func cancelingIsRememberedByTheNextServer() async throws {
        var id = ""
        do {
            let first = makeBatches()
            id = try await first.create(items(2)).id
            _ = try await first.cancel(id)
        }
        let second = makeBatches()
        try await working(second) {
            Self.message($0)
        } _: {
            let end = try await ended(second, id)
            #expect(end.counts.canceled == 2)
        }
    }

    @Test func aDayIsEnough() async throws {
        let batches = makeBatches()
        let late = try await batches.create(items(3))
        pass(86_400)
        try await working(batches) {
            Self.message($0)
        } _: {
            let end = try await ended(batches, late.id)
            #expect(end.counts.expired == 3)
            #expect(try await kinds(batches, late.id).first == "c0 expired")
        }
    }

    @Test func resultsAreKeptForAMonth() async throws {
        let batches = makeBatches()
        try await working(batches) {
            Self.message($0)
        } _: {
            let old = try await batches.create(items(1))
            _ = try await ended(batches, old.id)
            pass(29 * 86_400)
            _ = try await batches.create(items(1))
            let archived = try await batches.batch(old.id)
            #expect(archived.archivedAt != nil && archived.resultsURL == nil)
            await #expect(throws: AnthropicError.self) { try await batches.results(old.id) }
        }
    }

    @Test func thereIsRoomForSoMany() async throws {
        let batches = makeBatches(MessageBatches.Limits(batches: 2, bytes: 1 << 20))
        try await working(batches) {
            Self.message($0)
        } _: {
            let first = try await batches.create(items(1))
            pass(1)
            let second = try await batches.create(items(1))
            #expect(try await batches.list().map(\.id) == [second.id, first.id])
            let error = await #expect(throws: AnthropicError.self) {
                try await batches.create(items(1))
            }
            #expect(error?.kind == .rateLimit)
            _ = try await ended(batches, first.id)
            _ = try await ended(batches, second.id)
            // What has been archived makes room.
            pass(30 * 86_400)
            _ = try await batches.create(items(1))
            #expect(try await batches.list().count == 2)
        }
        let small = MessageBatches(
            path: path + "/small",
            limits: MessageBatches.Limits(batches: 9, bytes: 10)
        ) { WireTime(seconds: 1) }
        _ = try await small.create(items(1))
        await #expect(throws: AnthropicError.self) { try await small.create(items(1)) }
    }

    @Test func recordsThatAreNoneAreLeftAlone() async throws {
        do {
            _ = try await makeBatches().create(items(1))
        }
        let broken = path + "/msgbatch_broken.json"
        try Data("{".utf8).write(to: URL(fileURLWithPath: broken))
        try Data(#"{"id":"msgbatch_other"}"#.utf8)
            .write(to: URL(fileURLWithPath: path + "/msgbatch_wrong.json"))
        let batches = makeBatches()
        #expect(try await batches.list().count == 1)
        #expect(FileManager.default.fileExists(atPath: broken))
    }

    @Test func withoutBatchesNothingIsWritten() async throws {
        let batches = makeBatches()
        #expect(try await batches.list().isEmpty)
        await #expect(throws: AnthropicError.self) { try await batches.batch("msgbatch_1") }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
