import ApusConversation
import ApusDialects
import ApusStore
import FoundationEssentials
import TestSupport
import Testing

@testable import apus

struct ArgumentTests {
    @Test func flagsMayStandAnywhere() throws {
        let arguments = ["run", "demo", "--think", "Why", "--verbose", "is", "--option", "seed=1"]
        let command = try #require(
            try Apus.command(for: arguments) as? RunCommand
        )
        #expect(command.model == "demo" && command.prompt == ["Why", "is"])
        #expect(command.think == "true" && command.verbose && command.option == ["seed=1"])
    }

    @Test func shortVerboseOfShowIsNotTheVersion() throws {
        let command = try #require(try Apus.command(for: ["show", "-v", "demo"]) as? ShowCommand)
        #expect(command.verbose)
        #expect(try #require(try Apus.command(for: ["-v"]) as? Apus).version)
    }

    @Test(arguments: [["ls"], ["list", "x"], ["ps"], ["stop", "m"], ["rm", "a", "b"], ["start"]])
    func commandsAreThere(arguments: [String]) throws {
        _ = try Apus.command(for: arguments)
    }

    @Test(arguments: [["run"], ["rm"], ["cp", "a"], ["nothing"], ["list", "--bogus"]])
    func wrongUsageIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try Apus.command(for: arguments) }
    }

    @Test func thinkAfterTheEndOfFlagsIsText() {
        #expect(Apus.normalized(["run", "--", "--think"]) == ["run", "--", "--think"])
    }

    @Test func flagsMayHaveTruthValues() {
        let arguments = ["run", "--verbose=true", "--truncate=false", "--nowordwrap=false"]
        #expect(Apus.normalized(arguments) == ["run", "--verbose", "--no-truncate"])
        #expect(Apus.normalized(["run", "--system=true"]) == ["run", "--system=true"])
        #expect(Apus.normalized(["show", "--system=true"]) == ["show", "--system"])
    }

    @Test func optionsAreTypedAndCollected() throws {
        let options = try ModelOption.object(["temperature=0.5", "stop=a=b", "stop=c", "seed=7"])
        #expect(options == ["temperature": 0.5, "stop": ["a=b", "c"], "seed": 7])
        #expect(throws: StoreError.self) { try ModelOption.object(["seed=x"]) }
        #expect(throws: CommandFailure.self) { try ModelOption.object(["seed"]) }
    }

    @Test func pipedTextStandsBeforeThePrompt() {
        #expect(PromptInput.joined("text\n", "Summarize") == "text\n Summarize")
        #expect(PromptInput.joined("", "a") == "a")
        #expect(PromptInput.joined("b", "") == "b")
    }

    @Test func tokenIdsAreNumbers() throws {
        #expect(try EvalLogitsCommand.ids("1, 2,3") == [1, 2, 3])
        for text in ["", "1,,2", "-1", "x"] {
            #expect(throws: CommandFailure.self) { try EvalLogitsCommand.ids(text) }
        }
    }
}

struct TableTextTests {
    @Test func listingHasShortDigestsAndAges() {
        var remote = OllamaTags.Model(
            name: "far:cloud",
            modifiedAt: WireTime(seconds: 0),
            size: 5,
            digest: String(repeating: "b", count: 64),
            details: OllamaModelDetails()
        )
        remote.remoteModel = "far"
        let models = [
            OllamaTags.Model(
                name: "demo:latest",
                modifiedAt: WireTime(seconds: 10_000),
                size: 4_180_576,
                digest: String(repeating: "a", count: 64),
                details: OllamaModelDetails()
            ), remote,
        ]
        let table = ListCommand.table(of: models, now: Date(timeIntervalSince1970: 10_180))
        #expect(
            table.text == """
                NAME           ID              SIZE      MODIFIED
                demo:latest    aaaaaaaaaaaa    4.2 MB    3 minutes ago
                far:cloud      bbbbbbbbbbbb    -         3 hours ago

                """
        )
    }

    @Test(arguments: [
        (100, 0, "100% CPU"), (100, 100, "100% GPU"), (100, 75, "25%/75% CPU/GPU"),
        (100, 101, "Unknown"),
    ])
    func processorIsToldByShares(size: Int64, accelerated: Int64, words: String) {
        let model = OllamaLoaded.Model(
            name: "m",
            size: size,
            digest: "",
            details: OllamaModelDetails(),
            expiresAt: WireTime(seconds: 0),
            sizeVRAM: accelerated,
            contextLength: 4096
        )
        #expect(LoadedCommand.processor(of: model) == words)
        let table = LoadedCommand.table(of: [model], now: Date(timeIntervalSince1970: 1))
        #expect(table.text.contains("Stopping..."))
    }

    @Test func timingsAreAligned() {
        var metrics = OllamaMetrics()
        metrics.totalDuration = 1_500_000_000
        metrics.promptEvalCount = 30
        metrics.promptCachedCount = 20
        metrics.promptEvalDuration = 100_000_000
        metrics.evalCount = 7
        metrics.evalDuration = 3_000_000_000
        #expect(
            Timings.text(metrics) == """
                total duration:       1.5s
                prompt eval count:    30 token(s)
                prompt cached count:  20 token(s)
                prompt eval duration: 100ms
                prompt eval rate:     100.00 tokens/s
                eval count:           7 token(s)
                eval duration:        3s
                eval rate:            2.33 tokens/s

                """
        )
    }

    @Test func reportHasSections() {
        var details = OllamaModelDetails()
        details.quantizationLevel = "Q8_0"
        var response = OllamaShow.Response(
            details: details,
            modelInfo: [
                "general.architecture": "llama", "general.parameter_count": 4_000_000,
                "llama.context_length": 1024, "llama.expert_count": 8,
                "llama.expert_used_count": 2, "list": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            ],
            modifiedAt: WireTime(seconds: 0)
        )
        response.capabilities = ["completion", "tools"]
        response.parameters = "stop                           \"END\""
        response.license = "One\n\nTwo\nThree"
        #expect(
            ModelReport(response, isVerbose: false).text == """
                  Model
                    architecture      llama
                    parameters        4M
                    context length    1024
                    experts           8, 2 used per token
                    quantization      Q8_0

                  Capabilities
                    completion
                    tools

                  Parameters
                    stop    "END"

                  License
                    One
                    Two
                    ...


                """
        )
        let verbose = ModelReport(response, isVerbose: true).text
        #expect(verbose.contains("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...+2 more]"))
    }

    @Test func progressFitsTheWidth() {
        var lines = ProgressLines()
        _ = lines.report("gathering model components")
        let isNew = lines.report(
            "copying file",
            digest: "d",
            completed: 5_000_000,
            total: 10_000_000
        )
        let isKnown = lines.report(
            "copying file",
            digest: "d",
            completed: 6_000_000,
            total: 10_000_000
        )
        #expect(isNew && !isKnown)
        let shown = lines.lines(width: 60, tick: 3)
        #expect(shown.first == "gathering model components")
        #expect(shown.last?.contains("copying file  60% ▕█") == true)
        #expect(
            shown.last?.hasSuffix("▏ 6.0 MB/10 MB") == true
                || shown.last?.hasSuffix("▏ 6 MB/10 MB") == true
        )
        for width in [10, 20, 40, 80, 200] {
            #expect(
                lines.lines(width: width, tick: 0).allSatisfy { DisplayWidth.of($0) < width + 1 }
            )
        }
    }
}

struct CreationPlanTests {
    @Test func modelfileBecomesARequest() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        _ = try folder.write(Array("weights".utf8), to: "m.gguf")
        let text = """
            FROM ./m.gguf
            PARAMETER stop END
            PARAMETER stop FIN
            PARAMETER mirostat 1
            SYSTEM Be brief.
            LICENSE MIT
            MESSAGE user Hi
            """
        _ = try folder.write(Array(text.utf8), to: "Modelfile")
        let plan = try CreationPlan(modelfile: nil, folder: folder.url.path, home: "/nowhere")
        #expect(plan.warnings == ["parameter mirostat is deprecated"])
        #expect(plan.paths == [folder.path("m.gguf")])
        let request = plan.request(for: "new", digests: [folder.path("m.gguf"): "sha256:1"])
        #expect(request.model == "new" && request.from == nil)
        #expect(request.files == ["m.gguf": "sha256:1"])
        #expect(request.parameters == ["stop": ["END", "FIN"]])
        #expect(request.system == "Be brief." && request.license == ["MIT"])
        #expect(request.messages == [["role": "user", "content": "Hi"]])
    }

    @Test func modelsAreNamesWhereNoFileIs() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.write(Array("FROM demo\n".utf8), to: "Other")
        let plan = try CreationPlan(modelfile: path, folder: "/", home: "/nowhere")
        #expect(plan.request(for: "new", digests: [:]).from == "demo")
        #expect(plan.paths == [])
    }

    @Test func namedModelfileMustBeThere() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        #expect(throws: CommandFailure.self) {
            try CreationPlan(modelfile: "missing", folder: folder.url.path, home: "/nowhere")
        }
    }

    @Test func digestIsThatOfTheFile() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.write(Array("abc".utf8), to: "file")
        // FIPS 180-4, example of SHA-256.
        #expect(
            try FileDigest.of(path).text
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        #expect(throws: CommandFailure.self) { try FileDigest.of(folder.path("missing")) }
    }

    @Test func historyIsKeptAcrossSessions() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let file = HistoryFile(home: folder.url.path)
        #expect(file.load().entries == [])
        file.save(InputHistory(["one", "two\nthree"]))
        #expect(file.load().entries == ["one", "two", "three"])
        // A home that cannot be written is no error.
        HistoryFile(home: "/proc").save(InputHistory(["x"]))
    }
}
