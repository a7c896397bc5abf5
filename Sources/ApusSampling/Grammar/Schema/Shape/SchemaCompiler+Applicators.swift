internal import ApusConversation

/// Keywords that apply other schemas to the same value.
extension SchemaCompiler {
    /// The alternatives that are left once a keyword has been applied.
    mutating func apply(
        _ key: String,
        _ value: JSONValue,
        _ schema: JSONObject,
        _ place: Int,
        _ alternatives: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        let path = SchemaPointer.appending(key, to: document.places[place].path)
        switch key {
        case "$ref": return try product(alternatives, reference(value, path, place))
        case "allOf":
            var both = alternatives
            for branch in try branches(key, value, path, place) {
                both = try product(both, shapes(of: branch))
            }
            return both
        case "anyOf":
            var either: [SchemaShape] = []
            for branch in try branches(key, value, path, place) {
                either += try shapes(of: branch)
            }
            return try product(alternatives, either)
        case "oneOf":
            let branches = try branches(key, value, path, place)
            return try product(alternatives, exactlyOne(of: branches, path, alternatives))
        case "not":
            var term = try child(place, key)
            term.isNegated = true
            return try lenient(alternatives) { compiler throws(GrammarError) in
                try compiler.product(alternatives, compiler.shapes(of: term))
            }
        case "if":
            return try lenient(alternatives) { compiler throws(GrammarError) in
                try compiler.conditional(schema, place, alternatives)
            }
        case "dependentRequired", "dependentSchemas", "dependencies":
            return try dependent(key, value, path, place, alternatives)
        default:
            try refuse(path, "\"\(key)\" depends on the way by which a schema was reached.")
            return alternatives
        }
    }

    /// What `body` gives; the old alternatives where it is refused and that may be left out.
    private mutating func lenient(
        _ alternatives: [SchemaShape],
        _ body: (inout SchemaCompiler) throws(GrammarError) -> [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        let open = openTerms
        do {
            return try body(&self)
        } catch {
            guard policy == .lenient, error.code == .unsupported else { throw error }
            openTerms = open
            return alternatives
        }
    }

    private mutating func branches(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int
    ) throws(GrammarError) -> [SchemaTerm] {
        guard let count = value.arrayValue?.count, count > 0 else {
            throw GrammarError(.syntax, "\(path) is not an array of schemas.")
        }
        var terms: [SchemaTerm] = []
        for position in 0..<count { terms.append(try child(place, key, String(position))) }
        return terms
    }

    private mutating func reference(
        _ value: JSONValue,
        _ path: String,
        _ place: Int
    ) throws(GrammarError) -> [SchemaShape] {
        guard let reference = value.stringValue else {
            throw GrammarError(.syntax, "\(path) is not a string.")
        }
        let resource = document.places[place].resource
        guard let target = document.place(ofReference: reference, from: resource) else {
            try refuse(path, "\"\(reference)\" is not in this document.")
            return [SchemaShape()]
        }
        return try shapes(of: SchemaTerm(place: target))
    }

    /// `if`, `then` and `else`: the condition and what follows, or its negation and the other.
    private mutating func conditional(
        _ schema: JSONObject,
        _ place: Int,
        _ alternatives: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        guard schema["then"] != nil || schema["else"] != nil else { return alternatives }
        let condition = try child(place, "if")
        var results: [SchemaShape] = []
        for (key, isNegated) in [("then", false), ("else", true)] {
            let term = SchemaTerm(place: condition.place, isNegated: isNegated)
            var branch = try product(alternatives, shapes(of: term))
            if schema[key] != nil { branch = try product(branch, shapes(of: child(place, key))) }
            results += branch
        }
        return results
    }

    /// For every key: it is not there, or something else holds.
    private mutating func dependent(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int,
        _ alternatives: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        guard let members = value.objectValue else {
            throw GrammarError(.syntax, "\(path) is not an object.")
        }
        var results = alternatives
        for (name, member) in members {
            var without = SchemaShape()
            without.objects.forbiddenKeys.insert(.init(name))
            var with = SchemaShape()
            with.types = .object
            with.objects.require(name)
            var consequences = [with]
            if member.arrayValue != nil {
                for other in try Self.names(member, path) { with.objects.require(other) }
                consequences = [with]
            } else {
                consequences = try product([with], shapes(of: child(place, key, name)))
            }
            results = try product(results, [without] + consequences)
        }
        return results
    }

    // MARK: Unevaluated keys and elements

    /// Closes objects and arrays against what none of the other keywords has looked at.
    mutating func unevaluated(
        _ schema: JSONObject,
        _ place: Int,
        _ alternatives: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        var results = alternatives
        if schema["unevaluatedProperties"] != nil {
            let rest = try child(place, "unevaluatedProperties")
            results = results.map { shape in
                var shape = shape
                shape.objects.facets.append(Self.remainder(of: shape.objects, rest))
                return shape
            }
        }
        if schema["unevaluatedItems"] != nil {
            let rest = try child(place, "unevaluatedItems")
            results = results.map { shape in
                var shape = shape
                let facets = shape.arrays.facets.filter { !$0.isCondition }
                guard !facets.contains(where: { $0.rest != nil }) else { return shape }
                let count = facets.reduce(0) { max($0, $1.prefix.count) }
                let known = [[SchemaTerm]](repeating: [], count: count)
                shape.arrays.facets.append(.init(prefix: known, rest: [rest]))
                return shape
            }
        }
        return results
    }

    private static func remainder(
        of objects: ObjectConstraint,
        _ rest: SchemaTerm
    ) -> ObjectConstraint.Facet {
        var facet = ObjectConstraint.Facet()
        facet.isDeclaration = true
        for other in objects.facets where !other.isCondition {
            for (key, _) in other.properties where facet.terms(ofProperty: .init(key)) == nil {
                facet.add(key, [])
            }
            facet.patterns += other.patterns.map { ($0.pattern, [], $0.path) }
        }
        let isOpen = objects.facets.contains { $0.rest != nil && !$0.isCondition }
        facet.rest = isOpen ? [] : [rest]
        return facet
    }
}
