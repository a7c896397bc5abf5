/// A recipe for a model, as a text file.
///
/// ```
/// # comment
/// FROM llama3.2
/// PARAMETER temperature 0.7
/// SYSTEM """You are
/// brief."""
/// MESSAGE user Hello
/// ```
///
/// Statements are a word (any case) and a value. The value goes to the end of the line; when it
/// begins with `"` or `"""` it goes on until a line ends with the same. Nothing can be escaped,
/// and `#` begins a comment only where a statement could begin. Format and error texts are
/// Ollama's.
package struct Modelfile: Sendable, Hashable {
    /// One statement.
    package enum Command: Sendable, Hashable {
        /// A model's name, a file or a folder.
        case from(String)
        case parameter(name: String, value: String)
        case template(String)
        case system(String)
        case adapter(String)
        case draft(String)
        case renderer(String)
        case parser(String)
        case license(String)
        case message(role: String, content: String)
        case requires(String)
    }

    /// The statements, in order.
    package let commands: [Command]
    /// The line on which each statement begins, counted from 1; empty where there is no text.
    private let lines: [Int]

    /// Longest text that is read, in bytes.
    package static let maximumBytes = 16 << 20

    /// A file of these statements.
    package init(commands: [Command]) {
        self.commands = commands
        lines = []
    }

    /// Reads a file: UTF-8, or UTF-16 if it begins with a byte order mark; half a unit at its end
    /// is a character that cannot be read.
    ///
    /// Throws: `tooLarge`; `invalidModelfile` with the line.
    package init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count <= Self.maximumBytes else {
            throw StoreError(
                .tooLarge,
                "The Modelfile has \(bytes.count) bytes; the limit is \(Self.maximumBytes)."
            )
        }
        let statements = try ModelfileParser.parse(Self.decoded(bytes))
        commands = statements.map(\.command)
        lines = statements.map(\.line)
    }

    /// Reads a text.
    package init(_ text: String) throws(StoreError) {
        try self.init(Array(text.utf8))
    }

    /// Does something with the statement at `position`, whose line its errors name.
    func naming(
        lineOf position: Int,
        _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            try body()
        } catch {
            guard lines.indices.contains(position) else { throw error }
            let line = lines[position]
            throw StoreError(error.code, "(line \(line)): \(error.message)", detail: error.detail)
        }
    }

    private static func decoded(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return String(decoding: bytes[3...], as: UTF8.self)
        }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var units: [UInt16] = []
        for position in stride(from: 2, to: bytes.count - 1, by: 2) {
            let (first, second) = (UInt16(bytes[position]), UInt16(bytes[position + 1]))
            units.append(isLittle ? second << 8 | first : first << 8 | second)
        }
        if !bytes.count.isMultiple(of: 2) { units.append(0xFFFD) }
        return String(decoding: units, as: UTF16.self)
    }
}

/// Modelfiles are equal when their statements are, wherever these stand.
extension Modelfile {
    package static func == (one: Modelfile, other: Modelfile) -> Bool {
        one.commands == other.commands
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(commands) }
}
