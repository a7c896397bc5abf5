import ApusChat
import ApusConversation
import ApusDialects
import Foundation
import Testing

@testable import apus

/// What templates are given, before anything is rendered.
struct TemplateVariablesTests {
    @Test(arguments: [
        """
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {"role": "assistant", "content": null, "reasoning_content": "Hm.", "tool_calls": [{"id": "1",
        "function": {"name": "f", "arguments": "{\\"b\\": 1, \\"a\\": 2}"}}]}], "enable_thinking": true,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]}
        """,
        """
        {"Messages": [{"Role": "user", "Content": "Hi"}, {"Role": "assistant", "Thinking": "Hm.",
        "ToolCalls": [{"ID": "1", "Function": {"Name": "f", "Arguments": {"b": 1, "a": 2}}}]}],
        "Think": true, "IsThinkSet": true,
        "Tools": [{"Function": {"Name": "f", "Parameters": {"type": "object"}}}]}
        """,
    ])
    func namesAreFoundInEverySpelling(text: String) throws {
        let input = TemplateVariables(try #require(JSONParser.parse(text).objectValue))
        let call = ToolCall(id: "1", name: "f", arguments: ["b": 1, "a": 2])
        #expect(
            input.conversation
                == Conversation(
                    messages: [
                        Message(role: "user", content: "Hi"),
                        Message(role: "assistant", thinking: "Hm.", toolCalls: [call]),
                    ],
                    tools: [Tool(name: "f", parameters: ["type": "object"])],
                    thinking: .on
                )
        )
        #expect(
            input.conversation.messages[1].toolCalls[0].arguments.objectValue?.keys == ["b", "a"]
        )
        #expect(input.suffix == nil)
    }

    @Test func systemAndPromptAreMessages() {
        let input = TemplateVariables(["System": "S", "prompt": "P", "response": "R"])
        #expect(
            input.conversation.messages == [
                Message(role: "system", content: "S"), Message(role: "user", content: "P"),
                Message(role: "assistant", content: "R"),
            ]
        )
        #expect(TemplateVariables(["prompt": "P", "Suffix": "x"]).suffix == "x")
        #expect(TemplateVariables(["think": false]).conversation.thinking == .off)
        #expect(TemplateVariables(["Think": "low"]).conversation.thinking == .effort("low"))
        #expect(TemplateVariables([:]).conversation.thinking == nil)
    }

    @Test(arguments: [
        "2025", "2025-02-30", "2025-2-3", "2025-02-03T", "2025-02-03T25:00:00", "2025-13-01",
        "2025-02-03 04:05:06", "-025-02-03", "2025-02-00", "",
    ])
    func wrongDatesAreRefused(text: String) {
        #expect(throws: CommandFailure.self) { try ChatDate(text: text) }
    }

    @Test func datesAreRead() throws {
        #expect(try ChatDate(text: "2024-02-29") == ChatDate(year: 2024, month: 2, day: 29))
        let date = ChatDate(year: 2025, month: 2, day: 3, hour: 4, minute: 5, second: 6)
        #expect(try ChatDate(text: "2025-02-03T04:05:06") == date)
    }

    private static func shown() -> OllamaShow.Response {
        var response = OllamaShow.Response(
            details: OllamaModelDetails(),
            modelInfo: [
                "tokenizer.ggml.tokens": ["a", "<s>", "</s>"], "tokenizer.ggml.bos_token_id": 1,
                "tokenizer.ggml.eos_token_id": 2, "tokenizer.chat_template.tool_use": "{% if 1 %}T",
                "tokenizer.chat_template.rag": "{% if 1 %}R",
            ],
            modifiedAt: WireTime(seconds: 0)
        )
        response.template = "{% if 1 %}D"
        response.modelfile = "FROM x\n"
        return response
    }

    @Test func modelsTemplateIsChosenAsWhenTheModelRuns() throws {
        var response = Self.shown()
        let plain = try TemplateText(response, name: nil, hasTools: false)
        #expect(plain.source == "{% if 1 %}D" && plain.isJinja)
        #expect(plain.beginningText == "<s>" && plain.endText == "</s>")
        #expect(try TemplateText(response, name: nil, hasTools: true).source == "{% if 1 %}T")
        #expect(try TemplateText(response, name: "rag", hasTools: true).source == "{% if 1 %}R")
        let failure = #expect(throws: CommandFailure.self) {
            try TemplateText(response, name: "x", hasTools: true)
        }
        #expect(failure?.message.contains("'tool_use', 'rag'") == true)
        // A template that was set for the model stands above those of the weights.
        response.modelfile = "FROM x\nTEMPLATE \"{{ .Prompt }}\"\n"
        response.template = "{{ .Prompt }}"
        let set = try TemplateText(response, name: nil, hasTools: true)
        #expect(set.source == "{{ .Prompt }}" && !set.isJinja)
    }

    @Test(arguments: [
        ["template", "render", "--input", "x"],
        ["template", "render", "--input", "x", "--model", "m", "--file", "f"],
        ["template", "render", "--input", "x", "--file", "f", "--name", "n"],
        ["template", "render", "--model", "m"],
    ])
    func wrongUsageIsRefused(arguments: [String]) {
        #expect(throws: (any Error).self) { try Apus.command(for: arguments) }
    }
}

extension EndToEndTests {
    /// A folder with files, for as long as `body` runs.
    private func withFiles(
        _ files: [String: String],
        _ body: (_ path: (String) -> String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "apus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        try body { folder.appending(path: $0).path }
    }

    @Test func templateSeesAllVariablesAndTheDate() throws {
        let template =
            "{% for m in messages %}{{ m.content }}{% endfor %}|{{ other|tojson }}|{{ bos_token }}|"
            + "{{ strftime_now('%d %b %Y %H') }}\n\n"
        let variables =
            #"{"messages": [{"role": "user", "content": "é"}], "other": {"b": [1, null], "a": 2.0}, "#
            + #""bos_token": "<s>"}"#
        try withFiles(["t.jinja": template]) { path in
            let outcome = try Self.apus(
                ["template", "render", "--file", path("t.jinja"), "--input", "-"]
                    + ["--date", "2025-02-03T04:05:06"],
                input: variables
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == "é|{\"b\": [1, null], \"a\": 2.0}|<s>|03 Feb 2025 04\n")
        }
    }

    @Test func goTemplateGetsOllamasData() throws {
        let template = "{{ if .System }}[{{ .System }}]{{ end }}{{ .Prompt }}>{{ .Response }}!"
        try withFiles([
            "t.gotmpl": template,
            "v.json": #"{"System": "S", "messages": [{"role": "user", "content": "U"}]}"#,
        ]) { path in
            let outcome = try Self.apus([
                "template", "render", "--file", path("t.gotmpl"), "--input", path("v.json"),
            ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == "[S]U>")
        }
    }

    @Test func demosTemplateIsRendered() throws {
        let outcome = try Self.apus(
            ["template", "render", "--model", "demo", "--input", "-"],
            input:
                #"{"messages": [{"role": "user", "content": "Hello"}], "add_generation_prompt": true}"#
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Hello"))
    }

    @Test func templateErrorsNameTheirPlace() throws {
        try withFiles([
            "bad.jinja": "a\n{{ 1 + }}", "raise.jinja": "\n{{ raise_exception('no tools') }}",
            "v.json": "{}", "broken.json": "{", "list.json": "[]",
        ]) { path in
            for (file, input, words) in [
                ("bad.jinja", "v.json", "line 2"), ("raise.jinja", "v.json", "no tools"),
                ("none.jinja", "v.json", "none.jinja"), ("bad.jinja", "none.json", "none.json"),
                ("bad.jinja", "broken.json", "broken.json"),
                ("bad.jinja", "list.json", "list.json"),
            ] {
                let outcome = try Self.apus([
                    "template", "render", "--file", path(file), "--input", path(input),
                ])
                #expect(outcome.status == 1 && outcome.output.isEmpty)
                #expect(outcome.errors.contains(words), "\(outcome.errors)")
            }
        }
    }
}
