internal import ApusConversation
internal import ApusDialects

/// What `/show` answers in an interactive session.
enum ShowInChat {
    /// The text for a subject; nil for a subject that there is not.
    static func text(
        of subject: String,
        _ response: OllamaShow.Response,
        _ settings: ChatSettings
    ) -> String? {
        switch subject {
        case "info":
            return ModelReport(response, isVerbose: false).text
        case "license":
            return part(response.license, "No license was specified for this model.")
        case "modelfile":
            return part(response.modelfile, "")
        case "parameters":
            return parameters(response, settings)
        case "system":
            let system = settings.system ?? response.system
            return part(system, "No system message was specified for this model.")
        case "template":
            return part(response.template, "No prompt template was specified for this model.")
        default:
            return nil
        }
    }

    private static func part(_ text: String?, _ absent: String) -> String {
        let text = text ?? ""
        return (text.isEmpty ? absent : text) + "\n\n"
    }

    private static func parameters(
        _ response: OllamaShow.Response,
        _ settings: ChatSettings
    ) -> String {
        let own = (response.parameters ?? "").split(whereSeparator: \.isNewline)
        var text =
            own.isEmpty
            ? "No additional parameters were specified for this model.\n"
            : "Model defined parameters:\n" + own.map { "  \($0)\n" }.joined()
        if !settings.options.isEmpty {
            text += "\nUser defined parameters:\n"
            for (name, value) in settings.options {
                let padding = String(repeating: " ", count: max(0, 30 - name.count))
                text += "  \(name)\(padding) \(value.jsonText())\n"
            }
        }
        return text + "\n"
    }
}
