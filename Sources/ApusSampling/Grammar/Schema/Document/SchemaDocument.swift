internal import ApusConversation

/// A schema document: subschemas by their place, and what `$ref` can name.
///
/// Names are looked up inside the document only: JSON Pointers from the root of the document or of
/// the nearest `$id` around, anchors, and the `$id`s themselves. Source: JSON Schema Core, draft
/// 2020-12, sections 8.2 and 9.2.
struct SchemaDocument {
    /// A subschema.
    struct Place {
        /// What stands there.
        let value: JSONValue
        /// JSON Pointer from the root of the document; empty for the root itself.
        let path: String
        /// The nearest resource around, a place in `resources`.
        let resource: Int
    }

    /// A subschema with a name of its own.
    struct Resource {
        let uri: String
        let value: JSONValue
        let path: String
        /// Paths by anchor.
        var anchors: [String: (path: String, value: JSONValue)] = [:]
    }

    /// All places that were asked for; the root is the first one.
    private(set) var places: [Place] = []
    private var placesByPath: [String: Int] = [:]
    private(set) var resources: [Resource] = []
    private var resourcesByPath: [String: Int] = [:]

    /// The keywords under which subschemas lie, by the shape of what holds them.
    private static let single: Set<String> = [
        "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if",
        "items", "not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    ]
    private static let lists: Set<String> = ["allOf", "anyOf", "items", "oneOf", "prefixItems"]
    private static let maps: Set<String> = [
        "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties",
        "properties",
    ]

    /// A document.
    ///
    /// Throws: `limit` when it is nested too deeply.
    init(_ root: JSONValue) throws(GrammarError) {
        let uri = root["$id"]?.stringValue ?? ""
        resources = [Resource(uri: SchemaURI.withoutFragment(uri), value: root, path: "")]
        resourcesByPath[""] = 0
        try collect(root, path: "", resource: 0, depth: 0)
        _ = place(of: root, path: "", resource: 0)
    }

    /// The number of a place.
    mutating func place(of value: JSONValue, path: String, resource: Int) -> Int {
        if let known = placesByPath[path] { return known }
        places.append(
            Place(value: value, path: path, resource: resourcesByPath[path] ?? resource)
        )
        placesByPath[path] = places.count - 1
        return places.count - 1
    }

    /// The number of the place that a reference names, or nil when it is not in the document.
    mutating func place(ofReference reference: String, from resource: Int) -> Int? {
        let (address, fragment) = SchemaURI.split(reference)
        var target = resource
        if !address.isEmpty {
            let uri = SchemaURI.resolved(address, against: resources[resource].uri)
            guard let found = resources.firstIndex(where: { $0.uri == uri }) else { return nil }
            target = found
        }
        let decoded = SchemaPointer.percentDecoded(fragment)
        guard decoded.isEmpty || decoded.hasPrefix("/") else {
            guard let anchor = resources[target].anchors[decoded] else { return nil }
            return place(of: anchor.value, path: anchor.path, resource: target)
        }
        return place(ofPointer: decoded, in: target)
    }

    private mutating func place(ofPointer pointer: String, in resource: Int) -> Int? {
        var value = resources[resource].value
        var path = resources[resource].path
        var nearest = resource
        for token in SchemaPointer.tokens(pointer) {
            guard let next = value[token] ?? Int(token).flatMap({ value[$0] }) else { return nil }
            value = next
            path = SchemaPointer.appending(token, to: path)
            nearest = resourcesByPath[path] ?? nearest
        }
        return place(of: value, path: path, resource: nearest)
    }

    // MARK: Names

    private mutating func collect(
        _ value: JSONValue,
        path: String,
        resource: Int,
        depth: Int
    ) throws(GrammarError) {
        guard let schema = value.objectValue else { return }
        guard depth < SchemaLimits.depth else {
            throw GrammarError(.limit, "A schema is nested deeper than \(SchemaLimits.depth).")
        }
        let resource = enter(schema, path: path, resource: resource)
        for name in ["$anchor", "$dynamicAnchor"] {
            guard let anchor = schema[name]?.stringValue else { continue }
            resources[resource].anchors[anchor] = (path, value)
        }
        for (key, child) in schema {
            let path = SchemaPointer.appending(key, to: path)
            if Self.single.contains(key), child.objectValue != nil {
                try collect(child, path: path, resource: resource, depth: depth + 1)
            } else if Self.lists.contains(key), let elements = child.arrayValue {
                for (position, element) in elements.enumerated() {
                    let path = "\(path)/\(position)"
                    try collect(element, path: path, resource: resource, depth: depth + 1)
                }
            } else if Self.maps.contains(key), let members = child.objectValue {
                for (name, member) in members {
                    let path = SchemaPointer.appending(name, to: path)
                    try collect(member, path: path, resource: resource, depth: depth + 1)
                }
            }
        }
    }

    /// The resource of a subschema: its own when it has an `$id`.
    private mutating func enter(_ schema: JSONObject, path: String, resource: Int) -> Int {
        guard !path.isEmpty, let id = schema["$id"]?.stringValue else { return resource }
        let (address, fragment) = SchemaURI.split(id)
        if address.isEmpty {
            // Drafts 6 and 7 spell an anchor this way.
            if !fragment.isEmpty { resources[resource].anchors[fragment] = (path, .object(schema)) }
            return resource
        }
        let uri = SchemaURI.resolved(address, against: resources[resource].uri)
        resources.append(Resource(uri: uri, value: .object(schema), path: path))
        resourcesByPath[path] = resources.count - 1
        return resources.count - 1
    }
}
