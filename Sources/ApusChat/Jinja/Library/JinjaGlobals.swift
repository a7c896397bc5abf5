/// Functions that every template can call.
///
/// Those of `jinja2.defaults` except `lipsum`, and those that transformers adds.
struct JinjaGlobals {
    static let names: Set<String> = [
        "range", "dict", "namespace", "cycler", "joiner", "raise_exception", "strftime_now",
    ]

    /// Longest range that the sandbox allows, as in `jinja2.sandbox`.
    private static let maximumRange = 100_000

    private let interpreter: JinjaInterpreter

    init(_ interpreter: JinjaInterpreter) { self.interpreter = interpreter }

    func call(_ name: String, _ call: JinjaCall) throws(ChatError) -> JinjaValue {
        switch name {
        case "range": return try range(call)
        case "dict.fromkeys":
            let bound = try interpreter.bind(call, ["iterable", "value"], of: name)
            var mapping = JinjaMapping()
            for key in try interpreter.items(of: bound.required("iterable")) {
                let value = bound["value"] ?? .none
                mapping.set(try JinjaMapping.Key(key, line: interpreter.line), key, value)
            }
            return try interpreter.checked(.mapping(mapping))
        case "dict": return .mapping(try mapping(call, name))
        case "namespace":
            let fields = try mapping(call, name)
            for case .string(let field) in fields.keys { try interpreter.requireOpen(field) }
            return interpreter.object(JinjaNamespace(fields))
        case "cycler":
            guard !call.positional.isEmpty else {
                throw interpreter.problem("at least one item has to be provided.")
            }
            return interpreter.object(JinjaCycler(call.positional))
        case "joiner":
            let bound = try interpreter.bind(call, ["sep"], of: name)
            return interpreter.object(JinjaJoiner(try bound.string("sep") ?? ", "))
        case "raise_exception":
            let message = try interpreter.bind(call, ["message"], of: name).required("message")
            throw ChatError(
                .raised,
                line: interpreter.line,
                try interpreter.text(of: message)
            )
        default:
            let layout = try interpreter.bind(call, ["format"], of: name).string("format") ?? ""
            // No conversion of two letters gives more than 32 bytes.
            try interpreter.charge(layout.utf8.count, times: 16)
            return try interpreter.string(interpreter.options.date.formatted(layout))
        }
    }

    private func mapping(_ call: JinjaCall, _ name: String) throws(ChatError) -> JinjaMapping {
        var mapping = JinjaMapping()
        if let first = call.positional.first {
            guard call.positional.count == 1 else {
                throw interpreter.problem("'\(name)' takes at most one argument without a name.")
            }
            if case .mapping(let original) = first {
                mapping = original
            } else {
                for pair in try interpreter.items(of: first) { try add(pair, to: &mapping) }
            }
        }
        for (key, value) in call.named { mapping.set(key, value) }
        _ = try interpreter.checked(.mapping(mapping))
        return mapping
    }

    private func add(_ pair: JinjaValue, to mapping: inout JinjaMapping) throws(ChatError) {
        let parts = try interpreter.items(of: pair)
        guard parts.count == 2 else {
            throw interpreter.problem("a dictionary is made from pairs of key and value.")
        }
        mapping.set(try JinjaMapping.Key(parts[0], line: interpreter.line), parts[0], parts[1])
    }

    private func range(_ call: JinjaCall) throws(ChatError) -> JinjaValue {
        var bounds: [Int] = []
        for value in call.positional {
            guard let bound = value.integerValue else {
                throw interpreter.problem(
                    "'\(value.typeName)' object cannot be interpreted as an integer."
                )
            }
            bounds.append(bound)
        }
        guard call.named.isEmpty, (1...3).contains(bounds.count) else {
            throw interpreter.problem("'range' takes one to three arguments.")
        }
        let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
        let step = bounds.count == 3 ? bounds[2] : 1
        guard step != 0 else { throw interpreter.problem("range() arg 3 must not be zero.") }
        let (distance, overflows) = end.subtractingReportingOverflow(start)
        guard !overflows, distance.magnitude / step.magnitude <= Self.maximumRange else {
            throw ChatError(.limit, line: interpreter.line, "a range is too long.")
        }
        let items = stride(from: start, to: end, by: step).map { JinjaValue.integer($0) }
        try interpreter.charge(items.count, times: MemoryLayout<JinjaValue>.stride)
        let label = step == 1 ? "range(\(start), \(end))" : "range(\(start), \(end), \(step))"
        return .sequence(JinjaSequence(.range, items, label: label))
    }
}
