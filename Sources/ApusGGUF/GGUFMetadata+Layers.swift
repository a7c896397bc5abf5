// Many architectures store a number once when all layers agree, and as an array with one element
// for each layer when they differ (`*.attention.head_count_kv`, `*.feed_forward_length` and so on).
extension GGUFMetadata {
    /// One integer for each of `count` layers, from a single integer or an array, or nil.
    ///
    /// - Throws: `wrongType`; `wrongCount` for an array of another length; `limitExceeded`.
    package func optionalInts(
        _ key: String,
        perLayer count: Int
    ) throws(GGUFError) -> [Int]? {
        guard let value = self[key] else { return nil }
        try checkLayers(count)
        if let single = value.int { return Array(repeating: single, count: count) }
        guard case .array(let array) = value else {
            throw wrongType(key, value, "an integer or an array of integers")
        }
        return try checked(key, array, count).ints("'\(key)'")
    }

    /// One integer for each of `count` layers, from a single integer or an array.
    ///
    /// - Throws: `missingKey`; `wrongType`; `wrongCount` for an array of another length.
    package func ints(_ key: String, perLayer count: Int) throws(GGUFError) -> [Int] {
        try required(key, optionalInts(key, perLayer: count), "an integer or an array of them")
    }

    /// One number for each of `count` layers, from a single number or an array, or nil.
    ///
    /// - Throws: `wrongType`; `wrongCount` for an array of another length; `limitExceeded`.
    package func optionalFloats(
        _ key: String,
        perLayer count: Int
    ) throws(GGUFError) -> [Float]? {
        guard let value = self[key] else { return nil }
        try checkLayers(count)
        if let single = value.double { return Array(repeating: Float(single), count: count) }
        guard case .array(let array) = value else {
            throw wrongType(key, value, "a number or an array of numbers")
        }
        return try checked(key, array, count).floats("'\(key)'")
    }

    /// One boolean for each of `count` layers, from a single boolean or an array, or nil.
    ///
    /// - Throws: `wrongType`; `wrongCount` for an array of another length; `limitExceeded`.
    package func optionalBools(
        _ key: String,
        perLayer count: Int
    ) throws(GGUFError) -> [Bool]? {
        guard let value = self[key] else { return nil }
        try checkLayers(count)
        if case .bool(let single) = value { return Array(repeating: single, count: count) }
        guard case .array(let array) = value else {
            throw wrongType(key, value, "a boolean or an array of booleans")
        }
        return try checked(key, array, count).bools("'\(key)'")
    }

    /// Refuses a number of layers, itself read from a file, that would cost too much memory.
    private func checkLayers(_ count: Int) throws(GGUFError) {
        guard 0...GGUFLimits.layers ~= count else {
            throw GGUFError(
                .limitExceeded,
                "The model has \(count) layers, expected at most \(GGUFLimits.layers)."
            )
        }
    }

    private func checked(
        _ key: String,
        _ array: GGUFArray,
        _ count: Int
    ) throws(GGUFError) -> GGUFArray {
        guard array.count == count else {
            throw GGUFError(
                .wrongCount,
                "Metadata value '\(key)' has \(array.count) elements, expected one for each of "
                    + "\(count) layers."
            )
        }
        return array
    }
}
