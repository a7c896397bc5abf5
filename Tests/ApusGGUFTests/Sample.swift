import ApusFormats
import ApusGGUF
import Foundation
import TestSupport

/// Models that several suites use.
enum Sample {
    /// One value and one array of every type, and tensors of several formats.
    static func model() -> TinyGGUF {
        var model = TinyGGUF()
        for (name, value) in scalars { model.set("scalar.\(name)", value) }
        for (name, array) in arrays { model.set("array.\(name)", .array(array)) }
        model.set("general.alignment", .uint32(32))
        model.add("vector", [3], values: [1, 2, 3])
        model.add("number", [], values: [42])
        var random = SplitMix64(seed: 3)
        for (format, shape) in [
            (BlockFormat.q4_0, [3, 64]), (.q8_0, [2, 2, 32]), (.q4_K, [256]),
            (.bf16, [2, 3, 4, 5]),
        ] {
            let bytes = format.byteCount(shape: shape) ?? 0
            model.add(
                format.name,
                format,
                shape,
                data: (0..<bytes).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            )
        }
        return model
    }

    static let scalars: [(String, GGUFValue)] = [
        ("u8", .uint8(.max)), ("i8", .int8(.min)), ("u16", .uint16(.max)), ("i16", .int16(.min)),
        ("u32", .uint32(.max)), ("i32", .int32(.min)), ("u64", .uint64(.max)),
        ("i64", .int64(.min)), ("f32", .float32(0.1)), ("f64", .float64(0.1)),
        ("bool", .bool(true)), ("str", .string("grüß 🦚")), ("empty", .string("")),
    ]

    static let arrays: [(String, GGUFArray)] = [
        ("u8", GGUFArray(integers: [UInt8.min, .max])), ("i8", GGUFArray(integers: [Int8.min])),
        ("u16", GGUFArray(integers: [UInt16.max])), ("i16", GGUFArray(integers: [Int16.min, 3])),
        ("u32", GGUFArray(integers: [UInt32.max])), ("i32", GGUFArray(integers: [Int32.min, -1])),
        ("u64", GGUFArray(integers: [UInt64.max])), ("i64", GGUFArray(integers: [Int64.min])),
        ("f32", GGUFArray(floats: [0.1, -.infinity])), ("f64", GGUFArray(doubles: [0.1, 1e300])),
        ("bool", GGUFArray(bools: [true, false, true])),
        ("str", GGUFArray(strings: ["", "a", "grüß 🦚"])), ("none", GGUFArray(strings: [])),
    ]

    /// Makes a file longer without using disk space.
    static func extend(_ path: String, to size: UInt64) throws {
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: size)
        try handle.close()
    }

    static func overwrite(_ path: String, at offset: Int, _ bytes: [UInt8]) throws {
        let handle = try FileHandle(forUpdating: URL(filePath: path))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    /// A file in this target's `Fixtures` folder.
    static func fixture(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
    }
}
