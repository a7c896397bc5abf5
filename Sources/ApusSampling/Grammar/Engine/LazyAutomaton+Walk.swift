/// Walks through the vocabulary.
extension LazyAutomaton {
    /// Escapes that a local mask may note; with more the whole state is looked at instead.
    private static let escapeLimit = 8192

    /// Adds the tokens of a tier that a state accepts; notes escapes, or gives up on them.
    func look(
        _ state: Int32,
        _ tier: TokenTier,
        _ words: UnsafeMutableBufferPointer<UInt64>,
        _ escapes: inout [MaskCache.Escape]?
    ) {
        let loop = mainLoop(state)
        for (index, group) in tier.groups.enumerated() {
            var found: [MaskCache.Escape] = []
            if let loop {
                refuse(group, from: state, loop, words, &found)
            } else {
                switch plainVerdict(state, group.plainLengths, in: tier) {
                case .all: for place in 0..<words.count { words[place] |= group.words[place] }
                case .none: break
                case .some: walk(group.trie, 0..<group.trie.count, from: state, words, &found)
                }
            }
            guard let known = escapes else { continue }
            let new = found.map {
                MaskCache.Escape(group: Int32(index), node: $0.node, offset: $0.offset)
            }
            escapes = known.count + new.count <= Self.escapeLimit ? known + new : nil
        }
    }

    /// Adds the tokens that go on from an escape, read from the state that follows it.
    func follow(
        _ escape: MaskCache.Escape,
        _ trie: TokenTrie,
        from state: Int32,
        _ words: UnsafeMutableBufferPointer<UInt64>
    ) {
        if escape.offset > 0 {
            let rest = vocabulary.bytes[escape.node].dropFirst(Int(escape.offset))
            var state = state
            for byte in rest where state != StateTable.dead { state = next(state, byte) }
            if state != StateTable.dead {
                words[Int(escape.node) >> 6] |= 1 &<< UInt64(escape.node & 63)
            }
        } else {
            var unused: [MaskCache.Escape] = []
            let node = Int(escape.node)
            walk(trie, node + 1..<Int(trie.nodes[node].end), from: state, words, &unused)
        }
    }

    /// Adds the tokens of some nodes whose bytes, from the first node on, a state accepts; notes
    /// nodes at which a local state is left.
    private func walk(
        _ trie: TokenTrie,
        _ range: Range<Int>,
        from state: Int32,
        _ words: UnsafeMutableBufferPointer<UInt64>,
        _ escapes: inout [MaskCache.Escape]
    ) {
        guard let first = range.first else { return }
        let base = Int(trie.nodes[first].depth) - 1
        let width = states.width
        var rows = states.rows
        trie.nodes.withUnsafeBufferPointer { nodes in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: vocabulary.longest + 1) {
                path in
                program.classOfByte.withUnsafeBufferPointer { classes in
                    path[0] = state
                    var index = first
                    while index < range.upperBound {
                        let node = nodes[index]
                        let depth = Int(node.depth) - base
                        let (from, byteClass) = (path[depth - 1], Int(classes[Int(node.byte)]))
                        var next = rows[Int(from) * width + byteClass]
                        if next < 0 {
                            next = step(from, byteClass)
                            rows = states.rows
                        }
                        if next == StateTable.dead {
                            index = Int(node.end)
                            continue
                        }
                        if next & StateTable.escapeBit != 0, Int(node.end) > index + 1 {
                            escapes.append(MaskCache.Escape(group: 0, node: Int32(index)))
                        }
                        path[depth] = next & StateTable.stateMask
                        for place in Int(node.firstToken)..<Int(nodes[index + 1].firstToken) {
                            let token = Int(trie.tokens[place])
                            words[token >> 6] |= 1 &<< UInt64(token & 63)
                        }
                        index += 1
                    }
                }
            }
        }
    }

    /// The entry of a row.
    func target(_ state: Int32, _ byteClass: Int) -> Int32 {
        let known = states.rows[Int(state) * states.width + byteClass]
        return known >= 0 ? known : step(state, byteClass)
    }
}
