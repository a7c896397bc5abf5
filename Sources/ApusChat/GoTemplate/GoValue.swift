internal import ApusConversation

/// A value in a template.
enum GoValue: Sendable {
    /// No value at all: what a variable without one holds.
    case nothing
    /// A nil where anything could stand, as for the missing key of a map.
    case null
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case text(String)
    case list(GoList)
    case map(GoMap)
    case record(GoRecord)

    /// What Go calls the type, for messages and for `%T`.
    var typeName: String {
        switch self {
        case .nothing, .null: "<nil>"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float64"
        case .text: "string"
        case .list(let list): list.typeName
        case .map(let map): map.typeName
        case .record(let record): record.typeName
        }
    }

    /// Whether `if` takes it for true: anything but zeros and empty things.
    var isTrue: Bool {
        switch self {
        case .nothing, .null: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .double(let value): value != 0
        case .text(let value): !value.isEmpty
        case .list(let list): !list.elements.isEmpty
        case .map(let map): !map.entries.isEmpty
        case .record: true
        }
    }

    /// Whether nothing is there.
    var isAbsent: Bool {
        switch self {
        case .nothing, .null: true
        default: false
        }
    }
}

/// A sequence of values.
struct GoList: Sendable {
    /// A slice, so that `slice`, which templates call in loops, copies nothing.
    var elements: ArraySlice<GoValue>
    var typeName = "[]interface {}"
    /// Whether it prints as JSON, through a `String` method.
    var printsJSON = false
    /// Whether it is a nil slice when it is empty, which JSON writes as `null`.
    var isNilWhenEmpty = false
}

/// Values by name, in the byte order of the names: the order in which Go prints and ranges.
struct GoMap: Sendable {
    struct Entry: Sendable {
        let key: String
        let value: GoValue
    }

    let entries: [Entry]
    let typeName: String
    /// Whether it prints as JSON, through a `String` method.
    let printsJSON: Bool

    /// Complexity: O(n log n).
    init(
        _ entries: [Entry],
        typeName: String = "map[string]interface {}",
        printsJSON: Bool = false
    ) {
        self.entries = entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        self.typeName = typeName
        self.printsJSON = printsJSON
    }

    /// The value of a name; exact, without regard to canonical equivalence.
    ///
    /// Complexity: O(log n).
    subscript(key: String) -> GoValue? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key.utf8.lexicographicallyPrecedes(key.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < entries.count, entries[low].key.utf8.elementsEqual(key.utf8) else { return nil }
        return entries[low].value
    }
}

/// A struct of the program: its fields are fixed, and asking for another one is an error.
struct GoRecord: Sendable {
    struct Field: Sendable {
        /// Empty for what only JSON shows.
        var name = ""
        let key: String
        let value: GoValue
        /// Whether JSON leaves the field out when it is empty.
        var omitsEmpty = false
    }

    let typeName: String
    let fields: [Field]
    /// Whether it prints as JSON, through a `String` method.
    var printsJSON = false

    subscript(name: String) -> GoValue? {
        fields.first { !$0.name.isEmpty && $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}
