/// The stacks of all configurations, as a tree of frames in which equal stacks are one node.
struct StackTable {
    /// The stack of a whole text: when it is reached, the text is a match.
    static let bottom: Int32 = 0
    /// Stands for an unknown stack, below which a local state does not look.
    static let hole: Int32 = 1

    /// A frame on top of another stack.
    struct Node: Hashable {
        /// A state to return to, or `~` the place of a counter; unused in the first two nodes.
        let frame: Int32
        /// Finished passes of a counter.
        let count: Int32
        let parent: Int32
    }

    private(set) var nodes: [Node]
    /// Number of frames.
    private(set) var depths: [Int32] = [0, StackTable.holeDepth]
    private var ids: [Node: Int32] = [:]

    /// Local states stand for stacks at most this deep.
    static let holeDepth = GrammarProgram.stackLimit / 2

    init() {
        nodes = [
            Node(frame: 0, count: 0, parent: -1), Node(frame: 0, count: 1, parent: -1),
        ]
    }

    mutating func push(_ node: Node) -> Int32 {
        if let known = ids[node] { return known }
        let id = Int32(nodes.count)
        nodes.append(node)
        depths.append(depths[Int(node.parent)] + 1)
        ids[node] = id
        return id
    }

    /// Whether the top of a stack is a counter.
    func isCounter(_ node: Int32) -> Bool { node > Self.hole && nodes[Int(node)].frame < 0 }
}
