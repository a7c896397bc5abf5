internal import ApusConversation

/// One alternative of what a place in a schema allows: no disjunction is left in it, except inside
/// of properties and elements.
///
/// Constraints of a kind that `types` lacks have no meaning.
struct SchemaShape {
    var types = SchemaTypes.all
    /// The only values, unless nil.
    var values: [JSONValue]?
    var numbers = NumberConstraint()
    var strings = StringConstraint()
    var arrays = ArrayConstraint()
    var objects = ObjectConstraint()

    /// What both allow, or nil when that is visibly nothing.
    func intersection(_ other: SchemaShape) -> SchemaShape? {
        var both = self
        both.types = types.intersection(other.types)
        guard !both.types.isEmpty else { return nil }
        if let values, let others = other.values {
            let keys = Set(others.map(SchemaValue.key))
            both.values = values.filter { keys.contains(SchemaValue.key($0)) }
        } else {
            both.values = values ?? other.values
        }
        both.values?.removeAll { !both.types.contains(SchemaTypes(of: $0)) }
        if let values = both.values {
            guard !values.isEmpty else { return nil }
            both.types = values.reduce(into: []) { $0.formUnion(SchemaTypes(of: $1)) }
        }
        both.numbers.formIntersection(other.numbers)
        both.strings.formIntersection(other.strings)
        both.arrays.formIntersection(other.arrays)
        both.objects.formIntersection(other.objects)
        return both
    }

    /// The same, but counting for nothing in `unevaluatedProperties` and `unevaluatedItems`.
    var asCondition: SchemaShape {
        var shape = self
        for index in arrays.facets.indices { shape.arrays.facets[index].isCondition = true }
        for index in objects.facets.indices { shape.objects.facets[index].isCondition = true }
        return shape
    }
}

/// A subschema that must hold, or must not.
struct SchemaTerm: Hashable {
    /// A place of the document.
    var place: Int
    var isNegated = false
}

/// What is asked of numbers.
struct NumberConstraint {
    /// Inclusive or exclusive ends.
    var minimum: DecimalBound?
    var maximum: DecimalBound?
    /// Numbers that divide it, with the path of the keyword.
    var divisors: [(divisor: Decimal, path: String)] = []

    mutating func formIntersection(_ other: NumberConstraint) {
        minimum = DecimalBound.tighter(minimum, other.minimum, isMinimum: true)
        maximum = DecimalBound.tighter(maximum, other.maximum, isMinimum: false)
        divisors += other.divisors
    }
}

/// What is asked of texts; lengths in code points.
struct StringConstraint {
    /// A keyword whose texts are a regular language.
    struct Demand: Hashable {
        enum Kind: Hashable { case pattern, format, encoding, excludedText }
        var kind: Kind
        var text: String
        var isNegated = false
        /// The place of the keyword, for messages.
        var path: String
    }

    var minimumLength = 0
    var maximumLength: Int?
    var demands: [Demand] = []

    /// Whether any text will do.
    var isTrivial: Bool { minimumLength == 0 && maximumLength == nil && demands.isEmpty }

    mutating func formIntersection(_ other: StringConstraint) {
        minimumLength = max(minimumLength, other.minimumLength)
        maximumLength = Self.smaller(maximumLength, other.maximumLength)
        for demand in other.demands where !demands.contains(demand) { demands.append(demand) }
    }

    /// The smaller of two limits, where nil is none.
    static func smaller(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}

/// What is asked of arrays.
struct ArrayConstraint {
    /// Schemas of elements by position, from one schema object.
    struct Facet {
        var prefix: [[SchemaTerm]] = []
        /// For elements after the prefix; nil where nothing is said.
        var rest: [SchemaTerm]?
        /// Whether it comes from a negation.
        var isCondition = false
    }

    /// A number of elements that a schema must hold for.
    struct Inclusion {
        var term: SchemaTerm
        var minimum: Int
        var maximum: Int?
        var path: String
    }

    var facets: [Facet] = []
    var minimumCount = 0
    var maximumCount: Int?
    var inclusions: [Inclusion] = []
    /// The place of `uniqueItems`, if it is asked for.
    var uniquePath: String?

    mutating func formIntersection(_ other: ArrayConstraint) {
        facets += other.facets
        minimumCount = max(minimumCount, other.minimumCount)
        maximumCount = StringConstraint.smaller(maximumCount, other.maximumCount)
        inclusions += other.inclusions
        uniquePath = uniquePath ?? other.uniquePath
    }

    /// Schemas of the element at a position.
    func terms(at position: Int) -> [SchemaTerm] {
        facets.flatMap { facet in
            position < facet.prefix.count ? facet.prefix[position] : facet.rest ?? []
        }
    }

    /// How many elements have schemas of their own.
    var prefixCount: Int { facets.reduce(0) { max($0, $1.prefix.count) } }

    /// Whether there can be elements beyond the prefix.
    var isOpen: Bool { prefixCount == 0 || facets.contains { $0.rest != nil } }
}

/// What is asked of objects.
struct ObjectConstraint {
    /// Schemas of members by key, from one schema object.
    struct Facet {
        var properties: [(key: String, terms: [SchemaTerm])] = []
        var positions: [Bytes: Int] = [:]
        /// Patterns with their path.
        var patterns: [(pattern: String, terms: [SchemaTerm], path: String)] = []
        /// For all other keys; nil where nothing is said.
        var rest: [SchemaTerm]?
        /// Whether the schema spoke of its keys, which makes others unwelcome.
        var isDeclaration = false
        /// Whether it comes from a negation, which counts for nothing in `unevaluatedProperties`.
        var isCondition = false

        /// Adds a property.
        mutating func add(_ key: String, _ terms: [SchemaTerm]) {
            positions[Bytes(key)] = properties.count
            properties.append((key, terms))
        }

        /// Schemas of a property, or nil when it has none of its own.
        func terms(ofProperty key: Bytes) -> [SchemaTerm]? {
            positions[key].map { properties[$0].terms }
        }
    }

    /// A text as its bytes; comparison of texts would merge canonically equivalent ones.
    struct Bytes: Hashable {
        let bytes: [UInt8]
        init(_ text: String) { bytes = Array(text.utf8) }
    }

    var facets: [Facet] = []
    /// Keys that must be there, in the order in which they were named.
    var required: [String] = []
    var requiredKeys: Set<Bytes> = []
    /// Keys that must not be there.
    var forbiddenKeys: Set<Bytes> = []
    /// Schemas of all keys.
    var names: [SchemaTerm] = []
    var minimumCount = 0
    /// The place of `minProperties`, for messages.
    var minimumPath = ""
    var maximumCount: Int?

    mutating func require(_ key: String) {
        if requiredKeys.insert(Bytes(key)).inserted { required.append(key) }
    }

    mutating func formIntersection(_ other: ObjectConstraint) {
        facets += other.facets
        for key in other.required { require(key) }
        forbiddenKeys.formUnion(other.forbiddenKeys)
        names += other.names.filter { !names.contains($0) }
        if other.minimumCount > minimumCount {
            minimumCount = other.minimumCount
            minimumPath = other.minimumPath
        }
        maximumCount = StringConstraint.smaller(maximumCount, other.maximumCount)
    }

    /// Whether keys that no schema names are welcome.
    var isOpen: Bool {
        facets.contains { $0.rest != nil } || !facets.contains { $0.isDeclaration }
    }
}
