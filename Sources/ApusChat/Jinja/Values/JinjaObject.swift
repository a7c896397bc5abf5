/// Something with an identity that statements or calls change.
class JinjaObject {
    var typeName: String { "object" }
    var isTrue: Bool { true }

    /// Drops what the object holds, so that objects that hold each other are freed.
    func clear() {}
}

/// A `namespace(…)`, whose fields can be assigned in inner scopes.
final class JinjaNamespace: JinjaObject {
    var fields: JinjaMapping

    init(_ fields: JinjaMapping) { self.fields = fields }

    override var typeName: String { "Namespace" }
    override func clear() { fields = JinjaMapping() }
}

/// What `map`, `select` and the like give: items that can be gone through once.
final class JinjaIterator: JinjaObject {
    private var items: [JinjaValue]

    init(_ items: [JinjaValue]) { self.items = items }

    override var typeName: String { "generator" }
    override func clear() { items = [] }

    /// The items, to the first who asks.
    func take() -> [JinjaValue] {
        defer { items = [] }
        return items
    }

    /// The next item alone.
    func takeFirst() -> JinjaValue? { items.isEmpty ? nil : items.removeFirst() }
}

/// `cycler(…)`: values given out in turn.
final class JinjaCycler: JinjaObject {
    private var items: [JinjaValue]
    private var position = 0

    init(_ items: [JinjaValue]) { self.items = items }

    override var typeName: String { "Cycler" }
    override func clear() { items = [] }

    var current: JinjaValue { items.isEmpty ? .none : items[position % items.count] }

    func next() -> JinjaValue {
        defer { position = items.isEmpty ? 0 : (position + 1) % items.count }
        return current
    }

    func reset() { position = 0 }
}

/// `joiner(…)`: nothing on the first call, the separator on all others.
final class JinjaJoiner: JinjaObject {
    private let separator: String
    private var isUsed = false

    init(_ separator: String) { self.separator = separator }

    override var typeName: String { "Joiner" }

    func next() -> String {
        defer { isUsed = true }
        return isUsed ? separator : ""
    }
}

/// The variable `loop` of a `for` statement.
final class JinjaLoopState: JinjaObject {
    private(set) var items: [JinjaValue]
    /// Position of the current item.
    var position = 0
    /// How many loops of the same recursion surround this one.
    let depth: Int
    /// The statement and its scope, for calls of `loop` in a recursive loop.
    let loop: JinjaLoop
    private(set) var scope: JinjaScope?
    private var lastChecked: [JinjaValue]?

    init(_ items: [JinjaValue], depth: Int, loop: JinjaLoop, scope: JinjaScope) {
        self.items = items
        self.depth = depth
        self.loop = loop
        self.scope = scope
    }

    override var typeName: String { "LoopContext" }

    override func clear() {
        items = []
        scope = nil
        lastChecked = nil
    }

    /// An attribute of `loop`, nil when there is none of that name.
    func attribute(_ name: String) -> JinjaValue? {
        switch name {
        case "index": .integer(position + 1)
        case "index0": .integer(position)
        case "revindex": .integer(items.count - position)
        case "revindex0": .integer(items.count - position - 1)
        case "first": .bool(position == 0)
        case "last": .bool(position == items.count - 1)
        case "length": .integer(items.count)
        case "depth": .integer(depth + 1)
        case "depth0": .integer(depth)
        case "previtem": neighbour(position - 1, "there is no previous item")
        case "nextitem": neighbour(position + 1, "there is no next item")
        case "cycle", "changed": .function(.method(.object(self), name))
        default: nil
        }
    }

    private func neighbour(_ position: Int, _ absence: String) -> JinjaValue {
        items.indices.contains(position) ? items[position] : .undefined(absence)
    }

    /// Whether the values differ from those of the last call.
    func changed(_ values: [JinjaValue]) -> Bool {
        let isSame = lastChecked.map { JinjaValue.equal(.tuple($0), .tuple(values)) } ?? false
        lastChecked = values
        return !isSame
    }
}
