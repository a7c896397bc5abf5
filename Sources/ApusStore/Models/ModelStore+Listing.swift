extension ModelStore {
    /// All models, the latest first, with those that cannot be read set apart.
    ///
    /// A corrupt manifest or configuration costs that model only. Throws: when the folder of
    /// manifests cannot be listed.
    package func list() throws(StoreError) -> ModelListing {
        var (files, problems) = try manifestFiles()
        var models: [ModelSummary] = []
        var seen: Set<ModelName> = []
        // The same name may exist in two spellings, made by another program: the first one counts.
        files.removeAll { !seen.insert($0.name).inserted }
        for file in files {
            do {
                models.append(try summary(of: file))
            } catch {
                let path = file.name.parts.joined(separator: "/")
                problems.append(ModelListing.Problem(path: path, error: error))
            }
        }
        models += builtIns.filter { !seen.contains($0.name) }.map(\.summary)
        models.sort {
            ($0.modifiedAt, $1.name.shortest) > ($1.modifiedAt, $0.name.shortest)
        }
        return ModelListing(models: models, problems: problems)
    }

    /// What a listing shows of one manifest.
    ///
    /// Throws: `missingBlob` or `corruptConfig`.
    func summary(of file: ManifestFile) throws(StoreError) -> ModelSummary {
        var config = ModelConfig()
        if let layer = file.manifest.config {
            config = try ModelConfig(
                blobs.contents(of: layer.digest, limit: ModelConfig.maximumBytes)
            )
        }
        return ModelSummary(
            name: file.name,
            digest: Digest(hashing: file.bytes).hex,
            sizeBytes: file.manifest.sizeBytes,
            modifiedAt: file.status.modifiedAt,
            config: config,
            isBuiltIn: false
        )
    }
}
