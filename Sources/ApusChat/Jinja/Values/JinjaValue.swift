/// A value while a template is rendered: what Python objects are to `jinja2`.
enum JinjaValue {
    /// The result of looking up what is not there; the text says what that is.
    case undefined(String)
    case none
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    case sequence(JinjaSequence)
    case mapping(JinjaMapping)
    case object(JinjaObject)
    case function(JinjaFunction)

    /// Python's name of the type, for messages and for what printing a type would show.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .double: "float"
        case .string: "str"
        case .sequence(let sequence): sequence.kind.rawValue
        case .mapping: "dict"
        case .object(let object): object.typeName
        case .function: "function"
        }
    }

    /// Whether Python takes the value for true.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .double(let value): value != 0
        case .string(let value): !value.isEmpty
        case .sequence(let sequence): !sequence.items.isEmpty
        case .mapping(let mapping): mapping.count > 0
        case .object(let object): object.isTrue
        case .function: true
        }
    }

    /// How large the value is; shared parts count as often as they are reached.
    var extent: JinjaExtent {
        switch self {
        case .string(let text): JinjaExtent(depth: 0, weight: text.utf8.count + 1)
        case .sequence(let sequence): sequence.extent
        case .mapping(let mapping): mapping.extent
        default: JinjaExtent()
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// The number, with truth values counted as 0 and 1; nil for anything else.
    var integerValue: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .integer(let value): value
        default: nil
        }
    }

    /// The number as a double; nil when this is none.
    var doubleValue: Double? {
        if case .double(let value) = self { return value }
        return integerValue.map { Double($0) }
    }

    static func list(_ items: [JinjaValue]) -> JinjaValue { .sequence(JinjaSequence(.list, items)) }

    static func tuple(_ items: [JinjaValue]) -> JinjaValue {
        .sequence(JinjaSequence(.tuple, items))
    }
}

/// The size of a value, by which work on it is bounded.
struct JinjaExtent {
    /// How deep containers nest: 0 for a value that is none.
    var depth = 0
    /// Bytes of text and number of values in it, together.
    var weight = 1

    /// Counts `part` as something inside this.
    mutating func add(_ part: JinjaExtent) {
        depth = max(depth, part.depth + 1)
        let (sum, overflows) = weight.addingReportingOverflow(part.weight)
        weight = overflows ? .max : sum
    }
}

/// Items in order.
///
/// Templates cannot change lists (the sandbox forbids it), so a value suffices.
struct JinjaSequence {
    /// Python's types of sequences, and the views of a dictionary.
    enum Kind: String {
        case list
        case tuple
        case range
        case keys = "dict_keys"
        case values = "dict_values"
        case items = "dict_items"

        /// Whether positions in brackets work.
        var isIndexed: Bool { self == .list || self == .tuple || self == .range }
    }

    let kind: Kind
    let items: [JinjaValue]
    let extent: JinjaExtent
    /// What the sequence was made from, where that cannot be told from its items: a range's bounds.
    let label: String?

    init(_ kind: Kind, _ items: [JinjaValue], label: String? = nil) {
        self.kind = kind
        self.label = label
        self.items = items
        var extent = JinjaExtent(depth: 1)
        for item in items { extent.add(item.extent) }
        self.extent = extent
    }
}

/// Something that can be called.
indirect enum JinjaFunction {
    case macro(JinjaMacro)
    case global(String)
    /// A method of a value, by name.
    case method(JinjaValue, String)
    /// `loop(items)` in a recursive loop.
    case recursion(JinjaLoopState)

    /// What printing the function shows, roughly as in Python, where it would be an address.
    var text: String {
        switch self {
        case .macro(let macro): "<Macro '\(macro.definition.name)'>"
        case .global(let name): "<function \(name)>"
        case .method(let value, let name): "<built-in method \(name) of \(value.typeName) object>"
        case .recursion: "<LoopContext>"
        }
    }
}

/// A macro with the scope in which it was defined.
final class JinjaMacro {
    let definition: JinjaMacroDefinition
    let scope: JinjaScope

    init(_ definition: JinjaMacroDefinition, _ scope: JinjaScope) {
        self.definition = definition
        self.scope = scope
    }
}

/// Variables of a part of a template; look-ups go on in the enclosing part.
final class JinjaScope {
    var variables: [String: JinjaValue]
    let parent: JinjaScope?

    init(parent: JinjaScope?, _ variables: [String: JinjaValue] = [:]) {
        self.parent = parent
        self.variables = variables
    }

    func value(_ name: String) -> JinjaValue? {
        var scope: JinjaScope? = self
        while let current = scope {
            if let value = current.variables[name] { return value }
            scope = current.parent
        }
        return nil
    }
}
