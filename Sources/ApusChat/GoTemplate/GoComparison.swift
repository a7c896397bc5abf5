/// `eq`, `ne`, `lt`, `le`, `gt` and `ge`.
enum GoComparison {
    static func call(_ function: GoFunction, _ values: [GoValue]) throws(GoFailure) -> Bool {
        guard values.count > 1 else { throw GoFailure("a second value is missing") }
        switch function {
        case .ne: return try !areEqual(values[0], values[1])
        case .lt: return try isLess(values[0], values[1])
        case .le: return try isAtMost(values[0], values[1])
        case .gt: return try !isAtMost(values[0], values[1])
        case .ge: return try !isLess(values[0], values[1])
        default:
            for value in values.dropFirst() where try areEqual(values[0], value) { return true }
            return false
        }
    }

    private static func areEqual(_ left: GoValue, _ right: GoValue) throws(GoFailure) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): return left == right
        case (.integer(let left), .integer(let right)): return left == right
        case (.double(let left), .double(let right)): return left == right
        case (.text(let left), .text(let right)): return left.utf8.elementsEqual(right.utf8)
        default: break
        }
        if left.isAbsent || right.isAbsent { return isNil(left) && isNil(right) }
        throw incompatible(left, right)
    }

    /// An empty list or map counts as one that was never made.
    private static func isNil(_ value: GoValue) -> Bool {
        switch value {
        case .nothing, .null: true
        case .list(let list): list.elements.isEmpty
        case .map(let map): map.entries.isEmpty
        default: false
        }
    }

    private static func isLess(_ left: GoValue, _ right: GoValue) throws(GoFailure) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left < right
        case (.double(let left), .double(let right)): return left < right
        case (.text(let left), .text(let right)):
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        default: throw incompatible(left, right)
        }
    }

    private static func isAtMost(_ left: GoValue, _ right: GoValue) throws(GoFailure) -> Bool {
        if try isLess(left, right) { return true }
        return try areEqual(left, right)
    }

    private static func incompatible(_ left: GoValue, _ right: GoValue) -> GoFailure {
        GoFailure("\(left.typeName) and \(right.typeName) cannot be compared")
    }
}
