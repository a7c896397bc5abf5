/// A place of the program on a stack.
struct Configuration: Sendable, Hashable, Comparable {
    /// The place in the upper half, the stack in the lower one.
    let key: UInt64

    init(_ state: Int32, on stack: Int32) {
        key = UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: stack))
    }

    /// The state of the program.
    var state: Int { Int(key >> 32) }
    /// The stack.
    var stack: Int32 { Int32(truncatingIfNeeded: key) }

    /// The same place on another stack.
    func on(_ stack: Int32) -> Configuration { Configuration(Int32(state), on: stack) }

    static func < (a: Configuration, b: Configuration) -> Bool { a.key < b.key }
}
