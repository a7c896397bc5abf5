internal import ApusStore

extension HubListing {
    /// A model of the repository: one file, or the parts of one.
    private struct Candidate {
        /// The path without the number of a part and the ending.
        let stem: String
        var files: [File]

        /// The name without the number of a part and the ending.
        var name: Substring { stem.split(separator: "/").last ?? "" }
    }

    /// The files, in order, that a tag means; none when no file fits.
    ///
    /// A tag is, whatever its case, the name of a file, how its name ends, or a word of its path.
    /// `latest` is Q4_K_M, else another quantization of 4 bits, else the first file, as Hugging
    /// Face's registry and llama.cpp choose. Of several that fit, the shortest path wins.
    /// Throws: `protocolViolation` when a part is missing.
    func files(for tag: String) throws(RegistryError) -> [File] {
        let tag = tag.lowercased()
        let all = candidates
        let chosen =
            tag == ModelName.defaultTag
            ? all.first { label($0) == "Q4_K_M" }
                ?? all.first { label($0)?.drop { !$0.isNumber }.hasPrefix("4") == true }
                ?? all.first
            : all.first {
                $0.files.contains { [$0.path.lowercased(), $0.name.lowercased()].contains(tag) }
            }
                ?? all.first { Self.ends($0.name.lowercased(), with: tag) }
                ?? all.first { Self.hasWord(tag, $0.stem.lowercased()) }
        guard let chosen else { return [] }
        return try Self.ordered(chosen.files)
    }

    /// The models in order of the length of their paths, then of the paths.
    private var candidates: [Candidate] {
        var found: [String: Candidate] = [:]
        for file in files {
            let folder = file.path.dropLast(file.name.count)
            let stem = folder + (PartName(file.name)?.stem ?? String(file.name.dropLast(5)))
            found[String(stem), default: Candidate(stem: String(stem), files: [])].files.append(
                file
            )
        }
        return found.values.sorted { ($0.stem.count, $0.stem) < ($1.stem.count, $1.stem) }
    }

    private func label(_ candidate: Candidate) -> String? {
        QuantizationLabel.of(candidate.name)
    }

    /// The parts in order.
    private static func ordered(_ files: [File]) throws(RegistryError) -> [File] {
        guard let part = files.lazy.compactMap({ PartName($0.name) }).first else {
            return Array(files.prefix(1))
        }
        var places: [File?] = Array(repeating: nil, count: part.count)
        for file in files {
            guard let part = PartName(file.name), part.count == places.count else { continue }
            places[part.number - 1] = file
        }
        if let missing = places.firstIndex(of: nil) {
            throw RegistryError(
                .protocolViolation,
                "The repository lacks part \(missing + 1) of \(part.count): "
                    + "\(StoreError.quoted(part.name(ofPart: missing + 1)))."
            )
        }
        return places.compactMap { $0 }
    }

    /// Whether a name ends with a tag that begins where a word does.
    private static func ends(_ name: String, with tag: String) -> Bool {
        guard name.hasSuffix(tag) else { return false }
        guard let before = name.dropLast(tag.count).last else { return true }
        return isBoundary(before)
    }

    private static func hasWord(_ tag: String, _ path: String) -> Bool {
        path.ranges(of: tag).contains { range in
            let before = path[..<range.lowerBound].last
            let after = path[range.upperBound...].first
            return before.map(isBoundary) ?? true && after.map(isBoundary) ?? true
        }
    }

    /// Labels hold `_` themselves: Q4_K is no word of Q4_K_M.
    private static func isBoundary(_ character: Character) -> Bool {
        !character.isLetter && !character.isNumber && character != "_"
    }
}

extension HubListing.File {
    /// Where the file can be downloaded from the hub at `root`.
    func url(of name: ModelName, at root: RegistryURL) -> RegistryURL {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in path.utf8 {
            let scalar = UnicodeScalar(byte)
            if byte < 128,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-._~/".unicodeScalars.contains(scalar)
            {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        let path = String(decoding: escaped, as: UTF8.self)
        return root.at("/\(name.namespace)/\(name.model)/resolve/main/\(path)")
    }
}
