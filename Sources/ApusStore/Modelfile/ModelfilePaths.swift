#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Finds the files that `FROM` and `ADAPTER` speak of.
package enum ModelfilePaths {
    /// A file to be uploaded: where it is, and its name relative to the folder it was found in.
    package struct Source: Sendable, Hashable {
        /// Where it is.
        package let path: String
        /// The name for the request.
        package let name: String
    }

    /// `value` as an absolute path: `~`, `~user`, relative to `folder`, or as it is.
    ///
    /// `folder` and `home` are absolute. `.` and `..` are resolved by text, as Go's `filepath.Abs`.
    /// Throws: `invalidRequest` for an unknown user.
    package static func expanded(
        _ value: String,
        relativeTo folder: String,
        home: String
    ) throws(StoreError) -> String {
        if value.hasPrefix("/") { return cleaned(value) }
        guard value.hasPrefix("~") else { return cleaned("\(folder)/\(value)") }
        let parts = value.dropFirst().split(
            separator: "/",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let user = parts.first.map(String.init) ?? ""
        let rest = parts.count > 1 ? String(parts[1]) : ""
        let start = user.isEmpty ? home : try homeFolder(of: user)
        return cleaned("\(start)/\(rest)")
    }

    /// The files at `path`: itself, with the other parts where it is a part of a split GGUF file;
    /// or in a folder its GGUF files, or a checkpoint in safetensors; nil when nothing is there.
    ///
    /// `following` allows links that lead out of the folder, as those in Hugging Face's cache do.
    /// Throws: `unsupported` for a folder of PyTorch files; `invalidRequest` for one without models,
    /// with links that lead out of it, or for a missing part.
    package static func sources(
        at path: String,
        following: Bool = false
    ) throws(StoreError) -> [Source]? {
        guard let status = FileStatus.of(path, following: true) else { return nil }
        guard status.kind == .folder else { return try file(at: path) }
        var names = try FileSystem.names(in: path).filter { !$0.hasPrefix(".") }
        if names.contains(templates) {
            names += try FileSystem.names(in: "\(path)/\(templates)").map { "\(templates)/\($0)" }
        }
        var models = names.filter { $0.hasSuffix(".gguf") }
        if models.isEmpty {
            models = checkpoint(names)
        }
        if models.isEmpty {
            guard !names.contains(where: { isPyTorch($0) }) else {
                throw StoreError(
                    .unsupported,
                    "PyTorch models are not supported, only GGUF and safetensors.",
                    detail: path
                )
            }
            models = names.filter { $0.hasSuffix(".bin") }
        }
        guard !models.isEmpty else {
            throw StoreError(
                .invalidRequest,
                "no Modelfile or safetensors files found",
                detail: path
            )
        }
        var sources: [Source] = []
        for name in models { sources.append(try source(name, in: path, following)) }
        return sources
    }

    /// A file and, of a split one, the parts beside it.
    private static func file(at path: String) throws(StoreError) -> [Source] {
        let name = String(path.split(separator: "/").last ?? "")
        guard let part = PartName(name) else { return [Source(path: path, name: name)] }
        let folder = path.dropLast(name.count)
        var sources: [Source] = []
        for number in 1...part.count {
            let name = number == part.number ? name : part.name(ofPart: number)
            guard FileStatus.of(folder + name, following: true) != nil else {
                throw StoreError(
                    .invalidRequest,
                    "Part \(number) of \(part.count) is missing: \(StoreError.quoted(name)).",
                    detail: String(folder)
                )
            }
            sources.append(Source(path: folder + name, name: name))
        }
        return sources
    }

    private static func source(
        _ name: String,
        in folder: String,
        _ following: Bool
    ) throws(StoreError) -> Source {
        guard let real = realPath("\(folder)/\(name)"), let root = realPath(folder) else {
            throw StoreError(.invalidRequest, "insecure path: \(name)", detail: folder)
        }
        guard following || real.hasPrefix(root == "/" ? root : root + "/") else {
            let advice =
                name.hasSuffix(".gguf")
                ? "name the file itself in FROM, or use the files where they lie (--link)"
                : "download the model with --local-dir, so that the folder holds its files"
            throw StoreError(
                .invalidRequest,
                "insecure path: \(name) is a link that leads out of the folder; \(advice)",
                detail: real
            )
        }
        return Source(path: real, name: name)
    }

    private static func isPyTorch(_ name: String) -> Bool {
        name.hasSuffix(".pth")
            || ["pytorch_model", "adapter_model"].contains { name.hasPrefix($0) }
                && name.hasSuffix(".bin")
    }

    /// The files of a checkpoint: weights, settings, tokenizer and templates; none without weights.
    ///
    /// `consolidated` is a second copy of the weights in Mistral's own layout. An adapter has no
    /// use for more than its settings.
    private static func checkpoint(_ names: [String]) -> [String] {
        let weights = names.filter {
            $0.hasSuffix(".safetensors") && !$0.hasPrefix("consolidated")
        }
        if weights.isEmpty { return [] }
        if names.contains("adapter_config.json"),
            weights.allSatisfy({ $0.hasPrefix("adapter_model") })
        {
            return weights + ["adapter_config.json"]
        }
        return weights
            + names.filter {
                $0.hasSuffix(".json") || $0 == "tokenizer.model" || $0 == "chat_template.jinja"
                    || $0.hasPrefix(templates + "/") && $0.hasSuffix(".jinja")
            }
    }

    /// The folder of a checkpoint's other templates.
    private static let templates = "additional_chat_templates"

    private static func cleaned(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func homeFolder(of user: String) throws(StoreError) -> String {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(user, &entry, &buffer, buffer.count, &result) == 0, result != nil,
            let home = entry.pw_dir
        else {
            throw StoreError(.invalidRequest, "failed to find user '\(user)'")
        }
        return String(cString: home)
    }
}
