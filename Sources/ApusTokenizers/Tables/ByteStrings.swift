/// Many short byte strings in one allocation, in order of id.
struct ByteStrings: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = [0]

    var count: Int { ends.count - 1 }

    mutating func reserve(_ count: Int, bytes size: Int) {
        ends.reserveCapacity(count + 1)
        bytes.reserveCapacity(size)
    }

    mutating func append(_ string: some Sequence<UInt8>) {
        bytes.append(contentsOf: string)
        ends.append(bytes.count)
    }

    /// Where string `index` lies in ``bytes``.
    ///
    /// Precondition: `0 <= index < count`.
    func range(_ index: Int) -> Range<Int> {
        ends[index]..<ends[index + 1]
    }
}
