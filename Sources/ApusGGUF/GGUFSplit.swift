/// What one part of a split model says about the whole.
///
/// Every part is a GGUF file with its own tensors. `split.no` counts from 0, the numbers in the
/// names from 1: `model-00001-of-00003.gguf`. Only the first part has the model's metadata.
///
/// Source: llama.cpp's `gguf-split`.
struct GGUFSplit {
    /// Position of this part, from 0.
    let number: Int
    /// Parts of the model.
    let count: Int
    /// Tensors in all parts, where stated.
    let tensorCount: Int?

    /// Reads the `split.*` keys, or gives nil for a file that has no `split.count`.
    init?(_ metadata: GGUFMetadata, path: String?) throws(GGUFError) {
        do throws(GGUFError) {
            guard let count = try metadata.optionalInt("split.count"), count != 0 else {
                return nil
            }
            guard 1...GGUFLimits.splits ~= count else {
                throw GGUFError(
                    .limitExceeded,
                    "'split.count' is \(count), expected 1 to \(GGUFLimits.splits)."
                )
            }
            self.count = count
            number = try metadata.int("split.no")
            tensorCount = try metadata.optionalInt("split.tensors.count")
        } catch {
            throw path.map { error.inFile($0) } ?? error
        }
    }

    /// The other parts' paths, after the first part's naming scheme.
    func siblings(of path: String) throws(GGUFError) -> [String] {
        let ending = "-00001-of-\(Self.padded(count)).gguf"
        guard path.hasSuffix(ending) else {
            throw GGUFError(
                .missingSplit,
                "The model has \(count) parts, and the first one's name does not end in "
                    + "'\(ending)', so the others cannot be found.",
                path: path
            )
        }
        let prefix = path.dropLast(ending.count)
        return (2...count).map { "\(prefix)-\(Self.padded($0))-of-\(Self.padded(count)).gguf" }
    }

    /// The order of files that make up one model, as positions in `parts`.
    ///
    /// Throws: `inconsistentSplit` for a file that is no part of the same model or stands where
    /// another one does; `missingSplit` for a part that is not there.
    static func order(of parts: [(split: GGUFSplit?, path: String?)]) throws(GGUFError) -> [Int] {
        guard parts.count > 1 || parts.first?.split != nil else { return Array(parts.indices) }
        let count = parts.lazy.compactMap { $0.split }.first?.count ?? parts.count
        var places: [Int?] = Array(repeating: nil, count: count)
        for (position, (split, path)) in parts.enumerated() {
            guard let split, split.count == count else {
                throw GGUFError(
                    .inconsistentSplit,
                    "'split.count' is \(split?.count ?? 0), expected \(count) as in the other parts.",
                    path: path
                )
            }
            guard places.indices ~= split.number else {
                throw GGUFError(
                    .inconsistentSplit,
                    "'split.no' is \(split.number), expected 0 to \(count - 1).",
                    path: path
                )
            }
            guard places[split.number] == nil else {
                throw GGUFError(
                    .inconsistentSplit,
                    "'split.no' is \(split.number), as in another part: expected each once.",
                    path: path
                )
            }
            places[split.number] = position
        }
        if let missing = places.firstIndex(of: nil) {
            throw GGUFError(
                .missingSplit,
                "Part \(missing + 1) of \(count) is missing: the model needs all parts, and "
                    + "\(parts.count) were given.",
                path: parts.first?.path
            )
        }
        return places.compactMap(\.self)
    }

    /// Checks that this is the part from which the others are found.
    func checkIsFirst(path: String?) throws(GGUFError) {
        guard number != 0 else { return }
        throw GGUFError(
            .inconsistentSplit,
            "'split.no' is \(number), expected 0. Open the first part of the model.",
            path: path
        )
    }

    /// Checks the number of tensors found in all parts.
    func check(tensors found: Int, path: String?) throws(GGUFError) {
        guard let tensorCount, tensorCount != found else { return }
        throw GGUFError(
            .inconsistentSplit,
            "'split.tensors.count' is \(tensorCount), but the parts have \(found) tensors.",
            path: path
        )
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
