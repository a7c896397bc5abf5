/// A request to make a model, from files whose contents are blobs already or from another model.
///
/// Fields and their meaning are those of `POST /api/create`; a Modelfile is turned into the same
/// (`Modelfile.Recipe`).
package struct ModelCreation: Sendable {
    /// A file of the request: the name it had, and the digest under which it was uploaded.
    package struct File: Sendable, Hashable {
        /// The name, relative; its ending tells what kind of file it is.
        package var name: String
        /// The content.
        package var digest: Digest

        /// Whether it holds weights in safetensors.
        var isSafetensors: Bool { name.lowercased().hasSuffix(".safetensors") }

        /// A file of that name and content.
        package init(name: String, digest: Digest) {
            self.name = name
            self.digest = digest
        }
    }

    /// What a model is made of.
    package enum Source: Sendable {
        /// Another model: all its layers are taken over.
        case model(ModelName)
        /// Files: weights, projectors, adapters; what each is says its content.
        case files([File])
    }

    /// What the model is called.
    package var name: ModelName
    /// What it is made of.
    package var source: Source
    /// A low-rank adapter to add: a GGUF file, or the files of one in PEFT's layout.
    package var adapters: [File] = []
    /// Replaces the template; nil keeps the source's.
    package var template: String?
    /// Replaces the system message; nil keeps the source's.
    package var system: String?
    /// Added to the source's licenses.
    package var licenses: [String] = []
    /// Replace the source's of the same name; a list is replaced, not added to.
    package var parameters: [String: ParameterValue] = [:]
    /// Replace the source's messages unless empty.
    package var messages: [StoredMessage] = []
    /// Replaces the prompt renderer; empty keeps the source's.
    package var renderer = ""
    /// Replaces the output parser; empty keeps the source's.
    package var parser = ""
    /// Replaces the version asked for; empty keeps the source's.
    package var requires = ""
    /// The digest of the URL that the files come from, if they do.
    package var origin: Digest?
    /// Overrides what the configuration says of the model.
    package var info = Info()
    /// The quantization to convert weights to; empty keeps the source's.
    package var quantization = ""
    /// Draft models; asking for one is `unsupported`.
    package var drafts: [File] = []

    /// Statements of the request about the model; empty ones are not made.
    package struct Info: Sendable, Hashable {
        /// Added to the capabilities.
        package var capabilities: [String] = []
        /// The architecture.
        package var family = ""
        /// The name of the model this one was derived from.
        package var baseName = ""
        /// The quantization.
        package var quantization = ""
        /// The number of parameters, for people.
        package var parameterSize = ""
        /// The context length in tokens.
        package var contextLength: Int64 = 0
        /// The embedding width.
        package var embeddingLength: Int64 = 0

        /// No statements.
        package init() {}
    }

    /// Largest number of files, adapters, licenses or messages in one request.
    package static let maximumParts = 4096

    /// A model of that name, made of `source` and nothing else yet.
    package init(name: ModelName, source: Source) {
        self.name = name
        self.source = source
    }

    /// Checks what can be checked without looking at any file.
    ///
    /// Throws: `unsupported` for drafts; `invalidRequest` with Ollama's words; `invalidParameter`.
    package func validate() throws(StoreError) {
        guard drafts.isEmpty else {
            throw StoreError(.unsupported, "Field 'draft_files': draft models are not supported.")
        }
        if case .files(let files) = source {
            if files.isEmpty {
                throw StoreError(.invalidRequest, "unknown type")
            }
            try Self.check(files)
        }
        try Self.check(adapters)
        let counts = [licenses.count, messages.count, parameters.count]
        guard counts.allSatisfy({ $0 <= Self.maximumParts }) else {
            throw StoreError(.tooLarge, "A model has at most \(Self.maximumParts) of each part.")
        }
        for (name, value) in parameters { _ = try ParameterTable.checked(name, value) }
    }

    private static func check(_ files: [File]) throws(StoreError) {
        guard files.count <= maximumParts else {
            throw StoreError(.tooLarge, "A model is made of at most \(maximumParts) files.")
        }
        for file in files {
            let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
            guard !parts.isEmpty, parts.allSatisfy({ !["", ".", ".."].contains($0) }) else {
                throw StoreError(.invalidRequest, "file path must be relative")
            }
        }
    }
}

/// What making a model needs to know or do and cannot by itself.
package struct ModelInspector: Sendable {
    /// Reads the facts of the GGUF file at a path, or of one whose parts are at several paths, and
    /// throws when it is none.
    package var facts: @Sendable (_ paths: [String]) throws -> ModelFacts
    /// Which part of a split GGUF file the one at a path is, from 0, and of how many; nil for a
    /// file that is not split.
    package var split: @Sendable (_ path: String) throws -> (number: Int, count: Int)? = { _ in nil
    }
    /// Throws when the text is no template that can be rendered.
    package var checkTemplate: @Sendable (_ template: String) throws -> Void
    /// Throws when a renderer or parser of these names is not known; empty stands for none.
    package var checkNames: @Sendable (_ renderer: String, _ parser: String) throws -> Void = {
        _,
        _ in
    }
    /// Plans to convert the weights of the GGUF file at a path, or of one whose parts are at several
    /// paths, to a quantization; nil when they have it already.
    package var quantization:
        @Sendable (_ paths: [String], _ type: String) throws -> WeightsConversion? = { _, type in
            throw StoreError(
                .unsupported,
                "Field 'quantize': converting to \(StoreError.quoted(type)) is not supported."
            )
        }

    /// Plans to convert a checkpoint in safetensors, whose files are given by name and path, to a
    /// quantization; an empty one is the converter's choice.
    package var checkpoint:
        @Sendable (_ files: [(name: String, path: String)], _ type: String) throws ->
            WeightsConversion = { _, _ in
                throw StoreError(.unsupported, "Safetensors models are not supported, only GGUF.")
            }

    /// Plans to convert an adapter in safetensors, whose files are given by name and path, for the
    /// model whose weights are in the files at `weights`.
    package var adapter:
        @Sendable (_ files: [(name: String, path: String)], _ weights: [String]) throws ->
            WeightsConversion = { _, _ in
                throw StoreError(
                    .unsupported,
                    "Adapters in safetensors are not supported, only GGUF."
                )
            }

    /// Throws when the adapter in the GGUF file at a path does not fit the model whose weights are
    /// in the files at `weights`.
    package var checkAdapter: @Sendable (_ path: String, _ weights: [String]) throws -> Void = {
        _,
        _ in
    }

    /// An inspector of these two; templates are not checked unless said otherwise.
    package init(
        facts: @escaping @Sendable (_ paths: [String]) throws -> ModelFacts,
        checkTemplate: @escaping @Sendable (_ template: String) throws -> Void = { _ in }
    ) {
        self.facts = facts
        self.checkTemplate = checkTemplate
    }
}
