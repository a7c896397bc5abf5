/// The arguments of a call, evaluated.
struct JinjaCall {
    var positional: [JinjaValue] = []
    var named: [(name: String, value: JinjaValue)] = []
}

extension JinjaInterpreter {
    func evaluate(
        _ arguments: JinjaArguments,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaCall {
        var call = JinjaCall(positional: try evaluate(arguments.positional, scope))
        if let unpacked = arguments.unpackedItems {
            call.positional += try items(of: evaluate(unpacked, scope))
        }
        for (name, value) in arguments.named {
            call.named.append((name, try evaluate(value, scope)))
        }
        if let unpacked = arguments.unpackedMembers {
            guard case .mapping(let mapping) = try evaluate(unpacked, scope) else {
                throw problem("the value after ** must be a mapping.")
            }
            for (key, value) in zip(mapping.keys, mapping.values) {
                call.named.append((key.text, value))
            }
        }
        return call
    }

    /// Calls what can be called.
    func invoke(_ function: JinjaValue, _ call: JinjaCall) throws(ChatError) -> JinjaValue {
        switch function {
        case .function(.macro(let macro)): return try invoke(macro, call)
        case .function(.global(let name)): return try JinjaGlobals(self).call(name, call)
        case .function(.method(let value, let name)):
            return try JinjaMethods(self).call(name, on: value, call)
        case .object(let object):
            if let joiner = object as? JinjaJoiner { return .string(joiner.next()) }
            if let loop = object as? JinjaLoopState { return try recurse(loop, call) }
        default: try requireDefined(function)
        }
        throw problem("'\(function.typeName)' object is not callable.")
    }

    @inline(never)
    private func recurse(_ state: JinjaLoopState, _ call: JinjaCall) throws(ChatError) -> JinjaValue
    {
        guard state.loop.isRecursive, let scope = state.scope, let items = call.positional.first
        else {
            throw problem("the loop must have the 'recursive' marker to be called.")
        }
        return .string(
            try capture { () throws(ChatError) in
                try runLoop(state.loop, over: items, depth: state.depth + 1, scope)
            }
        )
    }

    private func invoke(_ macro: JinjaMacro, _ call: JinjaCall) throws(ChatError) -> JinjaValue {
        let definition = macro.definition
        let scope = JinjaScope(parent: macro.scope)
        var named = call.named
        for (position, parameter) in definition.parameters.enumerated() {
            let value: JinjaValue
            let index = named.firstIndex { $0.name == parameter.name }
            if position < call.positional.count {
                guard index == nil else {
                    throw problem("macro '\(definition.name)' got two values for one parameter.")
                }
                value = call.positional[position]
            } else if let index {
                value = named.remove(at: index).value
            } else if let fallback = parameter.fallback {
                value = try evaluate(fallback, scope)
            } else {
                value = .undefined("parameter '\(parameter.name)' was not provided")
            }
            scope.variables[parameter.name] = value
        }
        try bindRest(of: definition, call.positional, named, scope)
        return .string(
            try capture { () throws(ChatError) in _ = try run(definition.body, scope) }
        )
    }

    /// Arguments that are no parameters: `caller`, `kwargs` and `varargs`, or an error.
    @inline(never)
    private func bindRest(
        of definition: JinjaMacroDefinition,
        _ positional: [JinjaValue],
        _ named: [(name: String, value: JinjaValue)],
        _ scope: JinjaScope
    ) throws(ChatError) {
        var named = named
        let declared = definition.parameters.contains { $0.name == "caller" }
        if definition.usesCaller, !declared {
            let index = named.firstIndex { $0.name == "caller" }
            scope.variables["caller"] =
                index.map { named.remove(at: $0).value } ?? .undefined("No caller defined")
        }
        if definition.usesNamed {
            var mapping = JinjaMapping()
            for (name, value) in named { mapping.set(name, value) }
            scope.variables["kwargs"] = .mapping(mapping)
        } else if let extra = named.first {
            throw problem("macro '\(definition.name)' takes no argument '\(extra.name)'.")
        }
        let rest = positional.dropFirst(definition.parameters.count)
        if definition.usesVariadic {
            scope.variables["varargs"] = .tuple(Array(rest))
        } else if !rest.isEmpty {
            throw problem(
                "macro '\(definition.name)' takes not more than \(definition.parameters.count) "
                    + "arguments."
            )
        }
    }
}
