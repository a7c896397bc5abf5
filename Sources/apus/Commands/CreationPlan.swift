internal import ApusConversation
internal import ApusDialects
internal import ApusStore
internal import FoundationEssentials

/// What a Modelfile asks for, with its files found.
struct CreationPlan: Sendable {
    /// What people should be told.
    let warnings: [String]
    private let recipe: Modelfile.Recipe
    private let models: [String]
    private let files: [ModelfilePaths.Source]
    private let adapters: [ModelfilePaths.Source]
    private let drafts: [ModelfilePaths.Source]

    /// Reads a Modelfile.
    ///
    /// With no path it is `Modelfile` in `folder`; when there is none, the model is made of what
    /// the folder holds; `-` is standard input. `following` allows links that lead out of a folder.
    /// Throws: `StoreError`; `CommandFailure` for a file that is named and not there.
    init(
        modelfile path: String?,
        folder: String,
        home: String,
        following: Bool = false
    ) throws {
        let place = try ModelfilePaths.expanded(
            path ?? "Modelfile",
            relativeTo: folder,
            home: home
        )
        let modelfile: Modelfile
        if path == "-" {
            modelfile = try Modelfile(InputBytes.ofStandardInput())
        } else if let bytes = try InputBytes.ofFile(place) {
            modelfile = try Modelfile(bytes)
        } else if path == nil {
            modelfile = Modelfile(commands: [.from(".")])
        } else {
            throw CommandFailure("specified Modelfile wasn't found: \(place)")
        }
        let parent = URL(fileURLWithPath: place).deletingLastPathComponent().path
        recipe = try modelfile.recipe()
        warnings = recipe.warnings
        func sources(of value: String) throws -> [ModelfilePaths.Source]? {
            try ModelfilePaths.sources(
                at: ModelfilePaths.expanded(value, relativeTo: parent, home: home),
                following: following
            )
        }
        var (models, files): ([String], [ModelfilePaths.Source]) = ([], [])
        for value in recipe.sources {
            if let found = try sources(of: value) {
                files += found
            } else if Self.isPath(value) {
                throw CommandFailure("FROM \(value): there is no such file or folder")
            } else {
                models.append(value)
            }
        }
        (self.models, self.files) = (models, files)
        adapters = try Self.required(recipe.adapter.map { [$0] } ?? [], sources)
        drafts = try Self.required(recipe.drafts, sources)
    }

    /// Every file, once.
    var paths: [String] {
        var seen: Set<String> = []
        return (files + adapters + drafts).map(\.path).filter { seen.insert($0).inserted }
    }

    /// The request that makes the model `name` of uploaded files.
    func request(for name: String, digests: [String: String]) -> OllamaCreate {
        var request = OllamaCreate(model: name)
        request.from = models.last
        request.files = Self.named(files, digests)
        request.adapters = Self.named(adapters, digests)
        request.draftFiles = Self.named(drafts, digests)
        request.template = recipe.template
        request.system = recipe.system
        request.renderer = recipe.renderer.isEmpty ? nil : recipe.renderer
        request.parser = recipe.parser.isEmpty ? nil : recipe.parser
        request.requires = recipe.requires.isEmpty ? nil : recipe.requires
        if !recipe.licenses.isEmpty {
            request.license = .array(recipe.licenses.map { .string($0) })
        }
        if !recipe.parameters.isEmpty {
            let pairs = recipe.parameters.sorted { $0.key < $1.key }
            request.parameters = JSONObject(pairs.map { ($0.key, $0.value.json) })
        }
        if !recipe.messages.isEmpty {
            request.messages = recipe.messages.map {
                ["role": .string($0.role), "content": .string($0.content)]
            }
        }
        return request
    }

    /// Whether a value can only be meant as a path: no model has such a name.
    private static func isPath(_ value: String) -> Bool {
        ["/", "./", "../", "~"].contains(where: value.hasPrefix) || [".", ".."].contains(value)
            || [".gguf", ".safetensors"].contains(where: value.lowercased().hasSuffix)
                && !value.contains(":")
    }

    private static func required(
        _ values: [String],
        _ find: (String) throws -> [ModelfilePaths.Source]?
    ) throws -> [ModelfilePaths.Source] {
        try values.flatMap { value in
            guard let found = try find(value) else {
                throw CommandFailure("\(value) is no file")
            }
            return found
        }
    }

    /// Names and digests; files of the same name in several folders are told apart by a number.
    private static func named(
        _ sources: [ModelfilePaths.Source],
        _ digests: [String: String]
    ) -> [String: String]? {
        var named: [String: String] = [:]
        for source in sources {
            guard let digest = digests[source.path] else { continue }
            var name = source.name
            var number = 2
            while let other = named[name], other != digest {
                name = "\(number)/\(source.name)"
                number += 1
            }
            named[name] = digest
        }
        return named.isEmpty ? nil : named
    }
}
