internal import ApusConversation
internal import ApusStore

/// What a registry says when it refuses.
enum RegistryRefusal {
    /// The error for an answer of 400 and above with this body.
    static func error(_ response: RegistryTransport.Response, _ body: [UInt8]) -> RegistryError {
        let status = response.status
        switch status {
        case 401:
            return RegistryError(.unauthorized, "unauthorized: access denied")
        case 404:
            return RegistryError(.notFound, "file does not exist")
        default:
            let seconds = response.header("Retry-After").flatMap { Int($0) }
            return RegistryError(
                .refused(status: status),
                "\(status): \(words(body))",
                retryAfter: seconds.map { .seconds(max(0, min($0, 3600))) }
            )
        }
    }

    /// Whether a refusal says that there is no such upload, or none in the state that its URL tells
    /// of (distribution, "Error Codes": code-2, code-3).
    static func isOfLostUpload(_ body: [UInt8]) -> Bool {
        let document = try? JSONParser.parse(body, maximumDepth: 32)
        let errors = document?.objectValue?["errors"]?.arrayValue ?? []
        return errors.contains { error in
            let code = error.objectValue?["code"]?.stringValue
            return code == "BLOB_UPLOAD_UNKNOWN" || code == "BLOB_UPLOAD_INVALID"
        }
    }

    /// The message of `{"errors":[{"code":...,"message":...}]}` or `{"error":...}` (Hugging Face), else
    /// the text itself.
    private static func words(_ body: [UInt8]) -> String {
        let document = try? JSONParser.parse(body, maximumDepth: 32)
        let first = document?.objectValue?["errors"]?.arrayValue?.first?.objectValue
        let text =
            first?["message"]?.stringValue ?? first?["code"]?.stringValue
            ?? document?.objectValue?["error"]?.stringValue
            ?? String(decoding: body.prefix(500), as: UTF8.self)
        let quoted = StoreError.quoted(text, limit: 300)
        return String(quoted.dropFirst().dropLast())
    }
}
