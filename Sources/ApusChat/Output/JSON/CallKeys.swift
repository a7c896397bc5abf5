internal import ApusConversation

/// What a format calls the parts of a call that is a JSON object.
struct CallKeys: Sendable, Equatable {
    /// Keys of the function's name; the first one is the format's own.
    var name = ["name"]
    /// Keys of the arguments; the first one is the format's own.
    var arguments = ["arguments", "parameters"]

    /// A call without an identifier.
    struct Call: Equatable {
        let name: String
        let arguments: JSONValue
    }

    /// The call that an object spells: a name, with arguments that are an object, the text of one,
    /// or missing; nil when it spells none.
    ///
    /// An object with nothing but `function`, as the API of OpenAI has them, is looked into.
    func call(_ value: JSONValue) -> Call? {
        if let inner = value["function"], case .object = inner, first(name, in: value) == nil {
            return call(inner)
        }
        guard let name = first(name, in: value)?.stringValue, !name.isEmpty else { return nil }
        switch first(arguments, in: value) {
        case nil, .null: return Call(name: name, arguments: [:])
        case .object(let members): return Call(name: name, arguments: .object(members))
        case .string(let text):
            guard let value = try? JSONParser.parse(text), case .object = value else { return nil }
            return Call(name: name, arguments: value)
        default: return nil
        }
    }

    private func first(_ keys: [String], in value: JSONValue) -> JSONValue? {
        for key in keys {
            if let member = value[key] { return member }
        }
        return nil
    }
}
