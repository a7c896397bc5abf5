import ApusConversation
import Testing

@testable import ApusStore

/// Compares with what Ollama's own Go code answered.
@Suite struct OracleTests {
    @Test func namesAreValidAndDisplayedAsInOllama() throws {
        for row in try Oracle.rows("names") {
            let text = try #require(row["in"]?.stringValue)
            let name = try? ModelName(text)
            #expect((name != nil) == row["valid"]?.boolValue, "\(text)")
            guard let name else { continue }
            #expect(name.parts.joined(separator: "/") == row["path"]?.stringValue)
            #expect(name.shortest == row["short"]?.stringValue)
            #expect(name.scheme == row["scheme"]?.stringValue)
        }
    }

    @Test func modelfilesParseAsInOllama() throws {
        for row in try Oracle.rows("modelfiles") {
            let text = try #require(row["in"]?.stringValue)
            do throws(StoreError) {
                let modelfile = try Modelfile(text)
                let expected = row["commands"]?.arrayValue?.map { command in
                    command.arrayValue?.compactMap(\.stringValue) ?? []
                }
                #expect(modelfile.commands.map(pair) == expected, "\(text.debugDescription)")
            } catch {
                let expected = try #require(
                    row["error"]?.stringValue,
                    "\(text.debugDescription): \(error)"
                )
                #expect(
                    error.message == expected || isKnownDifference(error, expected, text),
                    "\(text.debugDescription): \(expected)"
                )
            }
        }
    }

    /// Ollama prints values that it cannot read back; those that it can are printed the same.
    @Test func modelfilesPrintAsInOllamaWhereThatReadsBack() throws {
        var compared = 0
        for row in try Oracle.rows("modelfiles") {
            guard let printed = row["printed"]?.stringValue,
                let text = row["in"]?.stringValue
            else { continue }
            let modelfile = try Modelfile(text)
            #expect(try Modelfile(modelfile.description) == modelfile)
            guard (try? Modelfile(printed)) == modelfile else { continue }
            #expect(modelfile.description == printed)
            compared += 1
        }
        #expect(compared > 100)
    }

    @Test func parameterTextsAreTypedAsInOllama() throws {
        for row in try Oracle.rows("parameters") {
            let name = try #require(row["name"]?.stringValue)
            let text = try #require(row["text"]?.stringValue)
            do throws(StoreError) {
                let value = try ParameterTable.value(of: name, text: text)
                #expect(
                    JSONSerializer.go.string(value.json) == row["json"]?.stringValue,
                    "\(name) \(text)"
                )
            } catch {
                // Infinities pass Ollama's parser and fail in its JSON encoder, with its own text.
                let expected = try #require(row["error"]?.stringValue, "\(name) \(text)")
                #expect(error.message == expected || expected.contains("json: unsupported value"))
            }
        }
    }

    @Test func sizesAndCountsReadAsInOllama() throws {
        for row in try Oracle.rows("sizes") {
            let size = try #require(row[0]?.intValue)
            #expect(HumanFormats.bytes(Int64(size)) == row[1]?.stringValue)
            #expect(HumanFormats.parameterCount(UInt64(size)) == row[2]?.stringValue)
        }
    }

    @Test func durationsReadAsInOllama() throws {
        for row in try Oracle.rows("seconds") {
            let seconds = try #require(row[0]?.doubleValue)
            #expect(HumanFormats.duration(seconds: seconds) == row[1]?.stringValue, "\(seconds)")
        }
    }

    @Test func versionsAreAcceptedAsInOllama() throws {
        for row in try Oracle.rows("versions") {
            let text = try #require(row[0]?.stringValue)
            let modelfile = Modelfile(commands: [.from("x"), .requires(text)])
            let version = try? modelfile.recipe().requires
            #expect((version != nil) == row[1]?.boolValue, "\(text)")
            if let version { #expect(!version.hasPrefix("v")) }
        }
    }

    @Test func manifestsAreWrittenByteForByteAsByOllama() throws {
        let text = try Oracle.text("manifest")
        let manifest = try Manifest(Array(text.utf8))
        #expect(String(decoding: manifest.bytes, as: UTF8.self) == text)
        #expect(manifest.layers.map(\.from) == ["a<b>:latest", nil])
        #expect(manifest.layers.map(\.name) == [nil, "x&y"])
        #expect(manifest.sizeBytes == 1 << 40 + 5)
    }

    @Test(arguments: ["config", "emptyConfig"])
    func configurationsAreWrittenByteForByteAsByOllama(key: String) throws {
        let text = try Oracle.text(key)
        let config = try ModelConfig(Array(text.utf8))
        #expect(String(decoding: config.bytes, as: UTF8.self) == text)
    }

    @Test func parameterAndMessageLayersAreWrittenByteForByteAsByOllama() throws {
        var content = ModelContent()
        content.parameters = JSONObject([
            "temperature": .number(0.7), "num_ctx": .integer(1_048_576), "top_p": .number(1e-7),
            "stop": .strings(["</s>", "\u{2028}\u{1}\t\"\\"]), "use_mmap": .boolean(true),
            "min_p": .number(1e21), "top_k": .number(100_000),
        ])
        content.messages = [
            StoredMessage(role: "user", content: "a & b"),
            StoredMessage(role: "assistant", content: "café\n"),
        ]
        let texts = content.layers.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts == [try Oracle.text("params"), try Oracle.text("messages")])
    }

    /// A word that the end of its line or of the file ends: Ollama names the line after it, or only
    /// the end of the file; here the message names the word's own line.
    ///
    /// A value whose quotes are not closed has a line here, too.
    private func isKnownDifference(_ error: StoreError, _ expected: String, _ text: String) -> Bool
    {
        guard case .invalidModelfile(let line) = error.code, line > 0 else { return false }
        if error.message == "(line \(line)): \(expected)" { return true }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard !lines[line - 1].drop(while: { $0 == " " }).contains(" ") else { return false }
        let nextLine = error.message.replacing("(line \(line))", with: "(line \(line + 1))")
        return expected == nextLine || expected == "unexpected EOF"
    }

    /// A statement as Ollama's parser holds it.
    private func pair(_ command: Modelfile.Command) -> [String] {
        switch command {
        case .from(let value): ["model", value]
        case .parameter(let name, let value): [name, value]
        case .template(let value): ["template", value]
        case .system(let value): ["system", value]
        case .adapter(let value): ["adapter", value]
        case .draft(let value): ["draft", value]
        case .renderer(let value): ["renderer", value]
        case .parser(let value): ["parser", value]
        case .license(let value): ["license", value]
        case .message(let role, let content): ["message", "\(role): \(content)"]
        case .requires(let value): ["requires", value]
        }
    }
}
