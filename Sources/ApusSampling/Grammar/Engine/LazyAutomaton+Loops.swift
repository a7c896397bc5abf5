/// Masks of free text, which accepts nearly everything: the tokens that are refused are looked for.
extension LazyAutomaton {
    /// A state that nearly all bytes lead back to.
    struct Loop {
        let state: Int32
        /// The bytes that lead elsewhere.
        let exits: [UInt8]
    }

    /// The loop that most first bytes lead to from a state of free text; nil when there is none.
    func mainLoop(_ state: Int32) -> Loop? {
        guard states.configurations(of: state).contains(where: { program.states[$0.state].isFree })
        else { return nil }
        var counts: [Int32: Int] = [:]
        for byte in UInt8.min ... .max { counts[next(state, byte), default: 0] += 1 }
        guard let main = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key,
            main != StateTable.dead
        else { return nil }
        if let known = loops[main] { return known.isEmpty ? nil : Loop(state: main, exits: known) }
        let exits = (UInt8.min ... .max).filter { next(main, $0) != main }
        let isLoop = exits.count <= 4 && exits.allSatisfy(TokenGroup.markers.contains)
        loops[main] = isLoop ? exits : []
        return isLoop && !exits.isEmpty ? Loop(state: main, exits: exits) : nil
    }

    /// Adds a group without the tokens that a state refuses.
    ///
    /// In the loop, only tokens with one of its exits can be refused; they are tried one by one.
    func refuse(
        _ group: TokenGroup,
        from state: Int32,
        _ loop: Loop,
        _ words: UnsafeMutableBufferPointer<UInt64>,
        _ escapes: inout [MaskCache.Escape]
    ) {
        let trie = group.trie
        var accepted = group.words
        var path = [Int32](repeating: state, count: vocabulary.longest + 1)
        var index = 0
        while index < trie.count {
            let node = trie.nodes[index]
            let depth = Int(node.depth)
            let byteClass = Int(program.classOfByte[Int(node.byte)])
            let entry = target(path[depth - 1], byteClass)
            let reached = entry & StateTable.stateMask
            path[depth] = reached
            let places = node.firstToken..<trie.nodes[Int(node.end)].firstToken
            if reached == loop.state {
                refuse(group, places, at: depth, loop, &accepted, &escapes)
            } else if reached == StateTable.dead {
                for place in places { Self.remove(trie.tokens[Int(place)], &accepted) }
            } else {
                if entry != reached, Int(node.end) > index + 1 {
                    escapes.append(MaskCache.Escape(group: 0, node: Int32(index)))
                }
                index += 1
                continue
            }
            index = Int(node.end)
        }
        for place in 0..<words.count { words[place] |= accepted[place] }
    }

    /// Takes out those of some tokens that the loop refuses from a depth on.
    private func refuse(
        _ group: TokenGroup,
        _ places: Range<Int32>,
        at depth: Int,
        _ loop: Loop,
        _ accepted: inout [UInt64],
        _ escapes: inout [MaskCache.Escape]
    ) {
        for exit in loop.exits {
            guard let marked = group.placesByByte[exit] else { continue }
            var index = marked.firstSorted(notBelow: places.lowerBound)
            while index < marked.count, marked[index] < places.upperBound {
                let token = group.trie.tokens[Int(marked[index])]
                index += 1
                var state = loop.state
                var found: [MaskCache.Escape] = []
                for (offset, byte) in vocabulary.bytes[token].enumerated().dropFirst(depth)
                where state != StateTable.dead {
                    if states.flags[Int(state)].contains(.escaping) {
                        found.append(
                            MaskCache.Escape(group: 0, node: token, offset: Int32(offset))
                        )
                    }
                    state = next(state, byte)
                }
                guard state == StateTable.dead else { continue }
                Self.remove(token, &accepted)
                escapes += found
            }
        }
    }

    private static func remove(_ token: Int32, _ words: inout [UInt64]) {
        words[Int(token) >> 6] &= ~(1 &<< UInt64(token & 63))
    }
}

extension [Int32] {
    /// The first place of a sorted array whose element is not below a value.
    func firstSorted(notBelow value: Int32) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether a sorted array has an element.
    func containsSorted(_ element: Int32) -> Bool {
        let place = firstSorted(notBelow: element)
        return place < count && self[place] == element
    }
}
