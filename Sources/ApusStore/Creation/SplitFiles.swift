/// The files of a request, those together that are parts of one split GGUF file.
///
/// What a file is says its metadata (`split.no`, `split.count`); the names have to agree, and tell
/// the parts of several files apart.
struct SplitFiles {
    private struct Group {
        let stem: String
        /// The parts found so far, by number; one place for a file that is not split.
        var places: [ModelCreation.File?]
    }

    private var groups: [Group] = []

    /// Adds a file that is this part, from 0, of a split one; nil means that it is whole.
    ///
    /// Throws: `invalidRequest` when the name says something else, or for a part that is there.
    mutating func add(
        _ file: ModelCreation.File,
        _ split: (number: Int, count: Int)?
    ) throws(StoreError) {
        let name = PartName(file.name.split(separator: "/").last ?? "")
        let (number, count) = split ?? (0, 1)
        if let name, (name.number, name.count) != (number + 1, count) {
            throw StoreError(
                .invalidRequest,
                "File \(StoreError.quoted(file.name)) is part \(name.number) of \(name.count) by "
                    + "its name and part \(number + 1) of \(count) by its metadata."
            )
        }
        guard count > 1 else {
            groups.append(Group(stem: "", places: [file]))
            return
        }
        guard count <= PartName.maximumCount, 0..<count ~= number else {
            throw StoreError(
                .invalidRequest,
                "File \(StoreError.quoted(file.name)) says to be part \(number) of \(count), "
                    + "counted from 0; at most \(PartName.maximumCount) are possible."
            )
        }
        let stem = name?.stem ?? ""
        let known = groups.firstIndex { $0.stem == stem && $0.places.count == count }
        let index = known ?? groups.count
        if known == nil {
            groups.append(Group(stem: stem, places: Array(repeating: nil, count: count)))
        }
        if let other = groups[index].places[number] {
            throw StoreError(
                .invalidRequest,
                "Files \(StoreError.quoted(other.name)) and \(StoreError.quoted(file.name)) are "
                    + "both part \(number + 1) of \(count)."
            )
        }
        groups[index].places[number] = file
    }

    /// The files of each model in order.
    ///
    /// Throws: `invalidRequest`, naming a part that is missing.
    func complete() throws(StoreError) -> [[ModelCreation.File]] {
        for group in groups {
            guard let missing = group.places.firstIndex(of: nil) else { continue }
            let known = group.places.lazy.compactMap { $0 }.first?.name ?? ""
            let name = PartName(known.split(separator: "/").last ?? "")?.name(ofPart: missing + 1)
            throw StoreError(
                .invalidRequest,
                "Part \(missing + 1) of \(group.places.count) is missing"
                    + (name.map { ": \(StoreError.quoted($0))." } ?? " of the model.")
            )
        }
        return groups.map { $0.places.compactMap { $0 } }
    }
}
