package import ApusFormats
package import ApusGGUF

/// A small valid GGUF model to be changed and then built, in memory or as a file.
package struct TinyGGUF: Sendable {
    /// Keys and values in file order.
    package var metadata: [(key: String, value: GGUFValue)]
    /// Tensors with their data, in file order.
    package var tensors: [(tensor: GGUFLayout.Tensor, data: [UInt8])]

    /// An empty model of the given architecture.
    package init(architecture: String = "tiny") {
        metadata = [("general.architecture", .string(architecture))]
        tensors = []
    }

    /// Sets or replaces a value.
    package mutating func set(_ key: String, _ value: GGUFValue) {
        if let found = metadata.firstIndex(where: { $0.key == key }) {
            metadata[found].value = value
        } else {
            metadata.append((key, value))
        }
    }

    /// Adds a tensor with the given data; `shape` is outermost first.
    package mutating func add(
        _ name: String,
        _ format: BlockFormat,
        _ shape: [Int],
        data: [UInt8]
    ) {
        tensors.append((GGUFLayout.Tensor(name: name, format: format, shape: shape), data))
    }

    /// Adds an F32 tensor with the given values; `shape` is outermost first.
    package mutating func add(_ name: String, _ shape: [Int], values: [Float]) {
        add(name, .f32, shape, data: values.littleEndianBytes)
    }

    /// Adds an F32 tensor of random values from -scale to scale; `shape` is outermost first.
    package mutating func addRandom(
        _ name: String,
        _ shape: [Int],
        scale: Float = 0.1,
        using generator: inout SplitMix64
    ) {
        let count = shape.reduce(1, *)
        add(name, shape, values: (0..<count).map { _ in generator.float() * scale })
    }

    /// The plan of the file.
    package func layout() throws -> GGUFLayout {
        try GGUFLayout(metadata: metadata, tensors: tensors.map(\.tensor))
    }

    /// The finished file in memory.
    package func bytes() throws -> [UInt8] {
        try layout().encoded(data: tensors.map(\.data))
    }

    /// The model, opened from memory.
    package func open() throws -> GGUFFile {
        try GGUFFile(copying: bytes())
    }

    /// Writes the finished file under a path that does not exist yet.
    package func write(to path: String) throws {
        var writer = try GGUFWriter(path: path, layout: layout())
        for (_, data) in tensors {
            try data.withUnsafeBytes { try writer.write($0) }
        }
        try writer.finish()
    }
}

extension GGUFFile {
    /// Opens a copy of these bytes, which may be anything.
    package convenience init(copying contents: [UInt8]) throws {
        guard let memory = GuardedBytes(contents) else {
            throw GGUFError(.io, "No memory for \(contents.count) bytes.")
        }
        try self.init(bytes: memory.bytes, owner: memory)
    }
}

extension [Float] {
    /// The values as they lie in an F32 tensor.
    package var littleEndianBytes: [UInt8] {
        flatMap { value in
            Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { Array<UInt8>($0) }
        }
    }
}
