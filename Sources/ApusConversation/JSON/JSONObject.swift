/// The members of a JSON object in the order in which they were written.
///
/// Keys are compared by their bytes, as JSON readers elsewhere do; Swift's own string comparison
/// would merge different spellings of the same accented letter. Two objects are equal when they
/// have the same members in the same order.
/// Complexity: look-up is O(1), removal O(count).
package struct JSONObject: Sendable {
    private struct Entry: Hashable {
        var key: String
        var value: JSONValue
    }

    /// Objects up to this size are searched without an index, which is faster than hashing.
    private static let linearLimit = 12

    private var entries: [Entry] = []
    /// Position of every key; empty while `entries` is no longer than `linearLimit`.
    private var index: [ExactKey: Int] = [:]

    /// An object without members.
    package init() {}

    /// The members of `pairs`; a later value replaces an earlier one, at its place.
    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// The keys, in order.
    package var keys: [String] { entries.map(\.key) }
    /// The values, in the order of their keys.
    package var values: [JSONValue] { entries.map(\.value) }

    /// The value of `key`; setting nil removes the member, setting a new key appends one.
    package subscript(key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let position = position(of: key) {
                entries[position].value = newValue
            } else {
                append(key, newValue)
            }
        }
    }

    /// Removes a member and returns its value, or nil when there is none.
    @discardableResult
    package mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        let removed = entries.remove(at: position)
        rebuildIndex()
        return removed.value
    }

    private func position(of key: String) -> Int? {
        if index.isEmpty { return entries.firstIndex { ExactKey.equal($0.key, key) } }
        return index[ExactKey(string: key)]
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        entries.append(Entry(key: key, value: value))
        if !index.isEmpty {
            index[ExactKey(string: key)] = entries.count - 1
        } else if entries.count > Self.linearLimit {
            rebuildIndex()
        }
    }

    private mutating func rebuildIndex() {
        index.removeAll()
        guard entries.count > Self.linearLimit else { return }
        for (position, entry) in entries.enumerated() {
            index[ExactKey(string: entry.key)] = position
        }
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.entries == right.entries
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    /// The member at a position.
    package subscript(position: Int) -> (key: String, value: JSONValue) {
        (entries[position].key, entries[position].value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

/// A string that is hashed and compared by its UTF-8 bytes.
private struct ExactKey: Hashable {
    let string: String

    static func equal(_ left: String, _ right: String) -> Bool {
        // Strings that differ canonically differ in bytes, and `==` is the faster comparison.
        left == right && left.utf8.elementsEqual(right.utf8)
    }

    static func == (left: ExactKey, right: ExactKey) -> Bool { equal(left.string, right.string) }

    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
