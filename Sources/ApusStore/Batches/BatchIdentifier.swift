/// The name of a batch: `msgbatch_` and 1 to 64 letters and digits.
///
/// The only thing from outside that becomes part of a path in a `BatchFolder`; no value of it can
/// leave the folder or name another kind of file.
package struct BatchIdentifier: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What all of them begin with.
    package static let prefix = "msgbatch_"
    private static let lengths = 1...64

    /// The name.
    package let description: String

    /// A name, or nil when `text` is none.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let rest = text.utf8.dropFirst(Self.prefix.utf8.count)
        let isPlain = rest.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard isPlain, Self.lengths.contains(rest.count) else { return nil }
        description = text
    }

    package static func < (left: BatchIdentifier, right: BatchIdentifier) -> Bool {
        left.description < right.description
    }
}
