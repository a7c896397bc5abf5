/// The metadata of a file: typed values under unique keys, in file order.
///
/// Values are decoded on demand from the file, which stays mapped as long as this does.
package struct GGUFMetadata: Sendable {
    /// What the file says about one value, without the value.
    package struct Entry: Sendable {
        /// The key, such as `llama.block_count`.
        package let key: String
        /// The type of the value.
        package let type: GGUFValueType
        /// The type of an array's elements; for other values the same as `type`.
        package let elementType: GGUFValueType
        /// An array's length; 1 for other values.
        package let count: Int
        /// Where the value's bytes lie, behind lengths and types.
        let range: Range<Int>
    }

    /// One entry per value, in file order.
    package let entries: [Entry]
    private let index: [String: Int]
    private let mapping: GGUFMapping

    /// Metadata of a parsed file, whose keys are unique.
    init(_ entries: [Entry], in mapping: GGUFMapping) {
        self.entries = entries
        self.mapping = mapping
        index = Dictionary(
            entries.enumerated().map { ($1.key, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// All keys, in file order.
    package var keys: [String] { entries.map(\.key) }

    /// Number of values.
    package var count: Int { entries.count }

    /// Whether there is a value under `key`.
    package func contains(_ key: String) -> Bool { index[key] != nil }

    /// The value under `key` with its exact type, or nil.
    package subscript(key: String) -> GGUFValue? {
        index[key].map { value(of: entries[$0]) }
    }

    /// The value of one of this metadata's entries.
    package func value(of entry: Entry) -> GGUFValue {
        let value = GGUFValue(entry, in: mapping)
        withExtendedLifetime(mapping) {}
        return value
    }

    /// Every key with its value, in file order; what a writer takes to copy a file.
    package var values: [(key: String, value: GGUFValue)] {
        entries.map { ($0.key, value(of: $0)) }
    }
}
