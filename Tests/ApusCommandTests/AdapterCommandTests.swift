import ApusConversation
import Foundation
import Testing

/// Adapters from the command line, with the real program and the bundled model.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AdapterCommandTests {
    /// A safetensors file of F32 tensors filled with a wave.
    private static func safetensors(_ shapes: [(name: String, shape: [Int])]) -> Data {
        var header = JSONObject()
        var data = Data()
        for (name, shape) in shapes {
            let count = shape.reduce(1, *)
            header[name] = [
                "dtype": "F32", "shape": .array(shape.map { .integer(Int64($0)) }),
                "data_offsets": [
                    .integer(Int64(data.count)), .integer(Int64(data.count + 4 * count)),
                ],
            ]
            for index in 0..<count {
                let number = sin(Float(index) * 0.7)
                withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
        }
        let text = Data(JSONValue.object(header).jsonText().utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        return length + text + data
    }

    @Test func aModelfileWithAnAdapterMakesAnotherModel() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-adapter-\(UUID().uuidString)")
        let adapter = folder.appending(path: "adapter")
        try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let models = folder.appending(path: "models").path
        func write(_ text: String, to url: URL) throws { try Data(text.utf8).write(to: url) }
        let module = "base_model.model.model.layers.2.self_attn.o_proj"
        try Self.safetensors([
            ("\(module).lora_A.weight", [2, 192]), ("\(module).lora_B.weight", [192, 2]),
        ]).write(to: adapter.appending(path: "adapter_model.safetensors"))
        let settings = adapter.appending(path: "adapter_config.json")
        try write(#"{"peft_type": "LORA", "r": 2, "lora_alpha": 4}"#, to: settings)
        let modelfile = folder.appending(path: "Modelfile")
        try write("FROM demo\nADAPTER ./adapter\nPARAMETER temperature 0\n", to: modelfile)
        func apus(_ arguments: String...) throws -> EndToEndTests.Outcome {
            try EndToEndTests.apus(arguments, models: models)
        }

        let made = try apus("create", "mine", "-f", modelfile.path)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.contains("converting adapter"), "\(made.errors)")
        let shown = try apus("show", "mine", "--modelfile")
        #expect(shown.output.contains("\nADAPTER \(models)/blobs/sha256-"), "\(shown.output)")
        let answer = try apus("run", "mine", "Hello!", "--think=false")
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(try answer.output != apus("run", "demo", "Hello!", "--think=false").output)

        // What `show` printed makes the same model again, from GGUF.
        let again = folder.appending(path: "Again")
        try write(shown.output, to: again)
        let remade = try apus("create", "again", "-f", again.path)
        #expect(remade.status == 0, "\(remade.errors)")
        #expect(try apus("run", "again", "Hello!", "--think=false").output == answer.output)

        // Errors come while the model is made.
        try write(
            #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "use_dora": true}"#,
            to: settings
        )
        let refused = try apus("create", "other", "-f", modelfile.path)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("'use_dora'"), "\(refused.errors)")
    }
}
