/// Which tokens a state accepts.
///
/// The mask of a state is the union over its configurations. Those on the same stack are taken
/// together as a local state, in which a hole stands for the stack, so that one look at the
/// vocabulary serves every stack. Tokens that reach into the hole ("escapes") are followed on the
/// real stack; there are few. The split is that of XGrammar (Dong and others, 2024) into tokens that
/// depend on the context and tokens that do not.
extension LazyAutomaton {
    /// Local states a state may be split into.
    private static let partLimit = 8

    /// Adds the tokens that a state accepts, without those that end the answer, to a bitset.
    func merge(_ state: Int32, into words: UnsafeMutableBufferPointer<UInt64>) -> TokenMaskCoverage
    {
        let mask = masks.masks[state] ?? makeMask(state)
        for local in mask.locals { masks.locals[Int(local)].tokens.merge(into: words) }
        mask.own.merge(into: words)
        return mask.coverage
    }

    private func makeMask(_ state: Int32) -> MaskCache.Mask {
        var scratch = [UInt64](repeating: 0, count: (vocabulary.count + 63) / 64)
        return scratch.withUnsafeMutableBufferPointer { words in
            addSpecialTokens(state, words)
            let parts = localParts(state)
            var locals: [Int32] = []
            for tier in vocabulary.tiers.indices {
                if let parts, let found = addLocals(parts, tier, words) {
                    locals += found
                } else {
                    var unused: [MaskCache.Escape]?
                    look(state, vocabulary.tiers[tier], words, &unused)
                }
            }
            let own = MaskTokens(UnsafeBufferPointer(words))
            for local in locals { masks.locals[Int(local)].tokens.merge(into: words) }
            let count = words.reduce(0) { $0 + $1.nonzeroBitCount }
            let ends = states.flags[Int(state)].contains(.accepting)
            let total = count + (ends ? vocabulary.endOfGeneration.count : 0)
            let mask = MaskCache.Mask(
                locals: locals,
                own: own,
                coverage: total >= vocabulary.usableCount ? .everything : .some
            )
            if !isExhausted { masks.insert(mask, for: state) }
            return mask
        }
    }

    private func addSpecialTokens(_ state: Int32, _ words: UnsafeMutableBufferPointer<UInt64>) {
        for configuration in states.configurations(of: state) {
            for edge in program.states[configuration.state].tokens {
                let edge = program.tokenEdges[Int(edge)]
                let depth = stacks.depths[Int(configuration.stack)]
                guard depth + program.need[Int(edge.target)] <= GrammarProgram.stackLimit
                else { continue }
                for token in program.tokenSets[Int(edge.set)] {
                    words[Int(token) >> 6] |= 1 &<< UInt64(token & 63)
                }
            }
        }
    }

    // MARK: - Local states

    /// Configurations by the stack below their counters; nil when they must be looked at together.
    private func localParts(_ state: Int32) -> [Int32: [Configuration]]? {
        var parts: [Int32: [Configuration]] = [:]
        for configuration in states.configurations(of: state) {
            var stack = configuration.stack
            while stacks.isCounter(stack) { stack = stacks.nodes[Int(stack)].parent }
            guard stacks.depths[Int(stack)] < StackTable.holeDepth else { return nil }
            parts[stack, default: []].append(configuration)
            guard parts.count <= Self.partLimit else { return nil }
        }
        return parts
    }

    /// Adds what the parts accept of a tier; nil when a part has too many escapes.
    private func addLocals(
        _ parts: [Int32: [Configuration]],
        _ index: Int,
        _ words: UnsafeMutableBufferPointer<UInt64>
    ) -> [Int32]? {
        let tier = vocabulary.tiers[index]
        var found: [(stack: Int32, local: Int32)] = []
        for (stack, configurations) in parts {
            let state = localState(configurations, margin: Int32(tier.longest) + 1)
            let local = localMask(state, index)
            if !masks.locals[Int(local)].isComplete, stack != StackTable.bottom { return nil }
            found.append((stack, local))
        }
        for (stack, local) in found where stack != StackTable.bottom {
            let escapes = masks.locals[Int(local)].escapes
            if escapes.isEmpty { continue }
            let state = returnState(of: stack)
            for escape in escapes {
                follow(escape, tier.groups[Int(escape.group)].trie, from: state, words)
            }
        }
        return found.map(\.local)
    }

    /// The state of configurations with a hole below their counters.
    private func localState(
        _ configurations: [Configuration],
        margin: Int32
    ) -> Int32 {
        state(
            of: configurations.map { $0.on(localStack($0.stack, margin)) }
        )
    }

    private func localStack(_ stack: Int32, _ margin: Int32) -> Int32 {
        guard stacks.isCounter(stack) else { return StackTable.hole }
        let node = stacks.nodes[Int(stack)]
        let counter = program.counters[Int(~node.frame)]
        let parent = localStack(node.parent, margin)
        let count = counter.representative(of: node.count, margin: margin)
        return stacks.push(StackTable.Node(frame: node.frame, count: count, parent: parent))
    }

    private func localMask(_ state: Int32, _ index: Int) -> Int32 {
        let key = MaskCache.LocalKey(state: state, tier: Int32(index))
        if let known = masks.place(of: key) { return known }
        var scratch = [UInt64](repeating: 0, count: (vocabulary.count + 63) / 64)
        let local = scratch.withUnsafeMutableBufferPointer { words in
            var escapes: [MaskCache.Escape]? = []
            look(state, vocabulary.tiers[index], words, &escapes)
            return MaskCache.Local(
                tokens: MaskTokens(UnsafeBufferPointer(words)),
                escapes: escapes ?? [],
                isComplete: escapes != nil
            )
        }
        return masks.insert(local, for: isExhausted ? nil : key)
    }
}

extension GrammarProgram.Counter {
    /// A count that no text of fewer than `margin` passes can tell from `count`.
    func representative(of count: Int32, margin: Int32) -> Int32 {
        if minimum - count > margin { return minimum - margin - 1 }
        if count >= minimum, maximum == .max || maximum - count > margin { return minimum }
        return count
    }
}
