/// Methods of Python's types that a template may call in the immutable sandbox.
struct JinjaMethods {
    static let ofStrings: Set<String> = [
        "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format",
        "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace",
        "istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition", "removeprefix",
        "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
        "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
    ]
    private static let ofMappings: Set<String> = ["copy", "get", "items", "keys", "values"]
    private static let ofSequences: Set<String> = ["count", "index"]
    /// Methods that would change a list or dictionary, which the sandbox forbids.
    private static let changingSequences: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]
    private static let changingMappings: Set<String> = [
        "clear", "pop", "popitem", "setdefault", "update",
    ]

    let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    /// Whether Python's type has a method of that name, allowed or not.
    static func exists(_ name: String, on value: JinjaValue) -> Bool {
        switch value {
        case .string: ofStrings.contains(name)
        case .mapping: ofMappings.contains(name) || changingMappings.contains(name)
        case .sequence(let sequence):
            switch sequence.kind {
            case .list:
                ofSequences.contains(name) || changingSequences.contains(name) || name == "copy"
            case .tuple, .range: ofSequences.contains(name)
            default: false
            }
        case .double: name == "is_integer"
        default: false
        }
    }

    /// What a method gives.
    ///
    /// Precondition: `exists(name, on: value)`, or a loop's or cycler's own.
    func call(
        _ name: String,
        on value: JinjaValue,
        _ call: JinjaCall
    ) throws(ChatError)
        -> JinjaValue
    {
        switch value {
        case .string(let text): return try self.call(name, on: text, call)
        case .mapping(let mapping): return try self.call(name, on: mapping, call)
        case .sequence(let sequence): return try self.call(name, on: sequence, call)
        case .double(let number): return .bool(number == number.rounded(.towardZero))
        case .object(let object): return try self.call(name, on: object, call)
        default: throw interpreter.problem("'\(value.typeName)' object has no method '\(name)'.")
        }
    }

    private func call(
        _ name: String,
        on mapping: JinjaMapping,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        switch name {
        case "get":
            let bound = try interpreter.bind(call, ["key", "default"], of: name)
            let key = try JinjaMapping.Key(bound.required("key"), line: interpreter.line)
            return mapping[key] ?? bound["default"] ?? .none
        case "keys": return try interpreter.sequence(.keys, mapping.keys)
        case "values": return try interpreter.sequence(.values, mapping.values)
        case "items": return try interpreter.sequence(.items, mapping.items)
        case "copy": return .mapping(mapping)
        default: throw unsafe(name, "dict")
        }
    }

    private func call(
        _ name: String,
        on sequence: JinjaSequence,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        switch name {
        case "count", "index":
            let wanted = try interpreter.bind(call, ["value"], of: name).required("value")
            try interpreter.charge(bytes: sequence.extent.weight)
            if name == "count" {
                return .integer(sequence.items.filter { JinjaValue.equal($0, wanted) }.count)
            }
            guard let index = sequence.items.firstIndex(where: { JinjaValue.equal($0, wanted) })
            else { throw interpreter.problem("\(wanted.representation) is not in list.") }
            return .integer(index)
        case "copy": return .sequence(sequence)
        default: throw unsafe(name, "list")
        }
    }

    private func unsafe(_ name: String, _ type: String) -> ChatError {
        interpreter.problem("access to attribute '\(name)' of '\(type)' object is unsafe.")
    }

    private func call(
        _ name: String,
        on object: JinjaObject,
        _ call: JinjaCall
    ) throws(ChatError) -> JinjaValue {
        switch (object, name) {
        case (let loop as JinjaLoopState, "cycle"):
            guard !call.positional.isEmpty else {
                throw interpreter.problem("no items for cycling given.")
            }
            return call.positional[loop.position % call.positional.count]
        case (let loop as JinjaLoopState, _): return .bool(loop.changed(call.positional))
        case (let cycler as JinjaCycler, "next"): return cycler.next()
        case (let cycler as JinjaCycler, _):
            cycler.reset()
            return .none
        default: throw interpreter.problem("'\(object.typeName)' object has no method '\(name)'.")
        }
    }
}
