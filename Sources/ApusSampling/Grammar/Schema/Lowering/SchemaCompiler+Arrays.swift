internal import ApusConversation

/// Arrays.
extension SchemaCompiler {
    /// States that counting may take in one array.
    private static let countLimit = 4_000
    /// Values whose subsets are told apart for `uniqueItems`; more of them keep their order.
    private static let subsetLimit = 5

    /// The arrays that satisfy a constraint.
    mutating func lowerArray(_ arrays: ArrayConstraint) throws(GrammarError) -> GrammarExpression {
        var arrays = arrays
        arrays.inclusions.removeAll { $0.minimum == 0 && $0.maximum == nil }
        if !arrays.isOpen { limit(&arrays, to: arrays.prefixCount) }
        let last = arrays.prefixCount
        for position in 0...last where position < arrays.maximumCount ?? .max {
            if try expression(for: arrays.terms(at: position)) == .nothing {
                limit(&arrays, to: position)
            }
        }
        if let maximum = arrays.maximumCount, maximum < arrays.minimumCount { return .nothing }
        if let path = arrays.uniquePath, arrays.maximumCount ?? 2 > 1 {
            if let unique = try lowerUnique(arrays, path) { return unique }
        }
        if !arrays.inclusions.isEmpty {
            if let including = try lowerIncluding(arrays) { return including }
        }
        if last == 0, arrays.minimumCount == 0, arrays.maximumCount == nil,
            try expression(for: arrays.terms(at: 0)) == generic(.value)
        {
            return try generic(.array)
        }
        return try bracketed("[", elements(arrays), "]")
    }

    private func limit(_ arrays: inout ArrayConstraint, to count: Int) {
        arrays.maximumCount = min(arrays.maximumCount ?? count, count)
    }

    /// Elements by position, then the rest.
    private mutating func elements(_ arrays: ArrayConstraint) throws(GrammarError) -> SchemaList {
        let maximum = arrays.maximumCount
        let fixed = min(max(arrays.prefixCount, 1), maximum ?? .max)
        guard fixed > 0 else { return SchemaList(filled: .nothing, allowsEmpty: true) }
        var tail = GrammarExpression.empty
        if maximum ?? .max > fixed {
            let item = try expression(for: arrays.terms(at: arrays.prefixCount))
            tail = .repeated(
                .sequence([try comma(), item]),
                minimum: max(arrays.minimumCount - fixed, 0),
                maximum: maximum.map { $0 - fixed }
            )
        }
        for position in (1..<fixed).reversed() {
            let element = try expression(for: arrays.terms(at: position))
            let more = GrammarExpression.sequence([try comma(), element, tail])
            tail = try shared("elements", position < arrays.minimumCount ? more : more.optional)
        }
        let first = try expression(for: arrays.terms(at: 0))
        return SchemaList(
            filled: .sequence([first, tail]),
            allowsEmpty: arrays.minimumCount == 0
        )
    }

    // MARK: contains

    /// Arrays with a number of elements that satisfy a schema, nil where that is left out.
    private mutating func lowerIncluding(
        _ arrays: ArrayConstraint
    ) throws(GrammarError) -> GrammarExpression? {
        let inclusion = arrays.inclusions[0]
        guard arrays.inclusions.count == 1 else {
            try refuse(inclusion.path, "there is another \"contains\" for the same array.")
            return nil
        }
        let positions = arrays.maximumCount ?? max(arrays.minimumCount, arrays.prefixCount)
        let counts = inclusion.maximum ?? inclusion.minimum
        guard inclusion.minimum <= counts else { return .nothing }
        guard positions < Self.countLimit, counts < Self.countLimit,
            (positions + 1) * (counts + 1) <= Self.countLimit
        else { throw GrammarError(.limit, "\(inclusion.path) has to count too far.") }
        if inclusion.minimum > 0, try !canInclude(arrays, inclusion, positions) { return .nothing }
        var rules: [[Grammar.RuleID]] = []
        for _ in 0...positions {
            var row: [Grammar.RuleID] = []
            for _ in 0...counts { row.append(try declare("elements")) }
            rules.append(row)
        }
        var start = GrammarExpression.nothing
        for position in 0...positions {
            for count in 0...counts {
                let steps = try steps(arrays, inclusion, position, count) { .rule(rules[$0][$1]) }
                let isEnd = position >= arrays.minimumCount && count >= inclusion.minimum
                let more = try steps.map { step throws(GrammarError) in
                    .sequence([try comma(), step]) as GrammarExpression
                }
                let ends: [GrammarExpression] = isEnd ? [.empty] : []
                grammar.define(rules[position][count], as: Self.choice(ends + more))
                if position == 0, count == 0 { start = Self.choice(steps) }
            }
        }
        let allowsEmpty = arrays.minimumCount == 0 && inclusion.minimum == 0
        return try bracketed("[", SchemaList(filled: start, allowsEmpty: allowsEmpty), "]")
    }

    /// Whether an element at any position can be one of those that are counted.
    private mutating func canInclude(
        _ arrays: ArrayConstraint,
        _ inclusion: ArrayConstraint.Inclusion,
        _ positions: Int
    ) throws(GrammarError) -> Bool {
        for position in 0...min(positions, arrays.prefixCount) {
            let terms = arrays.terms(at: position) + [inclusion.term]
            if try expression(for: terms) != .nothing { return true }
        }
        return false
    }

    /// One more element, and what follows it.
    private mutating func steps(
        _ arrays: ArrayConstraint,
        _ inclusion: ArrayConstraint.Inclusion,
        _ position: Int,
        _ count: Int,
        _ rule: (Int, Int) -> GrammarExpression
    ) throws(GrammarError) -> [GrammarExpression] {
        let positions = arrays.maximumCount ?? max(arrays.minimumCount, arrays.prefixCount)
        if position == arrays.maximumCount { return [] }
        let next = min(position + 1, positions)
        let terms = arrays.terms(at: position)
        let counts = inclusion.maximum ?? inclusion.minimum
        var steps: [GrammarExpression] = []
        if inclusion.maximum == nil || count < counts {
            let hit = try expression(for: terms + [inclusion.term])
            let isCounted = count < counts
            if hit != .nothing, isCounted { steps.append(.sequence([hit, rule(next, count + 1)])) }
        }
        var miss = terms
        if inclusion.maximum != nil {
            var term = inclusion.term
            term.isNegated.toggle()
            miss.append(term)
        }
        let other = try expression(for: miss)
        if other != .nothing { steps.append(.sequence([other, rule(next, count)])) }
        return steps
    }

    // MARK: uniqueItems

    /// Arrays without equal elements, nil where that is left out.
    private mutating func lowerUnique(
        _ arrays: ArrayConstraint,
        _ path: String
    ) throws(GrammarError) -> GrammarExpression? {
        guard arrays.prefixCount == 0, arrays.inclusions.isEmpty,
            let values = try finiteValues(of: arrays.terms(at: 0))
        else {
            try refuse(path, "elements are kept apart only if an enum or const lists them.")
            return nil
        }
        var elements: [GrammarExpression] = []
        for value in values {
            var shape = SchemaShape()
            shape.values = [value]
            elements.append(try lowerValues([value], shape))
        }
        let list: SchemaList
        if values.count <= Self.subsetLimit {
            list = try subsets(of: elements, arrays)
        } else {
            let members = elements.map { ($0, false) }
            var selection = SchemaSelection(members: members)
            selection.minimum = arrays.minimumCount
            selection.maximum = arrays.maximumCount
            list = try lower(selection)
        }
        return try bracketed("[", list, "]")
    }

    /// Elements in any order, each at most once: a rule for every set of elements so far.
    private mutating func subsets(
        of elements: [GrammarExpression],
        _ arrays: ArrayConstraint
    ) throws(GrammarError) -> SchemaList {
        var after = [GrammarExpression](repeating: .nothing, count: 1 << elements.count)
        var first: [GrammarExpression] = []
        for taken in after.indices.reversed() {
            let count = taken.nonzeroBitCount
            var steps: [GrammarExpression] = []
            for (bit, element) in elements.enumerated() where taken & 1 << bit == 0 {
                let next = after[taken | 1 << bit]
                guard count < arrays.maximumCount ?? .max, next != .nothing else { continue }
                steps.append(.sequence([element, next]))
            }
            if taken == 0 { first = steps }
            let ends: [GrammarExpression] = count >= arrays.minimumCount ? [.empty] : []
            let more = try steps.map { step throws(GrammarError) in
                .sequence([try comma(), step]) as GrammarExpression
            }
            after[taken] = try shared("elements", Self.choice(ends + more))
        }
        return SchemaList(
            filled: Self.choice(first),
            allowsEmpty: arrays.minimumCount == 0
        )
    }

    /// All values that are valid under some terms, if an enumeration lists them.
    private mutating func finiteValues(
        of terms: [SchemaTerm]
    ) throws(GrammarError) -> [JSONValue]? {
        var values: [JSONValue] = []
        var seen: Set<[UInt8]> = []
        for shape in try shapes(of: terms) {
            var listed = shape.values
            if listed == nil, shape.types.isSubset(of: [.null, .boolean]) {
                listed = (shape.types.contains(.boolean) ? [true, false] : [])
                listed? += shape.types.contains(.null) ? [.null] : []
            }
            guard let listed else { return nil }
            for value in listed where try isValid(value, shape) {
                if seen.insert(SchemaValue.key(value)).inserted { values.append(value) }
            }
        }
        return values
    }
}
