internal import ApusConversation

/// From places to alternatives.
extension SchemaCompiler {
    /// The alternatives of what is valid under all terms.
    mutating func shapes(of terms: [SchemaTerm]) throws(GrammarError) -> [SchemaShape] {
        var alternatives = [SchemaShape()]
        for term in terms {
            alternatives = try product(alternatives, shapes(of: term))
        }
        return alternatives
    }

    /// The alternatives of one term.
    mutating func shapes(of term: SchemaTerm) throws(GrammarError) -> [SchemaShape] {
        if let known = shapesByTerm[term] { return known }
        let place = document.places[term.place]
        guard openTerms.insert(term).inserted else {
            throw GrammarError(.unsupported, "#\(place.path) refers to itself without end.")
        }
        guard openTerms.count <= SchemaLimits.depth else {
            throw GrammarError(.limit, "#\(place.path) lies too deep in the schema.")
        }
        let shapes = try resolve(term)
        openTerms.remove(term)
        try spend(shapes.count, place.path)
        shapesByTerm[term] = shapes
        return shapes
    }

    private mutating func resolve(_ term: SchemaTerm) throws(GrammarError) -> [SchemaShape] {
        let place = document.places[term.place]
        switch place.value {
        case .bool(let isValid): return isValid != term.isNegated ? [SchemaShape()] : []
        case .object(let schema):
            guard term.isNegated else { return try shapes(of: schema, at: term.place) }
            return try negation(of: schema, at: term.place).map(\.asCondition)
        default:
            throw GrammarError(
                .syntax,
                "#\(place.path) is \(place.value.kind), expected a schema: an object or a boolean."
            )
        }
    }

    /// Alternatives of both, every one of the left combined with every one of the right.
    mutating func product(
        _ left: [SchemaShape],
        _ right: [SchemaShape]
    ) throws(GrammarError) -> [SchemaShape] {
        let (count, overflow) = left.count.multipliedReportingOverflow(by: right.count)
        let isLinear = left.count <= 1 || right.count <= 1
        guard !overflow, isLinear || count <= SchemaLimits.alternatives else {
            throw GrammarError(.limit, "Combined schemas have too many alternatives.")
        }
        try spend(count, "")
        var both: [SchemaShape] = []
        for first in left {
            both += right.compactMap { first.intersection($0) }
        }
        return both
    }

    private mutating func spend(_ count: Int, _ path: String) throws(GrammarError) {
        alternativeCount += count + 1
        guard alternativeCount <= SchemaLimits.totalAlternatives else {
            throw GrammarError(.limit, "The schema has too many alternatives at #\(path).")
        }
    }

    /// The alternatives of a schema object: its own constraints, then what it applies in place.
    private mutating func shapes(
        of schema: JSONObject,
        at place: Int
    ) throws(GrammarError) -> [SchemaShape] {
        var shape = SchemaShape()
        var applicators: [(key: String, value: JSONValue)] = []
        var arrayFacet = ArrayConstraint.Facet()
        for (key, value) in schema {
            if Self.annotations.contains(key) { continue }
            let path = SchemaPointer.appending(key, to: document.places[place].path)
            if try scalarKeyword(key, value, path, schema, &shape) { continue }
            if try arrayKeyword(key, value, path, place, &shape, &arrayFacet) { continue }
            if try objectKeyword(key, value, path, place, &shape) { continue }
            if Self.applicators.contains(key) {
                applicators.append((key, value))
            } else if !Self.companions.contains(key), let meant = KeywordSpelling.meant(by: key) {
                try refuse(path, "the keyword \"\(key)\" is not known, did you mean \"\(meant)\"?")
            }
        }
        try addFacets(of: schema, place, arrayFacet, &shape)
        guard let start = SchemaShape().intersection(shape) else { return [] }
        var alternatives = [start]
        for (key, value) in applicators {
            alternatives = try apply(key, value, schema, place, alternatives)
        }
        return try unevaluated(schema, place, alternatives)
    }

    /// Keywords that say nothing about validity.
    private static let annotations: Set<String> = [
        "$anchor", "$comment", "$defs", "$dynamicAnchor", "$id", "$schema", "$vocabulary",
        "contentMediaType", "contentSchema", "default", "definitions", "deprecated", "description",
        "discriminator", "example", "examples", "externalDocs", "id", "readOnly", "title",
        "writeOnly", "xml",
    ]

    /// Keywords that are read together with another one, or later.
    private static let companions: Set<String> = [
        "additionalItems", "additionalProperties", "else", "items", "maxContains", "minContains",
        "nullable", "patternProperties", "properties", "then", "unevaluatedItems",
        "unevaluatedProperties",
    ]

    private static let applicators: Set<String> = [
        "$dynamicRef", "$recursiveRef", "$ref", "allOf", "anyOf", "dependencies",
        "dependentRequired", "dependentSchemas", "if", "not", "oneOf",
    ]

    /// A length or a number of things.
    static func count(_ value: JSONValue, _ path: String) throws(GrammarError) -> Int {
        if let number = value.doubleValue, number >= 0, number.rounded() == number {
            return Int(min(number, Double(Int32.max)))
        }
        throw GrammarError(.syntax, "\(path) is not a non-negative integer.")
    }
}
