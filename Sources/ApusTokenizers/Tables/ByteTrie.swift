/// A prefix tree over byte strings, for matching many strings at one position of a text.
///
/// Children of a node are neighbours in the arrays, in order of their byte, so a node is three
/// numbers and a step is a binary search; the root has a table of its own.
struct ByteTrie: Sendable {
    private var bytes: [UInt8] = [0]
    private var values: [Int32] = [-1]
    private var firstChild: [Int32] = [0]
    private var childCount: [UInt16] = [0]
    private var rootChildren = [Int32](repeating: -1, count: 256)

    static let root: Int32 = 0

    var isEmpty: Bool { values.count == 1 }

    /// Builds the tree.
    ///
    /// Empty strings are left out; of equal strings the first id stays.
    ///
    /// Complexity: O(total bytes + n log n) for n strings.
    init(_ strings: ByteStrings, ids: some Sequence<Int32>) {
        let text = strings.bytes
        let sorted = ids.filter { !strings.range(Int($0)).isEmpty }.sorted {
            Self.precedes(text, strings.range(Int($0)), strings.range(Int($1))) ?? ($0 < $1)
        }
        var level = [Branch(node: 0, members: 0..<sorted.count)]
        var depth = 0
        while !level.isEmpty {
            var next: [Branch] = []
            for branch in level { grow(branch, depth, sorted, strings, into: &next) }
            level = next
            depth += 1
        }
        for child in 0..<Int(childCount[0]) {
            rootChildren[Int(bytes[Int(firstChild[0]) + child])] = firstChild[0] + Int32(child)
        }
    }

    /// A node and the sorted strings that pass through it.
    private struct Branch {
        var node: Int
        var members: Range<Int>
    }

    /// Gives a node at `depth` its value and its children.
    private mutating func grow(
        _ branch: Branch,
        _ depth: Int,
        _ sorted: [Int32],
        _ strings: ByteStrings,
        into next: inout [Branch]
    ) {
        var index = branch.members.lowerBound
        while index < branch.members.upperBound,
            strings.range(Int(sorted[index])).count == depth
        {
            if values[branch.node] < 0 { values[branch.node] = sorted[index] }
            index += 1
        }
        firstChild[branch.node] = Int32(values.count)
        while index < branch.members.upperBound {
            let start = index
            let byte = strings.bytes[strings.range(Int(sorted[index])).lowerBound + depth]
            while index < branch.members.upperBound,
                strings.bytes[strings.range(Int(sorted[index])).lowerBound + depth] == byte
            {
                index += 1
            }
            next.append(Branch(node: values.count, members: start..<index))
            appendNode(byte)
            childCount[branch.node] += 1
        }
    }

    /// Whether one string comes before another; `nil` if they are equal.
    private static func precedes(_ text: [UInt8], _ a: Range<Int>, _ b: Range<Int>) -> Bool? {
        var (x, y) = (a.lowerBound, b.lowerBound)
        while x < a.upperBound, y < b.upperBound {
            if text[x] != text[y] { return text[x] < text[y] }
            x += 1
            y += 1
        }
        return a.count == b.count ? nil : a.count < b.count
    }

    private mutating func appendNode(_ byte: UInt8) {
        bytes.append(byte)
        values.append(-1)
        firstChild.append(0)
        childCount.append(0)
    }

    /// The node reached from `node` by `byte`, or `nil`.
    func step(_ node: Int32, _ byte: UInt8) -> Int32? {
        if node == Self.root {
            let child = rootChildren[Int(byte)]
            return child < 0 ? nil : child
        }
        var low = Int(firstChild[Int(node)])
        let end = low + Int(childCount[Int(node)])
        var high = end
        while low < high {
            let middle = (low + high) / 2
            if bytes[middle] < byte { low = middle + 1 } else { high = middle }
        }
        return low < end && bytes[low] == byte ? Int32(low) : nil
    }

    /// The id of the string that ends at `node`, or `nil`.
    func value(_ node: Int32) -> Int32? {
        let value = values[Int(node)]
        return value < 0 ? nil : value
    }

    /// The longest string that `text` begins with at `start`.
    ///
    /// Complexity: O(its length).
    func longestMatch(_ text: [UInt8], _ start: Int, _ end: Int) -> (id: Int32, end: Int)? {
        var node = Self.root
        var best: (id: Int32, end: Int)?
        var position = start
        while position < end, let child = step(node, text[position]) {
            node = child
            position += 1
            if let id = value(node) { best = (id, position) }
        }
        return best
    }
}
