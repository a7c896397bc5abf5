/// The arguments of a call of a function that is not a macro, by the names of its parameters.
struct JinjaBound {
    private let function: String
    private let names: [String]
    private var values: [JinjaValue?]
    private let line: Int

    /// Matches arguments with parameters, as Python does.
    ///
    /// Throws: `ChatError` when there are too many, or one of an unknown name.
    init(
        _ call: JinjaCall,
        _ names: [String],
        of function: String,
        line: Int
    ) throws(ChatError) {
        self.function = function
        self.names = names
        self.line = line
        guard call.positional.count <= names.count else {
            throw ChatError(
                .evaluation,
                line: line,
                "'\(function)' takes at most \(names.count) arguments, not "
                    + "\(call.positional.count)."
            )
        }
        values =
            call.positional.map { $0 }
            + Array(
                repeating: nil,
                count: names.count - call.positional.count
            )
        for (name, value) in call.named {
            guard let position = names.firstIndex(of: name), values[position] == nil else {
                throw ChatError(
                    .evaluation,
                    line: line,
                    "'\(function)' takes no argument '\(name)'."
                )
            }
            values[position] = value
        }
    }

    /// The argument for a parameter, nil when it was left out.
    subscript(name: String) -> JinjaValue? {
        names.firstIndex(of: name).flatMap { values[$0] }
    }

    /// An argument that must be there.
    func required(_ name: String) throws(ChatError) -> JinjaValue {
        guard let value = self[name] else {
            throw ChatError(
                .evaluation,
                line: line,
                "'\(function)' needs the argument '\(name)'."
            )
        }
        return value
    }

    /// An argument that must be a string where it is given, and not None.
    func string(_ name: String) throws(ChatError) -> String? {
        switch self[name] {
        case nil, .some(.none): return nil
        case .string(let text): return text
        case .some(let value): throw wrongType(name, value)
        }
    }

    /// An argument that must be an integer where it is given, and not None.
    func integer(_ name: String) throws(ChatError) -> Int? {
        switch self[name] {
        case nil, .some(.none): return nil
        case .some(let value):
            guard let number = value.integerValue else { throw wrongType(name, value) }
            return number
        }
    }

    /// Whether an argument counts as true; false when it was left out.
    func isTrue(_ name: String) -> Bool { self[name]?.isTrue ?? false }

    private func wrongType(_ name: String, _ value: JinjaValue) -> ChatError {
        ChatError(
            .evaluation,
            line: line,
            "the argument '\(name)' of '\(function)' cannot be of type '\(value.typeName)'."
        )
    }
}

extension JinjaInterpreter {
    func bind(
        _ call: JinjaCall,
        _ names: [String],
        of function: String
    ) throws(ChatError) -> JinjaBound {
        try JinjaBound(call, names, of: function, line: line)
    }
}
