internal import ApusConversation

/// Keywords about arrays and objects.
extension SchemaCompiler {
    /// Reads a keyword, if it is one about arrays.
    mutating func arrayKeyword(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int,
        _ shape: inout SchemaShape,
        _ facet: inout ArrayConstraint.Facet
    ) throws(GrammarError) -> Bool {
        switch key {
        case "minItems":
            shape.arrays.minimumCount = max(
                shape.arrays.minimumCount,
                try Self.count(value, path)
            )
        case "maxItems": shape.arrays.maximumCount = try Self.count(value, path)
        case "uniqueItems": if value == true { shape.arrays.uniquePath = path }
        case "prefixItems": facet.prefix = try elements(of: key, value, path, place)
        case "items" where value.arrayValue != nil:
            // Before draft 2020-12 an array here was what `prefixItems` is now.
            facet.prefix = try elements(of: key, value, path, place)
        case "contains":
            let schema = document.places[place].value
            let minimum = try schema["minContains"].map { value throws(GrammarError) in
                try Self.count(value, path)
            }
            let maximum = try schema["maxContains"].map { value throws(GrammarError) in
                try Self.count(value, path)
            }
            shape.arrays.inclusions.append(
                .init(
                    term: try child(place, key),
                    minimum: minimum ?? 1,
                    maximum: maximum,
                    path: path
                )
            )
        default: return false
        }
        return true
    }

    private mutating func elements(
        of key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int
    ) throws(GrammarError) -> [[SchemaTerm]] {
        guard let count = value.arrayValue?.count else {
            throw GrammarError(.syntax, "\(path) is not an array.")
        }
        var terms: [[SchemaTerm]] = []
        for position in 0..<count { terms.append([try child(place, key, String(position))]) }
        return terms
    }

    /// Reads a keyword, if it is one about objects.
    mutating func objectKeyword(
        _ key: String,
        _ value: JSONValue,
        _ path: String,
        _ place: Int,
        _ shape: inout SchemaShape
    ) throws(GrammarError) -> Bool {
        switch key {
        case "required":
            for name in try Self.names(value, path) { shape.objects.require(name) }
        case "propertyNames": shape.objects.names.append(try child(place, key))
        case "minProperties":
            shape.objects.minimumCount = try Self.count(value, path)
            shape.objects.minimumPath = path
        case "maxProperties": shape.objects.maximumCount = try Self.count(value, path)
        default: return false
        }
        return true
    }

    /// A list of keys.
    static func names(_ value: JSONValue, _ path: String) throws(GrammarError) -> [String] {
        guard let names = value.arrayValue else {
            throw GrammarError(.syntax, "\(path) is not an array of strings.")
        }
        var texts: [String] = []
        for name in names {
            guard let text = name.stringValue else {
                throw GrammarError(.syntax, "\(path) is not an array of strings.")
            }
            texts.append(text)
        }
        return texts
    }

    /// Adds what the keywords say together about elements and members.
    mutating func addFacets(
        of schema: JSONObject,
        _ place: Int,
        _ arrayFacet: ArrayConstraint.Facet,
        _ shape: inout SchemaShape
    ) throws(GrammarError) {
        var arrayFacet = arrayFacet
        if let items = schema["items"], items.arrayValue == nil {
            arrayFacet.rest = [try child(place, "items")]
        } else if schema["items"] != nil, schema["additionalItems"] != nil {
            arrayFacet.rest = [try child(place, "additionalItems")]
        }
        if !arrayFacet.prefix.isEmpty || arrayFacet.rest != nil {
            shape.arrays.facets.append(arrayFacet)
        }
        let names = ["properties", "patternProperties", "additionalProperties"]
        if names.contains(where: { schema[$0] != nil }) {
            shape.objects.facets.append(try objectFacet(of: schema, place))
        }
    }

    private mutating func objectFacet(
        of schema: JSONObject,
        _ place: Int
    ) throws(GrammarError) -> ObjectConstraint.Facet {
        var facet = ObjectConstraint.Facet()
        let path = document.places[place].path
        for key in ["properties", "patternProperties"] {
            guard let value = schema[key] else { continue }
            guard let members = value.objectValue else {
                throw GrammarError(.syntax, "\(path)/\(key) is not an object.")
            }
            facet.isDeclaration = true
            for name in members.keys {
                let term = try child(place, key, name)
                if key == "properties" {
                    facet.add(name, [term])
                } else {
                    facet.patterns.append((name, [term], document.places[term.place].path))
                }
            }
        }
        if schema["additionalProperties"] != nil {
            facet.rest = [try child(place, "additionalProperties")]
            facet.isDeclaration = true
        }
        return facet
    }
}
