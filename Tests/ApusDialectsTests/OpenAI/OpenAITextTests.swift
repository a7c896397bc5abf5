import ApusConversation
import ApusDialects
import Testing

@Suite struct OpenAITextTests {
    @Test(arguments: [
        (#""a""#, [OpenAICompletion.Prompt.text("a")]), (#"["a","b"]"#, [.text("a"), .text("b")]),
        ("[1,2]", [.tokens([1, 2])]), ("[[1],[2,3]]", [.tokens([1]), .tokens([2, 3])]),
    ])
    func promptsAreRead(_ text: String, _ prompts: [OpenAICompletion.Prompt]) throws {
        #expect(try textRequest(#","prompt":\#(text)"#).prompts == prompts)
    }

    @Test func generationsCountPromptsTimesCandidates() throws {
        let request = try textRequest(#","prompt":["a",[7]],"n":2,"seed":5"#)
        #expect(request.generationCount == 4)
        let last = try request.generation(for: openAIModel(), index: 3)
        #expect(last.prompt == .tokens([7]) && last.sampling.seed == 6)
        #expect(last.maximumTokens == 16 && last.overflow == .refuse)
        let infill = try textRequest(#","prompt":"a","suffix":"b","max_tokens":0"#)
        let filled = try infill.generation(for: openAIModel())
        #expect(filled.prompt == .infill(prefix: "a", suffix: "b") && filled.maximumTokens == 0)
        #expect(
            openAIRefusal { try infill.generation(for: openAIModel(["completion"])) }?.param
                == "suffix"
        )
    }

    @Test(arguments: [
        (#""prompt":[]"#, "prompt"), (#""prompt":[1,"a"]"#, "prompt[1]"),
        (#""prompt":["a",1]"#, "prompt[1]"), (#""prompt":[[-1]]"#, "prompt[0][0]"),
        (#""prompt":{}"#, "prompt"), (#""x":1"#, "prompt"),
        (#""prompt":"a","n":3,"best_of":2"#, "best_of"),
        (#""prompt":"a","best_of":2,"stream":true"#, "best_of"),
        (#""prompt":"a","echo":true,"logprobs":1"#, "logprobs"),
        (#""prompt":"a","logprobs":6"#, "logprobs"),
    ])
    func refusalsNameTheField(_ members: String, _ param: String) {
        #expect(openAIRefusal { try textRequest("," + members) }?.param == param)
    }

    @Test func streamAndAnswerAgree() throws {
        let events: [GenerationEvent] = [
            .started(PromptUsage(tokens: 20, cachedTokens: 0)), openAIProbability("é", -0.5),
            .content("é"), openAIProbability("b", -1), .content("b"), openAIEnd(.length),
        ]
        let request = try textRequest(#","prompt":"p","logprobs":1"#)
        let head =
            #"{"id":"cmpl-7","object":"text_completion","created":1,"model":"m","system_fingerprint":"fp_1","choices":"#
        var framing = OpenAICompletion.Framing(openAIEnvelope, for: request)
        let frames = OpenAIShapes.note("text.chunks", events.flatMap { framing.frames(for: $0) })
        #expect(
            frames == [
                head
                    + #"[{"text":"é","index":0,"logprobs":{"tokens":["é"],"token_logprobs":[-0.5],"top_logprobs":[{"é":-0.5}],"text_offset":[0]},"finish_reason":null}]}"#,
                head
                    + #"[{"text":"b","index":0,"logprobs":{"tokens":["b"],"token_logprobs":[-1.0],"top_logprobs":[{"b":-1.0}],"text_offset":[1]},"finish_reason":null}]}"#,
                head + #"[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]}"#,
            ]
        )
        var answer = OpenAICompletion.Answer(openAIEnvelope, for: request)
        for event in events { answer.take(event) }
        #expect(
            OpenAIShapes.note("text", [answer.json]).joined().hasPrefix(
                head
                    + #"[{"text":"éb","index":0,"logprobs":{"tokens":["é","b"],"token_logprobs":[-0.5,-1.0],"top_logprobs":[{"é":-0.5},{"b":-1.0}],"text_offset":[0,1]},"finish_reason":"length"}],"usage":{"prompt_tokens":20,"#
            )
        )
    }

    @Test func theLikeliestCandidateIsKeptAndThePromptEchoed() throws {
        let request = try textRequest(#","prompt":"p","best_of":2,"echo":true"#)
        #expect(try request.generation(for: openAIModel()).sampling.logProbabilities)
        var answer = OpenAICompletion.Answer(openAIEnvelope, for: request)
        for (index, value) in [Float(-2), -1].enumerated() {
            answer.take(.started(PromptUsage(tokens: 20, cachedTokens: 0)), index: index)
            answer.take(openAIProbability("\(index)", value), index: index)
            answer.take(.content("\(index)"), index: index)
            answer.take(openAIEnd(tokens: 1), index: index)
        }
        #expect(answer.isComplete && answer.usage.completionTokens == 2)
        let choices = answer.json["choices"]?.arrayValue ?? []
        #expect(choices.count == 1 && choices[0]["text"] == "p1")
        #expect(choices[0]["logprobs"]?.isNull == true)
    }

    @Test func embeddingsAreNormalisedCutAndPacked() throws {
        func request(_ members: String) throws -> OpenAIEmbedding.Request {
            let text = #"{"model":"m","input":["a",[4]]"# + members + "}"
            return try OpenAIEmbedding.Request(OpenAIWire.body(Array(text.utf8)))
        }
        let plain = try request(#","dimensions":2"#)
        let inputs = try plain.embedding { tokens throws(OpenAIError) in "t\(tokens[0])" }
        #expect(inputs == EmbeddingRequest(inputs: ["a", "t4"], truncates: false))
        let result = EmbeddingResult(vectors: [[3, 4, 5]], tokens: 2)
        #expect(
            OpenAIShapes.note("embeddings", [try plain.answer(result)]).joined()
                == #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.6,0.8]}],"model":"m","usage":{"prompt_tokens":2,"total_tokens":2}}"#
        )
        let packed = try request(#","encoding_format":"base64""#)
        let answer = try packed.answer(EmbeddingResult(vectors: [[0, 1]], tokens: 1))
        #expect(answer["data"]?[0]?["embedding"] == "AAAAAAAAgD8=")
        #expect(
            openAIRefusal { try request(#","dimensions":9"#).answer(result) }?.param == "dimensions"
        )
        #expect(
            openAIRefusal { try request(#","encoding_format":"x""#) }?.param == "encoding_format"
        )
        let broken = EmbeddingResult(vectors: [[.nan]], tokens: 1)
        #expect(openAIRefusal { try packed.answer(broken) }?.status == 500)
    }

    @Test func modelsAndRankingsHaveTheirShapes() throws {
        let model = OpenAIModels.Model(id: "a/b", created: 3, owner: "library")
        OpenAIShapes.note("model", [model.json])
        #expect(
            OpenAIShapes.note("models", [OpenAIModels.list([model])]).joined()
                == #"{"object":"list","data":[{"id":"a/b","object":"model","created":3,"owned_by":"library"}]}"#
        )
        let text = #"{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1}"#
        let request = try OpenAIRerank.Request(OpenAIWire.body(Array(text.utf8)))
        let answer = try request.answer(id: "r", scores: [0.25, 0.5], tokens: 9)
        #expect(answer["results"] == [["index": 1, "relevance_score": 0.5]])
        #expect(
            openAIRefusal { try request.answer(id: "r", scores: [1], tokens: 9) }?.status == 500
        )
    }

    @Test func documentsRankByTheAngleToTheQuery() throws {
        let body: JSONObject = [
            "model": "m", "query": "q", "documents": ["a", "b", "c"], "return_documents": true,
        ]
        let request = try OpenAIRerank.Request(body)
        let wanted = try request.embedding(for: openAIModel(["embedding"]))
        #expect(wanted.inputs == ["q", "a", "b", "c"] && !wanted.truncates)
        let vectors: [[Float]] = [[2, 0], [0, 1], [3, 0], [0, 0]]
        let result = EmbeddingResult(vectors: vectors, tokens: 8)
        let answer = try request.answer(id: "r", result)
        let scores = answer["results"]?.arrayValue?.map { $0["relevance_score"]?.doubleValue }
        #expect(scores == [1, 0, 0])
        #expect(answer["results"]?[0]?["document"] == ["text": "b"])
        #expect(openAIRefusal { try request.embedding(for: openAIModel()) }?.param == "model")
        var cutting = body
        cutting["max_tokens_per_doc"] = 5
        #expect(openAIRefusal { try OpenAIRerank.Request(cutting) }?.param == "max_tokens_per_doc")
        var empty = body
        empty["documents"] = []
        #expect(openAIRefusal { try OpenAIRerank.Request(empty) }?.code == "empty_array")
    }
}
