/// What all JSON texts share.
extension SchemaCompiler {
    /// Rules of `Grammar` that every value of a kind matches.
    enum Generic { case value, object, array, string, number, space }

    /// The rule for any value of a kind.
    mutating func generic(_ kind: Generic) throws(GrammarError) -> GrammarExpression {
        if let known = genericRules[kind] { return known }
        let expression =
            switch kind {
            case .value: grammar.jsonValue()
            case .object: grammar.jsonObject()
            case .array: grammar.jsonArray()
            case .string: grammar.jsonString()
            case .number: grammar.jsonNumber()
            case .space: grammar.jsonSpace()
            }
        genericRules[kind] = expression
        return expression
    }

    /// What stands between two elements.
    mutating func comma() throws(GrammarError) -> GrammarExpression {
        .sequence([.text(","), try generic(.space)])
    }

    /// A key, quotes included, and its value.
    mutating func member(
        _ key: GrammarExpression,
        _ value: GrammarExpression
    ) throws(GrammarError) -> GrammarExpression {
        .sequence([key, .text(":"), try generic(.space), value])
    }

    /// A list between brackets; `.nothing` where the list cannot be.
    mutating func bracketed(
        _ open: String,
        _ list: SchemaList,
        _ close: String
    ) throws(GrammarError) -> GrammarExpression {
        let space = try generic(.space)
        let content = GrammarExpression.sequence([list.filled, space])
        switch (list.filled == .nothing, list.allowsEmpty) {
        case (true, false): return .nothing
        case (true, true): return .sequence([.text(open), space, .text(close)])
        case (false, false): return .sequence([.text(open), space, content, .text(close)])
        case (false, true):
            return .sequence([.text(open), space, content.optional, .text(close)])
        }
    }

    /// What a shape matches, as alternatives.
    mutating func lower(
        _ shape: SchemaShape,
        name: String
    ) throws(GrammarError) -> [GrammarExpression] {
        if let values = shape.values { return [try lowerValues(values, shape)] }
        var alternatives: [GrammarExpression] = []
        if shape.types.contains(.object) { alternatives.append(try lowerObject(shape.objects)) }
        if shape.types.contains(.array) { alternatives.append(try lowerArray(shape.arrays)) }
        if shape.types.contains(.string) { alternatives.append(try lowerTexts(shape.strings)) }
        if !shape.types.isDisjoint(with: .number) { alternatives.append(try lowerNumbers(shape)) }
        if shape.types.contains(.boolean) { alternatives += [.text("true"), .text("false")] }
        if shape.types.contains(.null) { alternatives.append(.text("null")) }
        guard shape.types == .all else { return alternatives }
        let plain: [GrammarExpression] = [
            try generic(.object), try generic(.array), try generic(.string), try generic(.number),
        ]
        return Array(alternatives.prefix(4)) == plain ? [try generic(.value)] : alternatives
    }
}
