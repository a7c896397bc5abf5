import ApusConversation
import ApusDialects
import ApusScheduling
import HTTPTypes
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import ApusServer

/// Batches over HTTP, answered by scripted runners.
@Suite(.timeLimit(.minutes(1))) struct AnthropicBatchRouteTests {
    private static let path = "/v1/messages/batches"
    private static let params =
        #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#

    /// A server that works on batches.
    private func run(
        _ stage: Stage = Stage(),
        _ body: @escaping @Sendable (BenchClient) async throws -> Void
    ) async throws {
        let bench = Bench(stage)
        let controller = AnthropicController(
            configuration: ServerConfiguration(),
            services: bench.services
        )
        let service = MessageBatchService(controller: controller, logger: Logger(label: "test"))
        try await bench.run { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await service.run() }
                try await body(client)
                group.cancelAll()
            }
        }
    }

    private func ended(_ client: BenchClient, _ id: String) async throws -> JSONValue {
        while true {
            let batch = try await client.send(.get, "\(Self.path)/\(id)").json
            if batch["processing_status"] == "ended" { return batch }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func aBatchIsAnsweredAndItsResultsAreLines() async throws {
        try await run { client in
            try await client.make("m")
            let created = try await client.send(
                .post,
                Self.path,
                #"{"requests":[{"custom_id":"a","params":\#(Self.params)},"#
                    + #"{"custom_id":"b","params":{"model":"no-such","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}},"#
                    + #"{"custom_id":"c","params":{}}],"odd":1}"#
            )
            #expect(created.status == .ok && created.header("apus-ignored") == "odd")
            #expect(created.header("request-id")?.hasPrefix("req_") == true)
            let id = try #require(created.json["id"]?.stringValue)
            let end = try await ended(client, id)
            #expect(
                end["results_url"]?.stringValue == "http://localhost\(Self.path)/\(id)/results"
            )
            let results = try await client.send(.get, "\(Self.path)/\(id)/results")
            #expect(results.headers[.contentType] == "application/x-jsonl")
            #expect(
                results.lines.map { $0["result"]?["type"] } == ["succeeded", "errored", "errored"]
            )
            let message = results.lines[0]["result"]?["message"]
            #expect(message?["content"] == [["type": "text", "text": "Hello"]])
            #expect(message?["usage"]?["service_tier"] == "batch")
            let errors = results.lines.dropFirst().map { $0["result"]?["error"]?["error"]?["type"] }
            #expect(errors == ["not_found_error", "invalid_request_error"])
            let list = try await client.send(.get, Self.path + "?limit=1").json
            #expect(list["data"]?[0]?["id"]?.stringValue == id && list["has_more"] == false)
            let cancel = try await client.send(.post, "\(Self.path)/\(id)/cancel").json
            #expect(cancel["processing_status"] == "ended")
            let gone = try await client.send(.delete, "\(Self.path)/\(id)").json
            #expect(gone == ["id": .string(id), "type": "message_batch_deleted"])
            #expect(try await client.send(.get, "\(Self.path)/\(id)").status == .notFound)
        }
    }

    @Test func clientsWhoWaitComeFirst() async throws {
        let (reached, reach) = AsyncStream.makeStream(of: Void.self)
        let tries = Mutex(0)
        let stage = Stage { request, emit in
            if request.maximumTokens == 9,
                tries.withLock({
                    $0 += 1; return $0 == 1
                })
            {
                reach.finish()
                try await Task.sleep(for: .seconds(3600))
            }
            try await Stage.hello(request, emit)
        }
        try await run(stage) { client in
            // The stage has four places; all but one are taken.
            try await client.make("m")
            let body = #"{"requests":[{"custom_id":"a","params":\#(Self.params)}]}"#
            let id = try #require(
                try await client.send(.post, Self.path, body).json["id"]?.stringValue
            )
            for await _ in reached {}
            let scheduler = client.bench.services.scheduler
            let loaded = try #require(scheduler.loadedModels().first)
            let wish = SchedulerRequest(specification: loaded.specification, predictedBytes: 0)
            var leases: [Lease] = []
            for _ in 0..<3 { leases.append(try await scheduler.acquire(wish)) }
            // The batch's request holds the fourth place and gives it back.
            leases.append(try await scheduler.acquire(wish))
            for lease in leases { lease.release() }
            let end = try await ended(client, id)
            #expect(end["request_counts"]?["succeeded"] == 1)
            #expect(tries.withLock { $0 } == 2)
        }
    }

    @Test(arguments: [
        "msgbatch_1", "x", "..%2F..%2Fetc%2Fpasswd", "msgbatch_..", "lock", "msgbatch_%00",
    ]) func namesOfNoBatchAreNotFound(_ name: String) async throws {
        try await run { client in
            for (method, suffix) in [
                (HTTPRequest.Method.get, ""), (.delete, ""), (.post, "/cancel"),
                (.get, "/results"),
            ] {
                let response = try await client.send(method, "\(Self.path)/\(name)\(suffix)")
                #expect(response.status == .notFound, "\(method) \(suffix)")
                #expect(response.json["error"]?["type"] == "not_found_error")
            }
        }
    }

    @Test func otherMethodsAreRefusedInAnthropicsWords() async throws {
        try await run { client in
            let response = try await client.send(.put, Self.path)
            #expect(response.status == .methodNotAllowed)
            #expect(response.headers[.allow] == "GET, POST")
            #expect(response.json["error"]?["type"] == "invalid_request_error")
            let empty = try await client.send(.post, Self.path, #"{"requests":[]}"#)
            #expect(empty.status == .badRequest && empty.text.contains("requests"))
        }
    }
}
