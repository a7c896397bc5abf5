internal import ApusStore

/// A model's name as a client writes it, which may end in where the model runs.
///
/// `x:local` is `x`; `x:cloud` and `x:20b-cloud` run on Ollama's servers, which this program does
/// not call.
struct ModelReference {
    /// The name as the client wrote it.
    let text: String
    /// The name of the model.
    let name: ModelName

    /// Reads a name.
    ///
    /// Throws: `invalidRequest` for no name, `forbidden` for models of the cloud.
    init(_ text: String) throws(ServerError) {
        self.text = text
        var rest = text
        var isLocal = false
        var isCloud = false
        while let suffix = Self.suffix(of: rest) {
            if suffix == ":local" { isLocal = true } else { isCloud = true }
            rest.removeLast(suffix.count)
        }
        if isLocal && isCloud {
            throw ServerError(
                .invalidRequest,
                "use either :local or :cloud, not both: \"\(text)\""
            )
        }
        if isCloud {
            throw ServerError(
                .forbidden,
                "ollama cloud is disabled: remote model is unavailable"
            )
        }
        guard let name = try? ModelName(rest) else {
            throw ServerError(.invalidRequest, "invalid model name")
        }
        self.name = name
    }

    private static func suffix(of text: String) -> String? {
        let folded = text.lowercased()
        let tag = folded.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if tag.hasSuffix("-cloud"), tag.contains(":") { return "-cloud" }
        return [":local", ":cloud"].first(where: folded.hasSuffix)
    }
}
