import Foundation
import Synchronization
import Testing

@testable import ApusStore

/// Creation with adapters, whose files only pretend.
@Suite struct AdapterCreationTests {
    private static let made = Array("GGUF converted adapter".utf8)

    /// What the inspector was asked.
    private final class Questions: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }

        func note(_ kind: String, _ files: [String], _ weights: [String]) {
            let names = (files + ["|"] + weights).map {
                $0.split(separator: "/").last.map(String.init) ?? $0
            }
            lines.withLock { $0.append(([kind] + names).joined(separator: " ")) }
        }
    }

    /// Files that begin with `GGUF adapter` or were converted are adapters; `unfit` ones fail.
    private func inspector(_ questions: Questions = Questions()) -> ModelInspector {
        @Sendable func text(_ path: String) -> String {
            (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        }
        var inspector = ModelInspector(facts: { paths in
            var facts = StoreFixture.facts
            if paths.contains(where: { text($0).contains("adapter") }) { facts.role = .adapter }
            return facts
        })
        inspector.checkAdapter = { path, weights in
            questions.note("check", [path], weights)
            if text(path).contains("unfit") { throw StoreError(.invalidRequest, "unfit") }
        }
        inspector.adapter = { files, weights in
            questions.note("convert", files.map(\.name), weights)
            return WeightsConversion(
                status: "converting adapter",
                sizeBytes: Int64(Self.made.count)
            ) { sink, progress in
                try Self.made.withUnsafeBytes(sink)
                try progress(Int64(Self.made.count))
            }
        }
        return inspector
    }

    private func creation(
        _ fixture: StoreFixture,
        _ adapters: [(name: String, text: String)]
    ) throws -> ModelCreation {
        let weights = try fixture.plant("GGUF weights")
        var creation = ModelCreation(
            name: try ModelName("x"),
            source: .files([.init(name: "model.gguf", digest: weights)])
        )
        creation.adapters = try adapters.map {
            .init(name: $0.name, digest: try fixture.plant($0.text))
        }
        return creation
    }

    @Test func aGGUFAdapterIsCheckedAndBecomesALayer() throws {
        let fixture = try StoreFixture()
        let questions = Questions()
        var statuses: [String] = []
        try fixture.store.create(
            creation(fixture, [("a.gguf", "GGUF adapter")]),
            inspector: inspector(questions)
        ) { statuses.append($0.status) }
        let weights = Digest(hashing: Array("GGUF weights".utf8))
        let adapter = Digest(hashing: Array("GGUF adapter".utf8))
        #expect(
            statuses == [
                "parsing GGUF", "parsing GGUF", "using existing layer \(weights)",
                "using existing layer \(adapter)", "writing manifest", "success",
            ]
        )
        #expect(questions.all == ["check \(adapter.fileName) | \(weights.fileName)"])
        let model = try fixture.store.resolve(ModelName("x"))
        #expect(model.manifest.layers.map(\.mediaType) == [MediaType.model, MediaType.adapter])
        #expect(model.adapters.map(\.digest) == [adapter])
        #expect(model.modelfileText.contains("\nADAPTER \(model.adapters[0].path)\n"))
        #expect(model.config.families == ["llama"])
    }

    @Test func anAdapterInSafetensorsIsConvertedForTheModel() throws {
        let fixture = try StoreFixture()
        let questions = Questions()
        var statuses: [String] = []
        let files = [("adapter_config.json", "{}"), ("adapter_model.safetensors", "x")]
        try fixture.store.create(creation(fixture, files), inspector: inspector(questions)) {
            if statuses.last != $0.status { statuses.append($0.status) }
        }
        let weights = Digest(hashing: Array("GGUF weights".utf8))
        let adapter = Digest(hashing: Self.made)
        #expect(
            statuses == [
                "parsing GGUF", "converting adapter", "using existing layer \(weights)",
                "creating new layer \(adapter)", "writing manifest", "success",
            ]
        )
        #expect(
            questions.all == [
                "convert adapter_config.json adapter_model.safetensors | \(weights.fileName)",
                "check \(adapter.fileName) | \(weights.fileName)",
            ]
        )
        #expect(try fixture.store.resolve(ModelName("x")).adapters.map(\.digest) == [adapter])
    }

    /// As in Ollama: what is taken over comes first.
    @Test func adaptersAddUpFromModelToModel() throws {
        let fixture = try StoreFixture()
        try fixture.store.create(
            creation(fixture, [("a.gguf", "GGUF adapter 1")]),
            inspector: inspector()
        )
        var second = try creation(fixture, [("a.gguf", "GGUF adapter 2")])
        second.source = .model(try ModelName("x"))
        second.name = try ModelName("y")
        try fixture.store.create(second, inspector: inspector())
        let digests = try fixture.store.resolve(ModelName("y")).adapters.map(\.digest)
        #expect(
            digests
                == ["GGUF adapter 1", "GGUF adapter 2"].map { Digest(hashing: Array($0.utf8)) }
        )
    }

    @Test func whatIsNoAdapterOfTheModelIsRefused() throws {
        let fixture = try StoreFixture()
        func code(_ adapters: [(String, String)]) throws -> StoreError.Code? {
            let request = try creation(fixture, adapters)
            let before = fixture.blobNames
            defer { #expect(fixture.blobNames == before) }
            return try storeErrorCode {
                try fixture.store.create(request, inspector: inspector())
            }
        }
        #expect(try code([("a.gguf", "GGUF model")]) == .invalidRequest)
        #expect(try code([("a.gguf", "no format")]) == .invalidRequest)
        #expect(try code([("a.gguf", "GGUF adapter unfit")]) == .invalidRequest)
        #expect(try code([("a", "GGUF adapter"), ("b", "GGUF adapter 2")]) == .invalidRequest)
        // Among the files of a model, too.
        var request = try creation(fixture, [])
        request.source = .files([
            .init(name: "a", digest: try fixture.plant("GGUF weights")),
            .init(name: "b", digest: try fixture.plant("GGUF adapter unfit")),
        ])
        let strict = inspector()
        #expect(
            try storeErrorCode { try fixture.store.create(request, inspector: strict) }
                == .invalidRequest
        )
        // And no model to adapt.
        request.source = .files([
            .init(name: "b", digest: try fixture.plant("GGUF adapter"))
        ])
        #expect(
            try storeErrorCode { try fixture.store.create(request, inspector: strict) }
                == .invalidRequest
        )
        #expect(try fixture.store.list().models.isEmpty)
    }

    @Test func aConvertedAdapterThatIsNotKeptIsRemoved() throws {
        let fixture = try StoreFixture()
        let request = try creation(fixture, [("adapter_model.safetensors", "x")])
        let before = fixture.blobNames
        #expect(throws: CancellationError.self) {
            try fixture.store.create(request, inspector: inspector()) { progress in
                if progress.status == "writing manifest" { throw CancellationError() }
            }
        }
        #expect(fixture.blobNames == before)
    }
}
