extension JinjaInterpreter {
    func runLoop(_ loop: JinjaLoop, _ scope: JinjaScope) throws(ChatError) -> JinjaFlow {
        try runLoop(loop, over: evaluate(loop.items, scope), depth: 0, scope)
        return .next
    }

    /// Runs a loop's body for each item, or its `else` when there are none.
    func runLoop(
        _ loop: JinjaLoop,
        over value: JinjaValue,
        depth: Int,
        _ scope: JinjaScope
    ) throws(ChatError) {
        let items = try chosenItems(loop, value, scope)
        guard !items.isEmpty else {
            _ = try run(loop.otherwise, JinjaScope(parent: scope))
            return
        }
        let state = JinjaLoopState(items, depth: depth, loop: loop, scope: scope)
        let variable = object(state)
        for (position, item) in items.enumerated() {
            try charge()
            state.position = position
            let inner = JinjaScope(parent: scope, ["loop": variable])
            try assign(loop.target, item, inner)
            if try run(loop.body, inner) == .breakLoop { return }
        }
    }

    /// The items for which the loop's condition holds.
    @inline(never)
    private func chosenItems(
        _ loop: JinjaLoop,
        _ value: JinjaValue,
        _ scope: JinjaScope
    ) throws(ChatError) -> [JinjaValue] {
        let items = try items(of: value)
        guard let condition = loop.condition else { return items }
        var chosen: [JinjaValue] = []
        for item in items {
            try charge()
            let inner = JinjaScope(parent: scope)
            try assign(loop.target, item, inner)
            if try evaluate(condition, inner).isTrue { chosen.append(item) }
        }
        return chosen
    }

    /// What going through a value gives.
    func items(of value: JinjaValue) throws(ChatError) -> [JinjaValue] {
        switch value {
        case .undefined: return []
        case .sequence(let sequence): return sequence.items
        case .mapping(let mapping): return mapping.keys
        case .string(let text):
            try charge(text.utf8.count, times: MemoryLayout<JinjaValue>.stride)
            return text.unicodeScalars.map { .string(String(Character($0))) }
        case .object(let object):
            if let iterator = object as? JinjaIterator { return iterator.take() }
            fallthrough
        default: throw problem("'\(value.typeName)' object is not iterable.")
        }
    }
}
