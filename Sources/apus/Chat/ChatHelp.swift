/// The help of an interactive session.
enum ChatHelp {
    /// The help on a subject: `set`, `show`, `shortcuts`, or everything.
    static func text(on subject: String?) -> String {
        switch subject {
        case "set", "/set": section(set)
        case "show", "/show": section(show)
        case "shortcut", "shortcuts": section(shortcuts)
        default: section(commands) + "Use \"\"\" to begin a multi-line message.\n\n"
        }
    }

    private static func section(_ lines: [(String, String)]) -> String {
        let width = (lines.map(\.0.count).max() ?? 0) + 2
        let rows = lines.map { name, help in
            "  " + name + String(repeating: " ", count: width - name.count) + help + "\n"
        }
        return "Available Commands:\n" + rows.joined() + "\n"
    }

    private static let commands = [
        ("/set", "Set session variables"),
        ("/show", "Show model information"),
        ("/load <model>", "Load a session or model"),
        ("/save <model>", "Save your current session"),
        ("/list", "List models"),
        ("/clear", "Clear session context"),
        ("/bye", "Exit"),
        ("/?, /help", "Help for a command"),
        ("/? shortcuts", "Help for keyboard shortcuts"),
    ]

    private static let set = [
        ("/set parameter ...", "Set a parameter"),
        ("/set system <string>", "Set system message"),
        ("/set history", "Enable history"),
        ("/set nohistory", "Disable history"),
        ("/set wordwrap", "Enable wordwrap"),
        ("/set nowordwrap", "Disable wordwrap"),
        ("/set format json", "Enable JSON mode"),
        ("/set noformat", "Disable formatting"),
        ("/set verbose", "Show LLM stats"),
        ("/set quiet", "Disable LLM stats"),
        ("/set think [level]", "Enable thinking"),
        ("/set nothink", "Disable thinking"),
    ]

    private static let show = [
        ("/show info", "Show details for this model"),
        ("/show license", "Show model license"),
        ("/show modelfile", "Show Modelfile for this model"),
        ("/show parameters", "Show parameters for this model"),
        ("/show system", "Show system message"),
        ("/show template", "Show prompt template"),
    ]

    private static let shortcuts = [
        ("Ctrl + a", "Move to the beginning of the line (Home)"),
        ("Ctrl + e", "Move to the end of the line (End)"),
        ("Alt + b", "Move back one word"),
        ("Alt + f", "Move forward one word"),
        ("Ctrl + k", "Delete the rest of the line"),
        ("Ctrl + u", "Delete the line before the cursor"),
        ("Ctrl + w", "Delete the word before the cursor"),
        ("Ctrl + y", "Insert what was deleted last"),
        ("Ctrl + j", "Begin another line of the message"),
        ("Ctrl + l", "Clear the screen"),
        ("Ctrl + c", "Stop the model from responding"),
        ("Ctrl + d", "Exit (/bye)"),
        ("Ctrl + z", "Suspend"),
    ]
}
