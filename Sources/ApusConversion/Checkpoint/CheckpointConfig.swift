internal import ApusConversation

/// The values of `config.json`, with their types and ranges checked as they are read.
struct CheckpointConfig: Sendable {
    private let root: JSONValue
    /// What the file is called in messages.
    private let name: String

    /// Reads the file `name`.
    ///
    /// - Throws: `ConversionError` `badCheckpoint` when there is no such file.
    init(_ files: CheckpointFiles, name: String = "config.json") throws {
        guard let root = try files.json(name), root.objectValue != nil else {
            throw ConversionError(
                .badCheckpoint,
                "There is no file '\(name)' with an object beside the safetensors."
            )
        }
        self.root = root
        self.name = name
    }

    /// The members of the file.
    var members: JSONObject { root.objectValue ?? JSONObject() }

    /// The class that the checkpoint is of: the first of `architectures`.
    func architecture() throws -> String {
        guard let name = root["architectures"]?[0]?.stringValue else {
            throw ConversionError(.unsupportedArchitecture, "unknown architecture")
        }
        return name
    }

    /// A value that is there and not null.
    func value(_ key: String) -> JSONValue? {
        guard let value = root[key], !value.isNull else { return nil }
        return value
    }

    /// An integer from 0 to 2^30 under the first of `keys` that is there, or nil.
    func optionalCount(_ keys: String...) throws -> Int? {
        for key in keys {
            guard let value = value(key) else { continue }
            guard let count = value.intValue, 0...1 << 30 ~= count else {
                throw wrong(key, value, "an integer from 0 to 2^30")
            }
            return count
        }
        return nil
    }

    /// An integer from 1 to 2^30.
    func count(_ key: String) throws -> Int {
        guard let count = try optionalCount(key) else { throw missing(key) }
        guard count > 0 else { throw ConversionError(.badConfig, "'\(key)' is 0 in \(name).") }
        return count
    }

    /// A finite number, or nil.
    func optionalNumber(_ key: String) throws -> Float? {
        guard let value = value(key) else { return nil }
        return try number(value, key)
    }

    /// A finite number.
    func number(_ key: String) throws -> Float {
        guard let number = try optionalNumber(key) else { throw missing(key) }
        return number
    }

    /// A truth value; `fallback` when there is none.
    func flag(_ key: String, else fallback: Bool) throws -> Bool {
        guard let value = value(key) else { return fallback }
        guard let flag = value.boolValue else { throw wrong(key, value, "true or false") }
        return flag
    }

    /// The members that speak of rotation: `rope_parameters`, or `rope_scaling` in older files.
    func rotary() throws -> CheckpointRotary {
        let key = value("rope_parameters") == nil ? "rope_scaling" : "rope_parameters"
        let members = value(key)?.objectValue ?? JSONObject()
        var numbers: [String: Float] = [:]
        for (name, value) in members where value.doubleValue != nil {
            numbers[name] = try number(value, "\(key).\(name)")
        }
        let kind = members["rope_type"]?.stringValue ?? members["type"]?.stringValue ?? "default"
        let base = try numbers["rope_theta"] ?? optionalNumber("rope_theta") ?? 10_000
        let part =
            try numbers["partial_rotary_factor"] ?? optionalNumber("partial_rotary_factor") ?? 1
        guard part == 1 else {
            throw ConversionError(
                .unsupportedVariant,
                "'partial_rotary_factor' is \(part), expected 1."
            )
        }
        return CheckpointRotary(kind: kind, base: base, numbers: numbers)
    }

    /// The size of the blocks that share a scale in 8-bit checkpoints.
    func scaleBlock() throws -> (rows: Int, columns: Int) {
        guard let size = value("quantization_config")?["weight_block_size"], !size.isNull else {
            return (128, 128)
        }
        guard let rows = size[0]?.intValue, let columns = size[1]?.intValue, rows > 0, columns > 0,
            rows <= 1 << 20, columns <= 1 << 20
        else {
            throw wrong("quantization_config.weight_block_size", size, "two sizes")
        }
        return (rows, columns)
    }

    /// Refuses a value that the conversion cannot honour.
    ///
    /// - Throws: `ConversionError` `unsupportedVariant`.
    func require(_ key: String, _ allowed: JSONValue...) throws {
        try require(key, oneOf: allowed)
    }

    /// Refuses a value that the conversion cannot honour; null and none are always fine.
    ///
    /// - Throws: `ConversionError` `unsupportedVariant`.
    func require(_ key: String, oneOf allowed: [JSONValue]) throws {
        guard let value = value(key), !allowed.contains(value) else { return }
        let known = allowed.isEmpty ? [.null] : allowed
        let expected = known.map { $0.jsonText() }.joined(separator: " or ")
        throw ConversionError(
            .unsupportedVariant,
            "'\(key)' is \(value.jsonText().prefix(60)) in \(name), expected "
                + "\(expected)."
        )
    }

    private func number(_ value: JSONValue, _ key: String) throws -> Float {
        guard let number = value.doubleValue.map({ Float($0) }), number.isFinite else {
            throw wrong(key, value, "a finite number")
        }
        return number
    }

    private func missing(_ key: String) -> ConversionError {
        ConversionError(.badConfig, "\(name) has no '\(key)'.")
    }

    private func wrong(_ key: String, _ value: JSONValue, _ expected: String) -> ConversionError {
        ConversionError(
            .badConfig,
            "'\(key)' is \(value.jsonText().prefix(60)) in \(name), expected "
                + "\(expected)."
        )
    }
}
