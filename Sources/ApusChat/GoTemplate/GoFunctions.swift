internal import ApusConversation

/// Functions that templates can call: Go's own, and those of Ollama.
enum GoFunction: String {
    case and, or, not
    case len, index, slice, call
    case print, printf, println
    case html, js, urlquery
    case eq, ne, lt, le, gt, ge
    case json, currentDate, yesterdayDate, toTypeScriptType

    /// How many arguments it takes.
    var arity: ClosedRange<Int> {
        switch self {
        case .not, .len, .json, .toTypeScriptType: 1...1
        case .ne, .lt, .le, .gt, .ge: 2...2
        case .and, .or, .index, .slice, .call, .printf, .eq: 1...Int.max
        case .print, .println, .html, .js, .urlquery, .currentDate, .yesterdayDate: 0...Int.max
        }
    }
}

/// Why a function fails; the interpreter adds the function's name and the line.
struct GoFailure: Error {
    static let tooLarge = GoFailure("a text grows too large", isLimit: true)

    let problem: String
    /// Whether a bound is exceeded, not a rule of the language.
    let isLimit: Bool

    init(_ problem: String, isLimit: Bool = false) {
        self.problem = problem
        self.isLimit = isLimit
    }
}

/// What the functions compute.
///
/// `and` and `or` are the interpreter's: they skip arguments.
enum GoFunctions {
    /// The value of a call whose number of arguments is right.
    ///
    /// `limit` bounds the bytes of a text that is made.
    static func call(
        _ function: GoFunction,
        _ arguments: [GoValue],
        date: ChatDate,
        limit: Int
    ) throws(GoFailure) -> GoValue {
        let first = arguments.first ?? .nothing
        switch function {
        case .and, .or: return first
        case .not: return .bool(!first.isTrue)
        case .len: return .integer(try length(first))
        case .index: return try index(first, arguments.dropFirst())
        case .slice: return try slice(first, Array(arguments.dropFirst()))
        case .call: throw GoFailure("\(first.typeName) is not a function")
        case .print, .println, .printf, .html, .js, .urlquery:
            return .text(try GoPrinting.call(function, arguments, limit: limit))
        case .eq, .ne, .lt, .le, .gt, .ge:
            return .bool(try GoComparison.call(function, arguments))
        case .json: return .text(first.jsonText)
        case .currentDate: return .text(date.formatted("%F"))
        case .yesterdayDate: return .text(date.yesterday.formatted("%F"))
        case .toTypeScriptType: return .text(TypeScriptType.text(first))
        }
    }

    private static func length(_ value: GoValue) throws(GoFailure) -> Int {
        switch value {
        case .text(let text): return text.utf8.count
        case .list(let list): return list.elements.count
        case .map(let map): return map.entries.count
        default: throw GoFailure("\(value.typeName) has no length")
        }
    }

    private static func index(
        _ value: GoValue,
        _ keys: ArraySlice<GoValue>
    ) throws(GoFailure) -> GoValue {
        var item = value
        if item.isAbsent { throw GoFailure("nothing to index") }
        for key in keys {
            switch item {
            case .text(let text):
                let position = try offset(key, upTo: text.utf8.count - 1)
                let byte = text.utf8[text.utf8.index(text.utf8.startIndex, offsetBy: position)]
                item = .integer(Int(byte))
            case .list(let list):
                let position = try offset(key, upTo: list.elements.count - 1)
                item = list.elements[list.elements.startIndex + position]
            case .map(let map):
                guard case .text(let name) = key else {
                    throw GoFailure("a map has names, not \(key.typeName)")
                }
                item = map[name] ?? .null
            default: throw GoFailure("\(item.typeName) cannot be indexed")
            }
        }
        return item
    }

    private static func slice(_ value: GoValue, _ bounds: [GoValue]) throws(GoFailure) -> GoValue {
        guard bounds.count <= 3 else { throw GoFailure("too many bounds") }
        let count: Int
        switch value {
        case .text(let text):
            guard bounds.count < 3 else { throw GoFailure("a string has two bounds") }
            count = text.utf8.count
        case .list(let list): count = list.elements.count
        default: throw GoFailure("\(value.typeName) cannot be sliced")
        }
        var ends = [0, count, count]
        for (position, bound) in bounds.enumerated() {
            ends[position] = try offset(bound, upTo: count)
        }
        guard ends[0] <= ends[1], ends[1] <= ends[2] else {
            throw GoFailure("bounds \(ends[0]) and \(ends[1]) are in the wrong order")
        }
        switch value {
        case .text(let text):
            let bytes = text.utf8.dropFirst(ends[0]).prefix(ends[1] - ends[0])
            return .text(String(decoding: bytes, as: UTF8.self))
        case .list(var list):
            list.elements = list.elements.dropFirst(ends[0]).prefix(ends[1] - ends[0])
            return .list(list)
        default: return value
        }
    }

    private static func offset(_ value: GoValue, upTo last: Int) throws(GoFailure) -> Int {
        guard case .integer(let offset) = value else {
            throw GoFailure("an index is a whole number, not \(value.typeName)")
        }
        guard offset >= 0, offset <= last else { throw GoFailure("index out of range: \(offset)") }
        return offset
    }
}

/// `toTypeScriptType`: the type of a tool's parameter in the words of TypeScript.
enum TypeScriptType {
    static func text(_ property: GoValue) -> String {
        guard case .record(let record) = property else { return "any" }
        if case .list(let choices) = record["AnyOf"], !choices.elements.isEmpty {
            return choices.elements.map(text).joined(separator: " | ")
        }
        switch record["Type"] {
        case .text(let name): return word(name)
        case .list(let names) where !names.elements.isEmpty:
            return names.elements.map { name in
                guard case .text(let name) = name else { return "any" }
                return word(name)
            }.joined(separator: " | ")
        default: return "any"
        }
    }

    private static func word(_ type: String) -> String {
        switch type {
        case "string", "boolean", "null": type
        case "number", "integer": "number"
        case "array": "any[]"
        case "object": "Record<string, any>"
        default: "any"
        }
    }
}
