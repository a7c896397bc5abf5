// Every getter comes in two forms. The plain one throws `missingKey` where there is no value; the
// optional one returns nil. Both throw `wrongType` for a value of another type: a model whose
// context length is a text is broken, and a default would hide that.
extension GGUFMetadata {
    /// The text under `key`.
    package func string(_ key: String) throws(GGUFError) -> String {
        try required(key, optionalString(key), "a text")
    }

    /// The text under `key`, or nil.
    package func optionalString(_ key: String) throws(GGUFError) -> String? {
        guard let value = self[key] else { return nil }
        guard case .string(let text) = value else { throw wrongType(key, value, "a text") }
        return text
    }

    /// The integer under `key`, stored with any width that fits `Int`.
    package func int(_ key: String) throws(GGUFError) -> Int {
        try required(key, optionalInt(key), "an integer")
    }

    /// The integer under `key`, or nil.
    package func optionalInt(_ key: String) throws(GGUFError) -> Int? {
        guard let value = self[key] else { return nil }
        guard let number = value.int else { throw wrongType(key, value, "an integer") }
        return number
    }

    /// The number under `key`: a float of either width, or an integer that `Double` holds exactly.
    package func float(_ key: String) throws(GGUFError) -> Double {
        try required(key, optionalFloat(key), "a number")
    }

    /// The number under `key`, or nil.
    package func optionalFloat(_ key: String) throws(GGUFError) -> Double? {
        guard let value = self[key] else { return nil }
        guard let number = value.double else { throw wrongType(key, value, "a number") }
        return number
    }

    /// The boolean under `key`.
    package func bool(_ key: String) throws(GGUFError) -> Bool {
        try required(key, optionalBool(key), "a boolean")
    }

    /// The boolean under `key`, or nil.
    package func optionalBool(_ key: String) throws(GGUFError) -> Bool? {
        guard let value = self[key] else { return nil }
        guard case .bool(let flag) = value else { throw wrongType(key, value, "a boolean") }
        return flag
    }

    /// The array under `key`, not decoded yet.
    package func array(_ key: String) throws(GGUFError) -> GGUFArray {
        try required(key, optionalArray(key), "an array")
    }

    /// The array under `key`, not decoded yet, or nil.
    package func optionalArray(_ key: String) throws(GGUFError) -> GGUFArray? {
        guard let value = self[key] else { return nil }
        guard case .array(let array) = value else { throw wrongType(key, value, "an array") }
        return array
    }

    /// The texts under `key`, or the error `invalidUTF8` where one is something else.
    package func strings(_ key: String) throws(GGUFError) -> [String] {
        try array(key).strings("'\(key)'")
    }

    /// The texts under `key`, or nil.
    package func optionalStrings(_ key: String) throws(GGUFError) -> [String]? {
        try optionalArray(key)?.strings("'\(key)'")
    }

    /// The integers under `key`.
    package func ints(_ key: String) throws(GGUFError) -> [Int] {
        try array(key).ints("'\(key)'")
    }

    /// The integers under `key`, or nil.
    package func optionalInts(_ key: String) throws(GGUFError) -> [Int]? {
        try optionalArray(key)?.ints("'\(key)'")
    }

    /// The numbers under `key`; f64 and large integers are rounded.
    package func floats(_ key: String) throws(GGUFError) -> [Float] {
        try array(key).floats("'\(key)'")
    }

    /// The numbers under `key`, or nil.
    package func optionalFloats(_ key: String) throws(GGUFError) -> [Float]? {
        try optionalArray(key)?.floats("'\(key)'")
    }

    /// The booleans under `key`.
    package func bools(_ key: String) throws(GGUFError) -> [Bool] {
        try array(key).bools("'\(key)'")
    }

    /// The booleans under `key`, or nil.
    package func optionalBools(_ key: String) throws(GGUFError) -> [Bool]? {
        try optionalArray(key)?.bools("'\(key)'")
    }

    func required<T>(_ key: String, _ value: T?, _ expected: String) throws(GGUFError) -> T {
        guard let value else {
            throw GGUFError(.missingKey, "Metadata has no '\(key)', expected \(expected).")
        }
        return value
    }

    func wrongType(_ key: String, _ value: GGUFValue, _ expected: String) -> GGUFError {
        let text: String
        switch value {
        case .uint64(let number): text = "the u64 \(number)"
        case .int64(let number): text = "the i64 \(number)"
        default: text = "of type \(value.typeDescription)"
        }
        return GGUFError(.wrongType, "Metadata value '\(key)' is \(text), expected \(expected).")
    }
}
