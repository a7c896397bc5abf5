/// Why the model store could not do what it was asked.
///
/// `message` names models, digests and fields, never folders of the host: it is safe to send to a
/// client. What helps the operator (a path, the system's reason) stands in `detail`.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; callers decide status codes and retries by this.
    package enum Code: Sendable, Equatable {
        /// The text is no model name.
        case invalidName
        /// The text is no SHA-256 digest.
        case invalidDigest
        /// No model of that name.
        case notFound
        /// A manifest or request names a blob that the store does not have.
        case missingBlob
        /// A manifest is not what a manifest must be.
        case corruptManifest
        /// A model's configuration is not what it must be.
        case corruptConfig
        /// A template, system, parameter, message or license layer cannot be read.
        case corruptLayer
        /// Content does not have the digest it was announced with.
        case digestMismatch
        /// Content does not have the size it was announced with.
        case sizeMismatch
        /// A file, request or upload is beyond its stated limit.
        case tooLarge
        /// The store cannot be written to.
        case readOnly
        /// A file of the store or of the request may not be read.
        case noPermission
        /// The disk, or the user's share of it, is full.
        case noSpace
        /// The model is part of the program and cannot be removed.
        case builtIn
        /// Another process held the store for too long.
        case busy
        /// A Modelfile that cannot be understood; lines count from 1, 0 means the whole file.
        case invalidModelfile(line: Int)
        /// A parameter that does not exist or has a value of the wrong type.
        case invalidParameter
        /// A request that contradicts itself or lacks something.
        case invalidRequest
        /// Something that Ollama knows and this program does not do.
        case unsupported
        /// The system refused a file operation for a reason of its own.
        case system
    }

    /// What went wrong.
    package let code: Code
    /// One sentence for people: what, where, what was expected.
    package let message: String
    /// The path and the system's reason, for logs and the command line only.
    package let detail: String?

    /// An error of `code` that says `message`.
    package init(_ code: Code, _ message: String, detail: String? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
    }

    /// The message, without the detail.
    package var description: String { message }
}

extension StoreError {
    /// Text from outside, made fit for a message: one line, shortened, control characters escaped.
    package static func quoted(_ text: String, limit: Int = 120) -> String {
        var result = "\""
        for scalar in text.unicodeScalars.prefix(limit) {
            result += scalar.escaped(asASCII: scalar.properties.generalCategory == .control)
        }
        if text.unicodeScalars.count > limit { result += "…" }
        return result + "\""
    }
}
