internal import ApusConversation

/// The files of a checkpoint in the layout of Hugging Face, by name.
package struct CheckpointFiles: Sendable {
    /// A file: what it is called, and where it is.
    package typealias File = (name: String, path: String)

    /// Largest JSON file that is read; the largest tokenizers known have 40 MB.
    static let maximumTextBytes = 256 << 20
    /// Most values in a JSON file; the largest tokenizers known have two million.
    static let maximumValues = 1 << 23

    private let files: [File]

    /// These files; names are relative to the checkpoint's folder.
    package init(_ files: [File]) { self.files = files }

    /// The files with weights, in order.
    var shards: [File] {
        files.filter { $0.name.lowercased().hasSuffix(".safetensors") }.sorted { $0.name < $1.name }
    }

    /// The list of which tensor is in which file, where there is one.
    var index: JSONValue? {
        get throws {
            let names = files.map(\.name).filter { $0.hasSuffix(".safetensors.index.json") }
            guard let name = names.min() else { return nil }
            return try json(name)
        }
    }

    /// The chat templates beside the usual one, `additional_chat_templates/NAME.jinja`, by name.
    var templates: [(name: String, text: String)] {
        get throws {
            try files.map(\.name).sorted().compactMap { path in
                let name = path.split(separator: "/").last?.dropLast(6) ?? ""
                guard path.hasPrefix("additional_chat_templates/"), path.hasSuffix(".jinja"),
                    !name.isEmpty
                else { return nil }
                return try text(path).map { (String(name), $0) }
            }
        }
    }

    /// The value of a JSON file; nil when there is no such file.
    ///
    /// - Throws: `ConversionError` `badCheckpoint`, `io`.
    func json(_ name: String) throws -> JSONValue? {
        guard let bytes = try bytes(name) else { return nil }
        do {
            return try JSONParser.parse(bytes, maximumValues: Self.maximumValues)
        } catch {
            throw ConversionError(.badCheckpoint, "File '\(name)' is no JSON: \(error)")
        }
    }

    /// The content of a file; nil when there is none of that name.
    func bytes(_ name: String) throws -> [UInt8]? {
        guard let file = files.first(where: { $0.name == name }) else { return nil }
        let content = try RandomAccessFile(path: file.path, name: name)
        guard content.count <= Self.maximumTextBytes else {
            throw ConversionError(
                .badCheckpoint,
                "File '\(name)' has \(content.count) bytes, expected at most "
                    + "\(Self.maximumTextBytes)."
            )
        }
        return try content.bytes(0..<content.count)
    }

    /// The text of a file; nil when there is none of that name.
    func text(_ name: String) throws -> String? {
        guard let bytes = try bytes(name) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConversionError(.badCheckpoint, "File '\(name)' is not UTF-8.")
        }
        return text
    }
}
