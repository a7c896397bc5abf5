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

    /// Checks the first part against the number of files at hand.
    func checkFirst(partsGiven: Int, path: String?) throws(GGUFError) {
        try checkNumber(0, path: path)
        guard partsGiven == count else {
            throw GGUFError(
                .missingSplit,
                "'split.count' is \(count), but \(partsGiven) parts were given.",
                path: path
            )
        }
    }

    /// Checks that a further part belongs to this model and place.
    func check(
        _ part: GGUFPart,
        in mapping: GGUFMapping,
        number: Int,
        path: String
    ) throws(GGUFError) {
        let other = try GGUFSplit(GGUFMetadata(part.entries, in: mapping), path: path)
        guard let other, other.count == count else {
            throw GGUFError(
                .inconsistentSplit,
                "'split.count' is \(other?.count ?? 0), expected \(count) as in the first part.",
                path: path
            )
        }
        try other.checkNumber(number, path: path)
    }

    /// Checks the position this part states.
    func checkNumber(_ expected: Int, path: String?) throws(GGUFError) {
        guard number != expected else { return }
        let hint = expected == 0 ? " Open the first part of the model." : ""
        throw GGUFError(
            .inconsistentSplit,
            "'split.no' is \(number), expected \(expected).\(hint)",
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
