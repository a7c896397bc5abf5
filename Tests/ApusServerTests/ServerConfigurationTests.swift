import ApusDialects
import ApusServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServerConfigurationTests {
    /// A value for every variable that differs from its default.
    private static let values = [
        "HOST": "0.0.0.0:1", "ORIGINS": "http://a.example", "ALLOWED_HOSTS": "a.example",
        "KEEP_ALIVE": "1h", "LOAD_TIMEOUT": "1m", "CONTEXT_LENGTH": "100", "NUM_PARALLEL": "4",
        "MAX_LOADED_MODELS": "2", "MAX_QUEUE": "3", "MAX_BODY": "1M", "MAX_BLOB": "1G",
        "NOPRUNE": "1", "NOHISTORY": "1", "KEEP_VOLATILE": "1", "NOREPLAY": "1", "DEBUG": "1",
        "PRIVATE_REGISTRIES": "10.0.0.1:5000", "COMPRESSION": "1", "DEBUG_LOG_REQUESTS": "1",
        "ANTHROPIC_DONE": "1",
    ]

    @Test(
        arguments: EnvironmentVariable.all.map(\.name).filter {
            !["MODELS", "CA_FILE"].contains($0)
        }
    )
    func everyVariableHasAnEffectUnderBothNames(_ name: String) throws {
        let value = try #require(Self.values[name])
        let ollama = try ServerConfiguration(environment: ["OLLAMA_" + name: value])
        let apus = try ServerConfiguration(
            environment: ["APUS_" + name: value, "OLLAMA_" + name: "1"])
        #expect(ollama != ServerConfiguration() && ollama == apus)
        #expect(EnvironmentVariable.helpText.contains("OLLAMA_\(name)"))
    }

    @Test func valuesAreReadAsOllamaReadsThem() throws {
        func read(_ name: String, _ value: String) throws -> ServerConfiguration {
            try ServerConfiguration(environment: ["OLLAMA_" + name: value])
        }
        #expect(try read("KEEP_ALIVE", "-1").keepAlive == .forever)
        #expect(try read("KEEP_ALIVE", "60").keepAlive == .nanoseconds(60_000_000_000))
        #expect(try read("LOAD_TIMEOUT", "0").loadTimeout == .forever)
        #expect(try read("LOAD_TIMEOUT", "-5m").loadTimeout == .forever)
        #expect(try read("NOPRUNE", "maybe").prunesAtStart == false)
        #expect(try read("NOPRUNE", "false").prunesAtStart)
        #expect(try read("NUM_PARALLEL", "0").parallelSequences == 1)
        #expect(try read("HOST", " \"example:99\" ").address.port == 99)
        #expect(try read("DEBUG", "2").logDetail == 2)
        #expect(try read("DEBUG", "true").logDetail == 1)
        #expect(try read("DEBUG", "0").logDetail == 0)
        #expect(try read("MAX_BODY", "2 MiB").maximumBodyBytes == 2 << 20)
    }

    @Test(arguments: ["MAX_QUEUE", "NUM_PARALLEL", "CONTEXT_LENGTH", "MAX_BODY", "KEEP_ALIVE"])
    func valuesThatCannotBeReadAreReported(_ name: String) throws {
        let configuration = try ServerConfiguration(environment: ["OLLAMA_" + name: "lots"])
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("\"lots\"") == true)
    }

    @Test(arguments: ["a.example", "http://*.a.*"])
    func originsThatCannotMatchAreRefused(_ origin: String) {
        let error = #expect(throws: ServerError.self) {
            try ServerConfiguration(environment: ["OLLAMA_ORIGINS": "http://b.example,\(origin)"])
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(origin) == true)
    }

    @Test func helpFitsATerminal() {
        for line in EnvironmentVariable.helpText.split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
        }
    }
}
