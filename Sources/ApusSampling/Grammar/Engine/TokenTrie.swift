/// Tokens as a tree of their bytes, flattened in depth-first order.
///
/// A walk goes through the nodes from left to right and jumps over the rest of a subtree when its
/// beginning is refused.
struct TokenTrie: Sendable {
    /// One byte of one or more tokens.
    struct Node: Sendable {
        /// The first node after the subtree.
        var end: Int32
        /// Place of the node's own tokens, which end where those of the next node begin.
        let firstToken: Int32
        /// Number of bytes up to here.
        let depth: UInt16
        let byte: UInt8
    }

    /// All nodes and one more that closes the list of tokens.
    private(set) var nodes: [Node] = []
    private(set) var tokens: [Int32] = []

    /// Tokens longer than this are left out.
    static let depthLimit = 4096

    /// A tree of tokens that are sorted by their bytes; none is empty or too long.
    init(_ sorted: [Int32], bytes: TokenBytes) {
        tokens = sorted
        nodes.reserveCapacity(sorted.count * 2 + 1)
        bytes.withBytes { data, offsets in
            var path: [Int32] = []
            var previous = 0..<0
            for (place, token) in sorted.enumerated() {
                let current = Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])
                var shared = 0
                while shared < previous.count, shared < current.count,
                    data[previous.lowerBound + shared] == data[current.lowerBound + shared]
                {
                    shared += 1
                }
                close(&path, to: shared)
                for depth in shared..<current.count {
                    path.append(Int32(nodes.count))
                    nodes.append(
                        Node(
                            end: 0,
                            firstToken: Int32(place),
                            depth: UInt16(depth + 1),
                            byte: data[current.lowerBound + depth]
                        )
                    )
                }
                previous = current
            }
            close(&path, to: 0)
        }
        nodes.append(
            Node(end: Int32(nodes.count), firstToken: Int32(sorted.count), depth: 0, byte: 0)
        )
    }

    /// Number of nodes without the closing one.
    var count: Int { nodes.count - 1 }

    private mutating func close(_ path: inout [Int32], to depth: Int) {
        while path.count > depth {
            let node = path.removeLast()
            nodes[Int(node)].end = Int32(nodes.count)
        }
    }
}
