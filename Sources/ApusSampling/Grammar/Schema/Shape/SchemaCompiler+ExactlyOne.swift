/// `oneOf`: branches are kept apart, so that no value is valid under two of them.
extension SchemaCompiler {
    /// Nesting up to which two schemas are compared.
    private static let comparisonDepth = 4

    /// Alternatives of all branches, each valid under its own branch only.
    ///
    /// Where two branches share objects, one asks for more: for a key that the other one then goes
    /// without, or for a key whose values tell them apart.
    mutating func exactlyOne(
        of terms: [SchemaTerm],
        _ path: String,
        _ outer: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        var branches: [[SchemaShape]] = []
        for term in terms { branches.append(try shapes(of: term)) }
        var results: [SchemaShape] = []
        for (number, branch) in branches.enumerated() {
            for shape in branch {
                var shape = shape
                for (other, rivals) in branches.enumerated() where other != number {
                    for rival in rivals {
                        try separate(&shape, from: rival, outer, path, number, other)
                    }
                }
                results.append(shape)
            }
        }
        return results
    }

    private mutating func separate(
        _ shape: inout SchemaShape,
        from rival: SchemaShape,
        _ outer: [SchemaShape],
        _ path: String,
        _ number: Int,
        _ other: Int
    ) throws(GrammarError) {
        // What holds around the keyword may already tell the branches apart.
        let contexts = outer.compactMap { $0.intersection(shape) }
        var isShared = false
        for context in contexts where !isShared {
            isShared = try overlap(context, rival, depth: 0)
        }
        guard isShared else { return }
        if try separateObjects(&shape, contexts, from: rival) { return }
        try refuse(path, "its branches \(number) and \(other) may hold at once.")
    }

    /// Narrows an object so that it is not valid under another schema, if that is possible.
    private mutating func separateObjects(
        _ shape: inout SchemaShape,
        _ contexts: [SchemaShape],
        from rival: SchemaShape
    ) throws(GrammarError) -> Bool {
        for var others in contexts {
            others.types.remove(.object)
            if try overlap(others, rival, depth: 0) { return false }
        }
        guard shape.values == nil, rival.values == nil else { return false }
        let keys = rival.objects.required.filter {
            !shape.objects.requiredKeys.contains(.init($0))
        }
        if let key = keys.first {
            shape.objects.forbiddenKeys.insert(.init(key))
            return true
        }
        for property in shape.objects.facets.flatMap(\.properties) {
            let mine = try terms(ofKey: property.key, in: shape.objects)
            let theirs = try terms(ofKey: property.key, in: rival.objects)
            if try !overlap(mine, theirs, depth: 1) {
                shape.objects.require(property.key)
                return true
            }
        }
        return false
    }

    // MARK: Comparison

    private mutating func overlap(
        _ left: [SchemaTerm],
        _ right: [SchemaTerm],
        depth: Int
    ) throws(GrammarError) -> Bool {
        guard depth < Self.comparisonDepth else { return true }
        // Terms that are being resolved further out are not known yet.
        guard openTerms.isDisjoint(with: left + right) else { return true }
        let lefts = try shapes(of: left)
        let rights = try shapes(of: right)
        for first in lefts {
            for second in rights where try overlap(first, second, depth: depth) { return true }
        }
        return false
    }

    /// Whether a value may be valid under both; false only if there is none.
    private mutating func overlap(
        _ left: SchemaShape,
        _ right: SchemaShape,
        depth: Int
    ) throws(GrammarError) -> Bool {
        guard let both = left.intersection(right) else { return false }
        if let values = both.values {
            for value in values where try isValid(value, both) { return true }
            return false
        }
        if !both.types.isDisjoint(with: [.null, .boolean]) { return true }
        if both.types.contains(.fraction), try !numberAutomaton(both).states.isEmpty { return true }
        if both.types.contains(.integer) {
            var whole = both
            whole.types = .integer
            if try !numberAutomaton(whole).states.isEmpty { return true }
        }
        if both.types.contains(.string), try !textAutomaton(both.strings).isEmpty { return true }
        if both.types.contains(.array), try overlapOfArrays(both.arrays, depth) { return true }
        guard both.types.contains(.object) else { return false }
        return try overlapOfObjects(left, right, both, depth)
    }

    private mutating func overlapOfArrays(
        _ both: ArrayConstraint,
        _ depth: Int
    ) throws(GrammarError) -> Bool {
        if let maximum = both.maximumCount, maximum < both.minimumCount { return false }
        for position in 0..<min(both.minimumCount, 8) {
            let terms = both.terms(at: position)
            if try !overlap(terms, [], depth: depth + 1) { return false }
        }
        return true
    }

    private mutating func overlapOfObjects(
        _ left: SchemaShape,
        _ right: SchemaShape,
        _ both: SchemaShape,
        _ depth: Int
    ) throws(GrammarError) -> Bool {
        if let maximum = both.objects.maximumCount, maximum < both.objects.minimumCount {
            return false
        }
        for key in both.objects.required {
            if both.objects.forbiddenKeys.contains(.init(key)) { return false }
            let mine = try terms(ofKey: key, in: left.objects)
            let theirs = try terms(ofKey: key, in: right.objects)
            if try !overlap(mine, theirs, depth: depth + 1) { return false }
        }
        return true
    }

    /// Schemas of the member with a key, by the standard: what is not spoken of may be anything.
    mutating func terms(
        ofKey key: String,
        in objects: ObjectConstraint
    ) throws(GrammarError) -> [SchemaTerm] {
        var terms: [SchemaTerm] = []
        for facet in objects.facets {
            var isNamed = false
            if let own = facet.terms(ofProperty: .init(key)) {
                terms += own
                isNamed = true
            }
            for pattern in facet.patterns {
                guard let automaton = try keyPattern(pattern.pattern, pattern.path),
                    automaton.matches(key)
                else { continue }
                terms += pattern.terms
                isNamed = true
            }
            if !isNamed, let rest = facet.rest { terms += rest }
        }
        return terms
    }
}
