/// A list of members in a fixed order, some of which may be missing, and then others.
struct SchemaSelection {
    /// In order, each with whether it must be there.
    var members: [(expression: GrammarExpression, isRequired: Bool)]
    /// What may follow any number of times.
    var extra: GrammarExpression?
    /// Whether extras count one by one; else any number of them is surely worth one only.
    var countsExtras = false
    var minimum = 0
    var maximum: Int?
}

/// A list without its brackets.
struct SchemaList {
    /// At least one element; `.nothing` if there cannot be one.
    var filled: GrammarExpression
    /// Whether there may be none.
    var allowsEmpty: Bool
}

extension SchemaCompiler {
    /// Writes a selection, elements separated by commas.
    ///
    /// Complexity: one expression a member, times the count that has to be kept.
    mutating func lower(_ selection: SchemaSelection) throws(GrammarError) -> SchemaList {
        let required = selection.members.count { $0.isRequired }
        let isUncounted =
            selection.minimum <= required
            && (selection.maximum ?? .max) >= selection.members.count
            && (selection.extra == nil || selection.maximum == nil)
        return try isUncounted ? lowerPlain(selection) : lowerCounted(selection)
    }

    // MARK: Without counting

    /// The list begins with any member up to the first required one; from there it is one sequence.
    private mutating func lowerPlain(
        _ selection: SchemaSelection
    ) throws(GrammarError) -> SchemaList {
        let members = selection.members
        let firstRequired = members.firstIndex { $0.isRequired }
        let leading = firstRequired ?? members.count
        var rest: [GrammarExpression] = []
        for member in members[min(leading + 1, members.count)...] {
            let next = GrammarExpression.sequence([try comma(), member.expression])
            rest.append(member.isRequired ? next : next.optional)
        }
        if let extra = selection.extra {
            rest.append(.sequence([try comma(), extra]).zeroOrMore)
        }
        var alternatives: [GrammarExpression] = []
        var tail = rest
        if let firstRequired {
            alternatives.append(.sequence([members[firstRequired].expression] + tail))
            if leading > 0 {
                tail = [
                    try shared(
                        "members",
                        .sequence([try comma(), members[firstRequired].expression] + tail)
                    )
                ]
            }
        } else if let extra = selection.extra {
            alternatives.append(.sequence([extra] + tail))
        }
        for (position, member) in members[..<leading].enumerated().reversed() {
            alternatives.append(.sequence([member.expression] + tail))
            guard position > 0 else { break }
            let next = GrammarExpression.sequence([try comma(), member.expression]).optional
            tail = [try shared("members", .sequence([next] + tail))]
        }
        return SchemaList(
            filled: Self.choice(alternatives.reversed()),
            allowsEmpty: firstRequired == nil && selection.minimum == 0
        )
    }

    // MARK: With counting

    /// For every place and count so far, a rule for what may follow.
    private mutating func lowerCounted(
        _ selection: SchemaSelection
    ) throws(GrammarError) -> SchemaList {
        let members = selection.members
        let last = min(selection.maximum ?? selection.minimum, members.count + 1)
        var following: [GrammarExpression] = []
        for count in 0...last { following.append(try extras(selection, after: count)) }
        var filled = try firstExtras(selection)
        for (position, member) in members.enumerated().reversed() {
            var before: [GrammarExpression] = []
            if position == 0 || !members[..<position].contains(where: \.isRequired) {
                let after = following[min(1, last)]
                let begun: GrammarExpression =
                    last == 0 && selection.maximum != nil || after == .nothing
                    ? .nothing : .sequence([member.expression, after])
                filled = Self.choice(member.isRequired ? [begun] : [begun, filled])
            }
            for count in 0...last {
                let isFull = count == last && selection.maximum.map { $0 <= last } ?? false
                let after = isFull ? .nothing : following[min(count + 1, last)]
                let taken =
                    after == .nothing
                    ? after : .sequence([try comma(), member.expression, after])
                let body =
                    member.isRequired ? taken : Self.choice([taken, following[count]])
                before.append(try shared("members", body))
            }
            following = before
        }
        let isOptional = !members.contains { $0.isRequired }
        return SchemaList(filled: filled, allowsEmpty: isOptional && selection.minimum == 0)
    }

    /// Extras after so many members.
    private mutating func extras(
        _ selection: SchemaSelection,
        after count: Int
    ) throws(GrammarError) -> GrammarExpression {
        if let maximum = selection.maximum, count > maximum { return .nothing }
        let missing = max(selection.minimum - count, 0)
        guard let extra = selection.extra else { return missing == 0 ? .empty : .nothing }
        guard missing <= 1 || selection.countsExtras else { return .nothing }
        let room = selection.maximum.map { $0 - count }
        guard room ?? .max >= missing else { return .nothing }
        return .repeated(.sequence([try comma(), extra]), minimum: missing, maximum: room)
    }

    /// Extras without a member before them.
    private mutating func firstExtras(
        _ selection: SchemaSelection
    ) throws(GrammarError) -> GrammarExpression {
        guard let extra = selection.extra, selection.maximum ?? 1 >= 1 else { return .nothing }
        let rest = try extras(selection, after: 1)
        return rest == .nothing ? rest : .sequence([extra, rest])
    }
}
