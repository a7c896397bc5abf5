import ApusConversation
import ApusDialects
import Testing

@testable import apus

struct ChatInputTests {
    @Test(arguments: [
        ("hello", ChatInput.message("hello")), ("  ", .nothing), ("/bye", .command(["bye"])),
        (" /set  verbose ", .command(["set", "verbose"])),
        ("/set system You are  brief.", .command(["set", "system", "You are  brief."])),
        ("\"\"\"one\ntwo\"\"\"", .message("one\ntwo")),
        ("\"\"\"\none\n\"\"\"", .message("one")), ("/etc\n/usr", .message("/etc\n/usr")),
        (
            "/set system \"\"\"You are\nbrief.\"\"\"",
            .command(["set", "system", "You are\nbrief."])
        ),
    ])
    func readsWhatWasEntered(text: String, input: ChatInput) {
        #expect(ChatInput(text) == input)
    }

    @Test(arguments: [
        ("\"\"\"", false), ("\"\"\"a", false), ("\"\"\"a\"\"\"", true), ("\"\"\"\"\"\"", true),
        ("a \"\"\"", true), ("/set system \"\"\"a", false), ("/set system \"\"\"a\"\"\"", true),
    ])
    func quotedTextIsCompleteWithItsEnd(text: String, isComplete: Bool) {
        #expect(ChatInput.isComplete(text) == isComplete)
    }
}

struct SetCommandTests {
    @Test func parametersAreTyped() throws {
        var settings = ChatSettings(model: "m")
        let answer = try SetCommand.perform(["parameter", "top_k", "5"], on: &settings)
        #expect(answer == .done("Set parameter 'top_k' to '5'"))
        _ = try SetCommand.perform(["parameter", "stop", "A", "B"], on: &settings)
        #expect(settings.options == ["top_k": 5, "stop": ["A", "B"]])
        let refusal = try SetCommand.perform(["parameter", "top_k", "x"], on: &settings)
        #expect(refusal == .refused("Couldn't set parameter: \"invalid int value [x]\""))
        let unknown = try SetCommand.perform(["parameter", "no", "1"], on: &settings)
        #expect(unknown == .refused("Couldn't set parameter: \"unknown parameter 'no'\""))
    }

    @Test func modesChangeAndChangeBack() throws {
        var settings = ChatSettings(model: "m")
        for (words, answer) in [
            (["verbose"], "Set 'verbose' mode."), (["nowordwrap"], "Set 'nowordwrap' mode."),
            (["format", "json"], "Set format to 'json' mode."), (["think"], "Set 'think' mode."),
            (["system", "Be brief."], "Set system message."),
        ] {
            #expect(try SetCommand.perform(words, on: &settings) == .done(answer))
        }
        #expect(settings.isVerbose && !settings.wraps && settings.format == "json")
        #expect(settings.think == .on && settings.system == "Be brief.")
        for word in ["quiet", "wordwrap", "noformat", "nothink"] {
            _ = try SetCommand.perform([word], on: &settings)
        }
        #expect(!settings.isVerbose && settings.wraps && settings.format == nil)
        #expect(settings.think == .off)
        let unknown = try SetCommand.perform(["x"], on: &settings)
        #expect(unknown == .refused("Unknown command '/set x'. Type /? for help"))
    }
}

struct ShowInChatTests {
    private let response: OllamaShow.Response = {
        var response = OllamaShow.Response(
            details: OllamaModelDetails(),
            modelInfo: [:],
            modifiedAt: WireTime(seconds: 0)
        )
        response.parameters = "stop                           \"END\""
        return response
    }()

    @Test func missingPartsAreSaidToBeMissing() {
        let settings = ChatSettings(model: "m")
        let shown = ["license", "system", "template"].map {
            ShowInChat.text(of: $0, response, settings)
        }
        #expect(
            shown == [
                "No license was specified for this model.\n\n",
                "No system message was specified for this model.\n\n",
                "No prompt template was specified for this model.\n\n",
            ]
        )
        #expect(ShowInChat.text(of: "x", response, settings) == nil)
    }

    @Test func ownAndSetParametersAreToldApart() {
        var settings = ChatSettings(model: "m")
        settings.options["top_k"] = 5
        let gap = String(repeating: " ", count: 26)
        #expect(
            ShowInChat.text(of: "parameters", response, settings)
                == "Model defined parameters:\n  stop\(gap) \"END\"\n\n"
                + "User defined parameters:\n  top_k\(gap.dropLast()) 5\n\n"
        )
    }
}
