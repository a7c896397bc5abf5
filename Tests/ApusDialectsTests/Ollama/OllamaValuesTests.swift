import ApusConversation
import ApusDialects
import Testing

@Suite struct OllamaOptionsTests {
    @Test(arguments: [
        (#"{"num_ctx":"4096"}"#, #"option "num_ctx" must be of type integer"#),
        (#"{"num_ctx":1e300}"#, #"option "num_ctx" must be of type integer"#),
        (#"{"temperature":"hot"}"#, #"option "temperature" must be of type float32"#),
        (#"{"temperature":1e99}"#, #"option "temperature" must be of type float32"#),
        (#"{"use_mmap":1}"#, #"option "use_mmap" must be of type boolean"#),
        (#"{"stop":"x"}"#, #"option "stop" must be of type array"#),
        (#"{"stop":[1]}"#, #"option "stop" must be of an array of strings"#),
    ])
    func wrongTypesAreRefusedInOllamasWords(_ text: String, _ message: String) throws {
        let object = try #require(JSONValue(json: text).objectValue)
        var options = OllamaOptions()
        #expect(throws: DialectError(.invalidOption, message)) { try options.apply(object) }
    }

    @Test func everyOptionIsRead() throws {
        let object = try #require(
            JSONValue(
                json: """
                    {"num_ctx":4096.9,"num_batch":1,"num_gpu":-1,"main_gpu":2,"use_mmap":false,
                    "num_thread":3,"draft_num_predict":4,"num_keep":5,"seed":42,"num_predict":6,
                    "top_k":7,"top_p":0.5,"min_p":0.25,"typical_p":0.75,"repeat_last_n":8,
                    "temperature":0,"repeat_penalty":1.5,"presence_penalty":0.125,
                    "frequency_penalty":2,"stop":["a","b"],"mirostat":1,"num_ctxx":1}
                    """
            ).objectValue
        )
        var options = OllamaOptions()
        try options.apply(object)
        #expect(options.loading.contextLength == 4096 && options.loading.batchSize == 1)
        #expect(options.loading.acceleratedLayers == -1 && options.loading.mainAccelerator == 2)
        #expect(options.loading.mapsWeights == false && options.loading.threads == 3)
        #expect(options.loading.draftTokens == 4 && options.keptTokens == 5)
        #expect(options.sampling.seed == 42 && options.maximumTokens == 6)
        #expect(options.sampling.topK == 7 && options.sampling.topP == 0.5)
        #expect(options.sampling.minP == 0.25 && options.sampling.typicalP == 0.75)
        #expect(options.sampling.repeatLastN == 8 && options.sampling.temperature == 0)
        #expect(options.sampling.repeatPenalty == 1.5)
        #expect(options.sampling.presencePenalty == 0.125)
        #expect(options.sampling.frequencyPenalty == 2 && options.stop == ["a", "b"])
        #expect(options.unknown == ["mirostat", "num_ctxx"])
        try options.apply(["seed": -1, "stop": nil, "num_predict": 0])
        #expect(options.sampling.seed == nil && options.stop == ["a", "b"])
        var request = GenerationRequest(prompt: .text(""))
        options.apply(to: &request)
        #expect(request.maximumTokens == nil)
    }
}

@Suite struct GoDurationTests {
    @Test(arguments: [
        ("0", Int64(0), "0s"), ("5m", 300_000_000_000, "5m0s"),
        ("1h30m", 5_400_000_000_000, "1h30m0s"), ("1.5s", 1_500_000_000, "1.5s"),
        ("-1m", -60_000_000_000, "-1m0s"), ("100ms", 100_000_000, "100ms"),
        ("1µs", 1000, "1µs"), ("1us", 1000, "1µs"), ("7ns", 7, "7ns"),
        (".5h", 1_800_000_000_000, "30m0s"),
        ("24h", 86_400_000_000_000, "24h0m0s"), ("+2s", 2_000_000_000, "2s"),
    ])
    func readsAndWritesGosSpelling(_ text: String, _ nanoseconds: Int64, _ written: String) throws {
        #expect(try GoDuration.parse(text) == nanoseconds)
        #expect(GoDuration.format(nanoseconds) == written)
        #expect(try GoDuration.parse(written) == nanoseconds)
    }

    @Test(arguments: [
        ("", #"time: invalid duration """#), ("5", #"time: missing unit in duration "5""#),
        ("m", #"time: invalid duration "m""#), ("3x", #"time: unknown unit "x" in duration "3x""#),
        ("9999999999h", #"time: invalid duration "9999999999h""#),
        ("99999999999999999999s", #"time: invalid duration "99999999999999999999s""#),
        (".s", #"time: invalid duration ".s""#), ("--1s", #"time: invalid duration "--1s""#),
    ])
    func refusesInGosWords(_ text: String, _ message: String) {
        #expect(throws: DialectError(.invalidValue, message)) { try GoDuration.parse(text) }
    }
}

@Suite struct KeepAliveTests {
    @Test(arguments: [
        ("300", OllamaKeepAlive.nanoseconds(300_000_000_000), #""5m0s""#),
        ("0.5", .nanoseconds(500_000_000), #""500ms""#), ("0", .nanoseconds(0), #""0s""#),
        ("-1", .forever, "-1"), (#""-5m""#, .forever, "-1"), ("1e300", .forever, "-1"),
        (#""10m""#, .nanoseconds(600_000_000_000), #""10m0s""#),
    ])
    func readsSecondsAndDurations(
        _ json: String,
        _ value: OllamaKeepAlive,
        _ written: String
    ) throws {
        #expect(try read(OllamaKeepAlive.self, json) == value)
        #expect(try line(value) == written)
    }

    @Test func environmentValuesMayBeWholeSeconds() throws {
        #expect(try OllamaKeepAlive(text: "60") == .nanoseconds(60_000_000_000))
        #expect(try OllamaKeepAlive(text: "-1") == .forever)
        #expect(try OllamaKeepAlive(text: "1m") == .nanoseconds(60_000_000_000))
        #expect(throws: DialectError.self) { try OllamaKeepAlive(text: "soon") }
    }
}

@Suite struct WireTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0), Int32(0)),
        ("2026-08-21T10:00:00.12Z", 1_787_306_400, 120_000_000),
        ("2024-02-29T23:59:59.999999999Z", 1_709_251_199, 999_999_999),
        ("1969-12-31T23:59:59Z", -1, 0), ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0), ("2000-03-01T00:00:00Z", 951_868_800, 0),
    ])
    func readsAndWritesUTC(_ text: String, _ seconds: Int64, _ nanoseconds: Int32) throws {
        let time = WireTime(seconds: seconds, nanoseconds: nanoseconds)
        #expect(time.description == text)
        #expect(WireTime(text) == time)
    }

    @Test func otherOffsetsBecomeUTC() {
        #expect(
            WireTime("2026-08-21T12:30:00.5+02:30")?.description == "2026-08-21T10:00:00.5Z"
        )
        #expect(WireTime("2026-08-21T05:00:00-05:00")?.description == "2026-08-21T10:00:00Z")
    }

    @Test(arguments: ["", "2026-08-21", "2026-13-01T00:00:00Z", "2026-08-21T10:00:00", "x"])
    func otherTextsAreNoTimes(_ text: String) { #expect(WireTime(text) == nil) }

    @Test func advancingCarries() {
        let time = WireTime(seconds: 10, nanoseconds: 900_000_000)
        #expect(time.advanced(byNanoseconds: 200_000_000).description.hasSuffix("11.1Z"))
        #expect(time.advanced(byNanoseconds: -1_000_000_000).description.hasSuffix("09.9Z"))
        #expect(
            WireTime(seconds: 0).advanced(byNanoseconds: -1).description
                == "1969-12-31T23:59:59.999999999Z"
        )
    }
}

@Suite struct HostAddressTests {
    @Test(arguments: [
        ("", "http://127.0.0.1:11434"), ("1.2.3.4", "http://1.2.3.4:11434"),
        ("example", "http://example:11434"), (":1234", "http://127.0.0.1:1234"),
        ("example:56789", "http://example:56789"), ("example:0", "http://example:0"),
        ("http://1.2.3.4", "http://1.2.3.4:80"), ("https://1.2.3.4", "https://1.2.3.4:443"),
        ("https://1.2.3.4:4321", "https://1.2.3.4:4321"), ("[::1]", "http://[::1]:11434"),
        ("[::1]:1337", "http://[::1]:1337"), ("::1", "http://[::1]:11434"),
        ("example:-1", "http://example:11434"), ("example:70000", "http://example:11434"),
        ("https://example:66000/", "https://example:443"), (" \"example:1\" ", "http://example:1"),
        ("0.0.0.0", "http://127.0.0.1:11434"), ("[::]:1", "http://[::1]:1"),
        ("https://example.com/ollama/", "https://example.com:443/ollama"),
        ("ollama.com", "https://ollama.com:443"),
    ])
    func everySpellingHasAnAddress(_ text: String, _ url: String) {
        #expect(HostAddress(text).connectURL == url)
    }

    @Test func badPortsAreReported() {
        #expect(HostAddress("x:70000").warning?.contains("70000") == true)
        #expect(HostAddress("x:7000").warning == nil)
    }
}

@Suite struct OllamaEmbedTests {
    @Test(arguments: [
        (#"{"input":"a"}"#, ["a"] as [String]?), (#"{"input":["a","b"]}"#, ["a", "b"]),
        (#"{"input":""}"#, nil), (#"{"input":[]}"#, nil), ("{}", nil), (#"{"input":null}"#, nil),
    ])
    func inputsAreTextsOrLists(_ body: String, _ inputs: [String]?) throws {
        #expect(try read(OllamaEmbed.Request.self, body).embedding()?.inputs == inputs)
    }

    @Test(arguments: [#"{"input":5}"#, #"{"input":["a",1]}"#, #"{"input":{}}"#])
    func otherInputsAreRefused(_ body: String) throws {
        let request = try read(OllamaEmbed.Request.self, body)
        #expect(throws: DialectError(.invalidValue, "invalid input type")) {
            try request.embedding()
        }
    }

    @Test func vectorsHaveLengthOneAlsoWhenCut() throws {
        let result = EmbeddingResult(vectors: [[3, 4, 12]], tokens: 2)
        func response(_ dimensions: Int?) throws -> OllamaEmbed.Response {
            try OllamaEmbed.Response(
                result,
                model: "m",
                dimensions: dimensions,
                totalNanoseconds: 5,
                loadNanoseconds: 0
            )
        }
        #expect(try response(2).embeddings == [[0.6, 0.8]])
        #expect(try response(9).embeddings[0].count == 3)
        #expect(
            try line(response(2))
                == #"{"model":"m","embeddings":[[0.6,0.8]],"total_duration":5,"prompt_eval_count":2}"#
        )
        #expect(
            throws: DialectError(.invalidResult, "embedding contains NaN or Inf values")
        ) {
            try OllamaEmbed.Response(
                EmbeddingResult(vectors: [[.nan]], tokens: 1),
                model: "m",
                dimensions: nil,
                totalNanoseconds: 1,
                loadNanoseconds: 1
            )
        }
    }

    @Test func earlyClientsGetTheVectorAsItIs() throws {
        let result = EmbeddingResult(vectors: [[3, 4]], tokens: 2)
        #expect(try line(OllamaEmbeddings.Response(result)) == #"{"embedding":[3,4]}"#)
        #expect(try line(OllamaEmbeddings.Response(nil)) == #"{"embedding":[]}"#)
    }
}
