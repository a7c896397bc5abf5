internal import ApusConversation

/// Objects: named members in the order of the schema, then members by pattern and all others.
extension SchemaCompiler {
    /// The objects that satisfy a constraint.
    mutating func lowerObject(
        _ objects: ObjectConstraint
    ) throws(GrammarError) -> GrammarExpression {
        var objects = objects
        let keys = try namedKeys(&objects)
        var selection = SchemaSelection(members: [])
        selection.minimum = objects.minimumCount
        selection.maximum = objects.maximumCount
        for key in keys {
            let isRequired = objects.requiredKeys.contains(.init(key))
            let terms = try terms(ofKey: key, in: objects)
            let isAllowed = try isAllowed(key, objects)
            let value = isAllowed ? try expression(for: terms) : .nothing
            if value != .nothing {
                let member = try member(Self.literal(key: key), value)
                selection.members.append((member, isRequired))
            } else if isRequired {
                return .nothing
            }
        }
        if objects.maximumCount ?? .max > 0 { selection.extra = try extras(objects, keys) }
        let isCounted = selection.minimum > 0 || selection.maximum != nil
        if selection.members.isEmpty, !isCounted, let extra = selection.extra,
            try extra == anyMember()
        {
            return try generic(.object)
        }
        if selection.extra != nil, selection.minimum > selection.members.count + 1 {
            selection.countsExtras = true
            let path = objects.minimumPath
            try refuse(path, "keys that are not listed might repeat, so they cannot be counted.")
        }
        return try bracketed("{", lower(selection), "}")
    }

    /// Keys with a schema of their own, in order.
    ///
    /// Where an enumeration lists all keys, those too, and then there are no others.
    private mutating func namedKeys(
        _ objects: inout ObjectConstraint
    ) throws(GrammarError) -> [String] {
        var seen: Set<ObjectConstraint.Bytes> = []
        var keys: [String] = []
        let listed = try objects.isOpen ? enumeratedNames(objects.names) : nil
        let all =
            objects.facets.flatMap { $0.properties.map(\.key) } + objects.required + (listed ?? [])
        for key in all where seen.insert(.init(key)).inserted { keys.append(key) }
        return keys
    }

    private mutating func enumeratedNames(
        _ terms: [SchemaTerm]
    ) throws(GrammarError) -> [String]? {
        guard !terms.isEmpty else { return nil }
        var names: [String] = []
        for shape in try shapes(of: terms) where shape.types.contains(.string) {
            guard let values = shape.values else { return nil }
            names += values.compactMap(\.stringValue)
        }
        return names
    }

    private mutating func isAllowed(
        _ key: String,
        _ objects: ObjectConstraint
    ) throws(GrammarError) -> Bool {
        guard !objects.forbiddenKeys.contains(.init(key)) else { return false }
        return try isValid(.string(key), objects.names)
    }

    /// What `extras` gives where keys and values may be anything.
    private mutating func anyMember() throws(GrammarError) -> GrammarExpression {
        try shared("member", member(generic(.string), generic(.value)))
    }

    // MARK: Other keys

    /// A member whose key is not named, or nil where there are none.
    private mutating func extras(
        _ objects: ObjectConstraint,
        _ keys: [String]
    ) throws(GrammarError) -> GrammarExpression? {
        let patterns = try keyPatterns(objects)
        guard objects.isOpen || !patterns.isEmpty else { return nil }
        guard patterns.count <= SchemaLimits.keyPatterns else {
            throw GrammarError(.limit, "\(patterns[0].path): too many patterns for one object.")
        }
        let others = try otherKeys(objects, keys)
        var alternatives: [GrammarExpression] = []
        for chosen in 0..<(1 << patterns.count) where chosen != 0 || objects.isOpen {
            var automaton = others
            for (bit, pattern) in patterns.enumerated() {
                automaton =
                    try chosen & 1 << bit != 0
                    ? automaton.intersection(pattern.automaton)
                    : automaton.subtracting(pattern.automaton)
            }
            guard !automaton.isEmpty else { continue }
            let bits = patterns.indices.filter { chosen & 1 << $0 != 0 }
            let matched = Set(bits.map { patterns[$0].text })
            let value = try expression(for: Self.terms(ofKeysMatching: matched, objects))
            guard value != .nothing else { continue }
            alternatives.append(try member(key(automaton), value))
        }
        return alternatives.isEmpty ? nil : try shared("member", Self.choice(alternatives))
    }

    private mutating func key(
        _ automaton: ScalarAutomaton
    ) throws(GrammarError) -> GrammarExpression {
        if automaton == .anyText { return try generic(.string) }
        return try shared("key", Self.quoted(spelled(automaton)))
    }

    /// The patterns of all facets, each one once.
    private mutating func keyPatterns(
        _ objects: ObjectConstraint
    ) throws(GrammarError) -> [(text: String, automaton: ScalarAutomaton, path: String)] {
        var patterns: [(text: String, automaton: ScalarAutomaton, path: String)] = []
        for pattern in objects.facets.flatMap(\.patterns)
        where !patterns.contains(where: { $0.text == pattern.pattern }) {
            guard let automaton = try keyPattern(pattern.pattern, pattern.path) else { continue }
            patterns.append((pattern.pattern, automaton, pattern.path))
        }
        return patterns
    }

    /// Keys that are not named, and are not against `propertyNames`.
    private mutating func otherKeys(
        _ objects: ObjectConstraint,
        _ keys: [String]
    ) throws(GrammarError) -> ScalarAutomaton {
        var automaton = ScalarAutomaton.anyText
        if !objects.names.isEmpty {
            automaton = .nothing
            for shape in try shapes(of: objects.names) where shape.types.contains(.string) {
                let texts: ScalarAutomaton
                if let values = shape.values {
                    texts = try ScalarAutomaton(texts: values.compactMap(\.stringValue))
                } else {
                    texts = try textAutomaton(shape.strings)
                }
                automaton = try automaton.union(texts)
            }
        }
        let forbidden = objects.forbiddenKeys.map { String(decoding: $0.bytes, as: UTF8.self) }
        let taken = keys + forbidden.sorted()
        guard !taken.isEmpty, !automaton.isEmpty else { return automaton }
        return try automaton.subtracting(ScalarAutomaton(texts: taken))
    }

    /// Schemas of members whose keys match exactly these patterns.
    private static func terms(
        ofKeysMatching matched: Set<String>,
        _ objects: ObjectConstraint
    ) -> [SchemaTerm] {
        objects.facets.flatMap { facet in
            let own = facet.patterns.filter { matched.contains($0.pattern) }
            return own.isEmpty ? facet.rest ?? [] : own.flatMap(\.terms)
        }
    }
}
