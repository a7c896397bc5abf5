/// One filter: what it does with a value and the arguments of its parameters.
struct JinjaFilter: Sendable {
    typealias Body =
        @Sendable (JinjaFilters, JinjaValue, JinjaBound) throws(ChatError) -> JinjaValue

    let parameters: [String]
    let body: Body

    init(_ parameters: [String] = [], _ body: @escaping Body) {
        self.parameters = parameters
        self.body = body
    }
}

/// The filters of `jinja2.filters`, and transformers' `tojson`.
///
/// Left out: `urlize`, `striptags`, `random` and `pprint`.
struct JinjaFilters {
    let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    private static let table: [String: JinjaFilter] =
        texts.merging(numbers) { first, _ in first }.merging(sequences) { first, _ in first }

    private static let withFreeArguments: Set<String> = [
        "map", "select", "reject", "selectattr", "rejectattr", "format",
    ]

    static func exists(_ name: String) -> Bool {
        table[name] != nil || withFreeArguments.contains(name)
    }

    /// What a filter makes of a value.
    ///
    /// Throws: `ChatError` when there is no such filter, or it cannot work with the value.
    func apply(
        _ name: String,
        to value: JinjaValue,
        _ call: JinjaCall,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        switch name {
        case "map": return try map(value, call, scope)
        case "select", "reject", "selectattr", "rejectattr":
            return try select(name, value, call, scope)
        case "format":
            guard call.named.isEmpty || call.positional.isEmpty else {
                throw interpreter.problem("'format' takes arguments with or without names.")
            }
            var mapping = JinjaMapping()
            for (name, value) in call.named { mapping.set(name, value) }
            let values = call.named.isEmpty ? JinjaValue.tuple(call.positional) : .mapping(mapping)
            return try interpreter.string(
                PercentFormat(interpreter).format(interpreter.text(of: value), values)
            )
        default: break
        }
        guard let filter = Self.table[name] else {
            throw ChatError(
                .syntax,
                line: interpreter.line,
                "there is no filter named '\(name)'."
            )
        }
        return try filter.body(
            self,
            value,
            interpreter.bind(call, filter.parameters, of: name)
        )
    }

    /// The text that a filter on strings works on.
    func text(_ value: JinjaValue) throws(ChatError) -> String {
        try interpreter.text(of: value)
    }
}

extension JinjaInterpreter {
    func apply(
        _ filter: JinjaFilterCall,
        to value: JinjaValue,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        let call = try evaluate(filter.arguments, scope)
        line = filter.line
        try charge()
        return try JinjaFilters(self).apply(filter.name, to: value, call, scope)
    }

    func check(
        _ test: JinjaFilterCall,
        _ value: JinjaValue,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        let call = try evaluate(test.arguments, scope)
        line = test.line
        return .bool(
            try JinjaTests(self).check(
                test.name,
                value,
                call.positional + call.named.map(\.value)
            )
        )
    }
}
