/// How a run of statements ended.
enum JinjaFlow {
    case next, breakLoop, continueLoop
}

extension JinjaInterpreter {
    /// Runs statements in a scope, up to the end or to one that leaves or restarts a loop.
    func run(_ statements: [JinjaStatement], _ scope: JinjaScope) throws(ChatError) -> JinjaFlow {
        for statement in statements {
            line = statement.line
            try charge()
            try enter()
            defer { leave() }
            let flow = try run(statement, scope)
            guard flow == .next else { return flow }
        }
        return .next
    }

    @inline(never)
    private func run(
        _ statement: JinjaStatement,
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaFlow {
        switch statement.kind {
        case .text(let text): try print(text)
        case .print(let value): try printValue(evaluate(value, scope))
        case .conditional(let branches): return try runConditional(branches, scope)
        case .loop(let loop): return try runLoop(loop, scope)
        case .set(let target, let value): try assign(target, evaluate(value, scope), scope)
        case .setBlock(let target, let filters, let body):
            try assign(target, filtered(body, filters, scope), scope)
        case .filterBlock(let filters, let body):
            guard case .string(let text) = try filtered(body, filters, scope) else {
                throw problem("a filter block must give a string.")
            }
            try print(text)
        case .macro(let definition):
            scope.variables[definition.name] = macro(definition, scope)
        case .callBlock(let call, let definition): try runCallBlock(call, definition, scope)
        case .with(let pairs, let body): return try runWith(pairs, body, scope)
        case .scope(let body): return try run(body, JinjaScope(parent: scope))
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .next
    }

    private func printValue(_ value: JinjaValue) throws(ChatError) {
        try print(text(of: value))
    }

    /// What printing a value shows.
    func text(of value: JinjaValue) throws(ChatError) -> String {
        try charge(bytes: value.extent.weight)
        return value.text
    }

    @inline(never)
    private func runConditional(
        _ branches: [(test: JinjaExpression?, body: [JinjaStatement])],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaFlow {
        for (test, body) in branches {
            guard let test else { return try run(body, scope) }
            if try evaluate(test, scope).isTrue { return try run(body, scope) }
        }
        return .next
    }

    @inline(never)
    private func runWith(
        _ pairs: [(target: JinjaTarget, value: JinjaExpression)],
        _ body: [JinjaStatement],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaFlow {
        let inner = JinjaScope(parent: scope)
        for (target, value) in pairs { try assign(target, evaluate(value, scope), inner) }
        return try run(body, inner)
    }

    @inline(never)
    private func filtered(
        _ body: [JinjaStatement],
        _ filters: [JinjaFilterCall],
        _ scope: JinjaScope
    ) throws(ChatError) -> JinjaValue {
        let inner = JinjaScope(parent: scope)
        var value = JinjaValue.string(
            try capture { () throws(ChatError) in _ = try run(body, inner) }
        )
        for filter in filters {
            value = try apply(filter, to: value, scope)
        }
        return value
    }

    @inline(never)
    private func runCallBlock(
        _ call: JinjaExpression,
        _ definition: JinjaMacroDefinition,
        _ scope: JinjaScope
    ) throws(ChatError) {
        guard case .call(let callee, let arguments) = call.kind else { return }
        let function = try evaluate(callee, scope)
        var values = try evaluate(arguments, scope)
        values.named.append(("caller", macro(definition, scope)))
        try printValue(invoke(function, values))
    }

    /// Refuses names of fields that transformers keeps for Python's own.
    func requireOpen(_ field: String) throws(ChatError) {
        guard !field.utf8.starts(with: "_".utf8) else {
            throw problem("a namespace takes no field whose name begins with '_': '\(field)'.")
        }
    }

    /// Gives a variable, a namespace's field or several variables their values.
    func assign(
        _ target: JinjaTarget,
        _ value: JinjaValue,
        _ scope: JinjaScope
    ) throws(ChatError) {
        switch target {
        case .name(let name): scope.variables[name] = value
        case .field(let name, let field):
            guard case .object(let object)? = scope.value(name),
                let namespace = object as? JinjaNamespace
            else { throw problem("cannot assign to a field of what is no namespace.") }
            try requireOpen(field)
            namespace.fields.set(field, value)
        case .tuple(let targets):
            let items = try self.items(of: value)
            guard items.count == targets.count else {
                throw problem("\(items.count) values for \(targets.count) names.")
            }
            for (target, item) in zip(targets, items) { try assign(target, item, scope) }
        }
    }
}
