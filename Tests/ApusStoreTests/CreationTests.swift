import ApusConversation
import Foundation
import Synchronization
import Testing

@testable import ApusStore

@Suite struct CreationTests {
    /// Creates and returns what progress was told.
    private func create(
        _ creation: ModelCreation,
        in store: ModelStore,
        inspector: ModelInspector = StoreFixture.inspector
    ) throws -> [String] {
        var statuses: [String] = []
        try store.create(creation, inspector: inspector) { statuses.append($0.status) }
        return statuses
    }

    /// Clients of Ollama get these errors as lines of a stream that has begun.
    @Test func filesAreParsedBeforeTheyAreFoundWanting() throws {
        let fixture = try StoreFixture()
        let missing = Digest(hashing: Array("missing".utf8))
        let text = try fixture.plant("no model")
        for digest in [missing, text] {
            let creation = ModelCreation(
                name: try ModelName("x"),
                source: .files([.init(name: "model.gguf", digest: digest)])
            )
            var statuses: [String] = []
            #expect(throws: StoreError.self) {
                try fixture.store.create(creation, inspector: StoreFixture.inspector) {
                    statuses.append($0.status)
                }
            }
            #expect(statuses == ["parsing GGUF"])
        }
    }

    private func fromFile(_ name: String, _ fixture: StoreFixture) throws -> ModelCreation {
        let digest = try fixture.plant("GGUF weights")
        return ModelCreation(
            name: try ModelName(name),
            source: .files([.init(name: "model.gguf", digest: digest)])
        )
    }

    @Test func aGGUFFileBecomesAModel() throws {
        let fixture = try StoreFixture()
        var creation = try fromFile("mine", fixture)
        creation.template = "{{ .Prompt }}"
        creation.system = "Be brief."
        creation.licenses = ["MIT", "Apache"]
        creation.parameters = ["stop": .strings(["x"]), "num_ctx": .number(4096.9)]
        creation.messages = [StoredMessage(role: "user", content: "hi")]
        creation.renderer = "r"
        creation.requires = "0.14.0"
        let statuses = try create(creation, in: fixture.store)
        let weights = Digest(hashing: Array("GGUF weights".utf8))
        #expect(statuses.first == "parsing GGUF")
        #expect(statuses[1] == "using existing layer \(weights)")
        #expect(statuses[2...7].allSatisfy { $0.hasPrefix("creating new layer sha256:") })
        #expect(statuses.suffix(2) == ["writing manifest", "success"])
        #expect(statuses.count == 10)

        let model = try fixture.store.resolve(ModelName("mine"))
        #expect(
            model.manifest.layers.map(\.mediaType) == [
                MediaType.model, MediaType.template, MediaType.system, MediaType.license,
                MediaType.license, MediaType.parameters, MediaType.messages,
            ]
        )
        #expect(model.parameters == ["stop": .strings(["x"]), "num_ctx": .integer(4096)])
        let config = try fixture.store.blobs.contents(
            of: #require(model.manifest.config).digest,
            limit: 1000
        )
        #expect(
            String(decoding: config, as: UTF8.self) == """
                {"model_format":"gguf","model_family":"llama","model_families":["llama"],\
                "model_type":"1.2B","file_type":"Q8_0","renderer":"r","requires":"0.14.0",\
                "architecture":"amd64","os":"linux"}

                """
        )
    }

    @Test func rolesOfFilesComeFromTheirContent() throws {
        let fixture = try StoreFixture()
        let digests = try ["GGUF a", "GGUF b", "GGUF c"].map { try fixture.plant($0) }
        let projector = fixture.store.blobs.path(of: digests[1])
        let adapter = fixture.store.blobs.path(of: digests[2])
        let inspector = ModelInspector(facts: { paths in
            var facts = StoreFixture.facts
            if paths == [projector] { facts.role = .projector }
            if paths == [adapter] { facts.role = .adapter }
            return facts
        })
        let files = digests.map { ModelCreation.File(name: "x.gguf", digest: $0) }
        _ = try create(
            ModelCreation(name: ModelName("x"), source: .files(files)),
            in: fixture.store,
            inspector: inspector
        )
        let model = try fixture.store.resolve(ModelName("x"))
        #expect(model.weights.map(\.digest) == [digests[0]])
        #expect(model.projectors.map(\.digest) == [digests[1]])
        #expect(model.adapters.map(\.digest) == [digests[2]])
        #expect(model.config.families == ["llama"])
    }

    @Test func defaultsOfAFileGiveWayToTheRequest() throws {
        let fixture = try StoreFixture()
        var facts = StoreFixture.facts
        facts.defaults.templateName = "chatml"
        facts.defaults.template = "<|im_start|>"
        facts.defaults.parameters = ["stop": .strings(["<|im_end|>"]), "top_k": .integer(5)]
        facts.defaults.renderer = "r"
        let given = facts
        let inspector = ModelInspector(facts: { _ in given })
        var creation = try fromFile("x", fixture)
        let statuses = try create(creation, in: fixture.store, inspector: inspector)
        #expect(statuses.contains("using autodetected template chatml"))
        var model = try fixture.store.resolve(ModelName("x"))
        #expect(model.template == "<|im_start|>")
        #expect(model.config.renderer == "r")
        creation.template = "mine"
        creation.parameters = ["stop": .strings(["mine"])]
        creation.renderer = "other"
        _ = try create(creation, in: fixture.store, inspector: inspector)
        model = try fixture.store.resolve(ModelName("x"))
        #expect(model.template == "mine")
        #expect(model.parameters == ["stop": .strings(["mine"]), "top_k": .integer(5)])
        #expect(model.config.renderer == "other")
        #expect(model.manifest.layers(of: MediaType.template).count == 1)
        #expect(model.manifest.layers(of: MediaType.parameters).count == 1)
    }

    @Test func aModelTakesOverWhatItIsMadeFrom() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel(
            "registry.ollama.ai/library/base/latest",
            config: #"{"model_format":"gguf","model_family":"llama","parser":"p","requires":"1"}"#,
            [
                (MediaType.model, "GGUF weights"), (MediaType.prompt, "old template"),
                (MediaType.system, "old system"), (MediaType.license, "MIT"),
                (MediaType.parameters, #"{"odd":{"x":[1]},"seed":1,"stop":["a"]}"# + "\n"),
                (MediaType.messages, #"[{"role":"user","content":"old"}]"#),
            ]
        )
        let plain = ModelCreation(
            name: try ModelName("same"),
            source: .model(try ModelName("BASE"))
        )
        let statuses = try create(plain, in: fixture.store)
        #expect(statuses.count == 8)
        #expect(statuses.prefix(6).allSatisfy { $0.hasPrefix("using existing layer") })
        let same = try fixture.store.resolve(ModelName("same"))
        let base = try fixture.store.resolve(ModelName("base"))
        // Parameters are written anew, behind all that was taken over; as Ollama does.
        var layers = base.manifest.layers.map(\.digest)
        layers.append(layers.remove(at: 4))
        #expect(same.manifest.layers.map(\.digest) == layers)
        #expect(
            same.manifest.layers.map(\.from) == Array(repeating: "BASE:latest", count: 5) + [nil]
        )
        #expect(same.parent == "BASE:latest")

        var changed = ModelCreation(
            name: try ModelName("new"),
            source: .model(try ModelName("base"))
        )
        changed.template = "new template"
        changed.system = "new system"
        changed.licenses = ["Apache"]
        changed.parameters = ["stop": .strings(["b"]), "top_k": .integer(3)]
        changed.messages = [StoredMessage(role: "assistant", content: "new")]
        changed.info.capabilities = ["tools"]
        changed.info.contextLength = 8192
        changed.requires = "2"
        _ = try create(changed, in: fixture.store)
        let model = try fixture.store.resolve(ModelName("new"))
        #expect(model.template == "new template")
        #expect(model.system == "new system")
        #expect(model.licenses == ["MIT", "Apache"])
        #expect(
            model.parameters == [
                "stop": .strings(["b"]), "seed": .integer(1), "top_k": .integer(3),
            ]
        )
        #expect(model.messages.map(\.content) == ["new"])
        #expect(model.manifest.layers(of: MediaType.prompt).isEmpty)
        #expect(model.config.parser == "p")
        #expect(model.config.requires == "2")
        #expect(model.config.capabilities == ["tools"])
        #expect(model.config.contextLength == 8192)
        // What no option is passes through untouched.
        let layer = try #require(model.manifest.layers(of: MediaType.parameters).first)
        let text = String(
            decoding: try fixture.store.blobs.contents(of: layer.digest, limit: 1000),
            as: UTF8.self
        )
        #expect(text == #"{"odd":{"x":[1]},"seed":1,"stop":["b"],"top_k":3}"# + "\n")
    }

    @Test func aBuiltInModelCanBeBuiltUpon() throws {
        let fixture = try StoreFixture(builtIns: [try StoreFixture.demo()])
        var creation = ModelCreation(
            name: try ModelName("mine"),
            source: .model(try ModelName("demo"))
        )
        creation.system = "Be kind."
        _ = try create(creation, in: fixture.store)
        let model = try fixture.store.resolve(ModelName("mine"))
        #expect(model.system == "Be kind.")
        #expect(model.template == "{{ .Prompt }}")
        #expect(
            model.weights.map(\.location) == [
                .file(path: fixture.store.blobs.path(of: model.weights[0].digest))
            ]
        )
        #expect(model.config.family == "llama")
    }

    @Test func replacingAModelRemovesWhatOnlyItUsed() throws {
        let fixture = try StoreFixture()
        var creation = try fromFile("x", fixture)
        creation.system = "one"
        _ = try create(creation, in: fixture.store)
        let one = Digest(hashing: Array("one".utf8))
        #expect(fixture.store.blobs.exists(one))
        creation.name = try ModelName("X:Latest")
        creation.system = "two"
        _ = try create(creation, in: fixture.store)
        #expect(!fixture.store.blobs.exists(one))
        #expect(try fixture.store.list().models.map(\.name.shortest) == ["x:latest"])
        creation.name = try ModelName("x")
        creation.source = .model(try ModelName("x"))
        creation.system = nil
        _ = try create(creation, in: fixture.store)
        #expect(try fixture.store.resolve(ModelName("x")).system == "two")
    }

    @Test func whatIsNotSupportedIsSaidByName() throws {
        let fixture = try StoreFixture()
        var creation = try fromFile("x", fixture)
        let digest = Digest(hashing: [])
        creation.drafts = [.init(name: "d.gguf", digest: digest)]
        let error = #expect(throws: StoreError.self) { try creation.validate() }
        #expect(error?.code == .unsupported)
    }

    @Test(arguments: ["/etc/passwd", "../x", "a/../b", "", "a//b", "./a"])
    func fileNamesMustStayBelowTheirFolder(name: String) throws {
        let creation = ModelCreation(
            name: try ModelName("x"),
            source: .files([.init(name: name, digest: Digest(hashing: []))])
        )
        #expect(try storeErrorCode { try creation.validate() } == .invalidRequest)
    }

    @Test func failedCreationsLeaveTheOldModelAlone() throws {
        let fixture = try StoreFixture()
        var creation = try fromFile("x", fixture)
        creation.system = "old"
        _ = try create(creation, in: fixture.store)
        let before = try fixture.store.manifestBytes(of: ModelName("x"))

        var bad = creation
        bad.source = .files([.init(name: "a.gguf", digest: Digest(hashing: [7]))])
        #expect(try storeErrorCode { _ = try create(bad, in: fixture.store) } == .missingBlob)
        bad.source = .files([.init(name: "a.gguf", digest: try fixture.plant("no such format"))])
        #expect(try storeErrorCode { _ = try create(bad, in: fixture.store) } == .invalidRequest)
        bad.source = .files([])
        #expect(try storeErrorCode { _ = try create(bad, in: fixture.store) } == .invalidRequest)
        bad.source = .model(try ModelName("none"))
        #expect(try storeErrorCode { _ = try create(bad, in: fixture.store) } == .notFound)
        bad = creation
        bad.parameters = ["num_ctx": .string("x")]
        #expect(try storeErrorCode { _ = try create(bad, in: fixture.store) } == .invalidParameter)
        bad = creation
        bad.template = "{{"
        let strict = ModelInspector(
            facts: { _ in StoreFixture.facts },
            checkTemplate: { _ in throw StoreError(.invalidRequest, "template error: x") }
        )
        #expect(
            try storeErrorCode { _ = try create(bad, in: fixture.store, inspector: strict) }
                == .invalidRequest
        )
        #expect(throws: CancellationError.self) {
            try fixture.store.create(creation, inspector: StoreFixture.inspector) { progress in
                if progress.status == "writing manifest" { throw CancellationError() }
            }
        }
        #expect(try fixture.store.manifestBytes(of: ModelName("x")) == before)
    }

    @Test func aModelfileOfAModelMakesItAgain() throws {
        let fixture = try StoreFixture()
        var creation = try fromFile("x", fixture)
        creation.system = "two\nlines \"quoted\""
        creation.licenses = ["L1\n", "L2"]
        creation.parameters = ["stop": .strings(["\n", " a"]), "temperature": .number(0.25)]
        creation.messages = [StoredMessage(role: "user", content: " hi: there")]
        _ = try create(creation, in: fixture.store)
        let model = try fixture.store.resolve(ModelName("x"))
        let recipe = try Modelfile(model.modelfileText).recipe()
        #expect(recipe.sources == model.weights.map(\.path))
        #expect(recipe.system == model.system)
        #expect(recipe.licenses == model.licenses)
        #expect(recipe.parameters == model.parameters)
        #expect(recipe.messages == model.messages)
    }
}
