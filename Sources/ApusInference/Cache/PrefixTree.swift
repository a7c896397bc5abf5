internal import ApusTensors

/// Remembers which pages hold the keys and values of which tokens, whoever computed them.
///
/// A radix tree whose edges are whole pages: the node reached from the root over the tokens
/// t0…t31, t32…t63 owns the page with the positions 32…63 of every sequence that begins so. Only
/// full pages are remembered. A page stays while a sequence uses it or until room is needed;
/// then the leaf unused for longest goes first. (Zheng and others 2024, RadixAttention.)
struct PrefixTree {
    private struct Node {
        var page: Int32
        var parent: Int
        var tokens: [Int32]
        var children: [[Int32]: Int] = [:]
        var lastUse: UInt64 = 0
    }

    /// Nodes by number; 0 is the root, which has no page.
    private var nodes: [Int: Node] = [0: Node(page: -1, parent: -1, tokens: [])]
    private var nextNode = 1
    private var clock: UInt64 = 0

    /// Number of pages remembered.
    var count: Int { nodes.count - 1 }

    /// Pages that hold the longest known beginning of `tokens`, each with a user added.
    ///
    /// - `limit`: at most this many tokens are looked up.
    mutating func claim(_ tokens: [Int32], limit: Int, pool: inout PagePool) -> [Int32] {
        clock += 1
        var pages: [Int32] = []
        var node = 0
        while (pages.count + 1) * KVCache.pageTokens <= min(limit, tokens.count) {
            let start = pages.count * KVCache.pageTokens
            let key = Array(tokens[start..<start + KVCache.pageTokens])
            guard let next = nodes[node]?.children[key], let page = nodes[next]?.page else { break }
            nodes[next]?.lastUse = clock
            pool.retain(page)
            pages.append(page)
            node = next
        }
        return pages
    }

    /// Remembers the full pages of a sequence.
    ///
    /// Pages that are known already under another number stay with the sequence alone.
    mutating func insert(_ tokens: [Int32], pages: [Int32], pool: inout PagePool) {
        clock += 1
        var node = 0
        for (index, page) in pages.enumerated() {
            let start = index * KVCache.pageTokens
            guard start + KVCache.pageTokens <= tokens.count else { return }
            let key = Array(tokens[start..<start + KVCache.pageTokens])
            if let known = nodes[node]?.children[key] {
                nodes[known]?.lastUse = clock
                node = known
            } else {
                pool.retain(page)
                let new = nextNode
                nextNode += 1
                nodes[new] = Node(page: page, parent: node, tokens: key, lastUse: clock)
                nodes[node]?.children[key] = new
                node = new
            }
        }
    }

    /// Forgets the least recently used leaf that no sequence uses.
    ///
    /// O(pages).
    ///
    /// - Returns: whether there was one.
    mutating func evictOne(pool: inout PagePool) -> Bool {
        let leaf = nodes.lazy
            .filter { [pool] in
                $0.key != 0 && $0.value.children.isEmpty && pool.userCount(of: $0.value.page) == 1
            }
            .min { $0.value.lastUse < $1.value.lastUse }
        guard let leaf, let node = nodes.removeValue(forKey: leaf.key) else { return false }
        nodes[node.parent]?.children[node.tokens] = nil
        pool.release(node.page)
        return true
    }

    /// Traps unless every node hangs below its parent under its own tokens.
    func checkInvariants() {
        for (number, node) in nodes where number != 0 {
            precondition(nodes[node.parent]?.children[node.tokens] == number, "node \(number)")
            precondition(node.tokens.count == KVCache.pageTokens, "edge of node \(number)")
        }
    }
}
