internal import FoundationEssentials

/// `~/.ollama/history`: one line an entry, the oldest first, shared with Ollama.
///
/// History is a convenience: a home that cannot be read or written is no reason to complain.
struct HistoryFile: Sendable {
    private static let maximumBytes = 1 << 20

    let path: String

    /// The history file in a home folder.
    init(home: String) { path = "\(home)/.ollama/history" }

    /// What the file has; nothing when there is none.
    func load() -> InputHistory {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
            data.count <= Self.maximumBytes
        else { return InputHistory() }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        return InputHistory(lines.map(String.init))
    }

    /// Writes the history, readable by nobody else.
    func save(_ history: InputHistory) {
        let lines = history.entries.flatMap { $0.split(whereSeparator: \.isNewline) }
        let text = lines.suffix(InputHistory.limit).map { $0 + "\n" }.joined()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let manager = FileManager.default
        try? manager.createDirectory(at: folder, withIntermediateDirectories: true)
        guard (try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)) != nil
        else { return }
        try? manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
