import ApusGGUF
import TestSupport
import Testing

@Suite struct MetadataTests {
    private func metadata(_ values: [(String, GGUFValue)]) throws -> GGUFMetadata {
        var model = TinyGGUF()
        for (key, value) in values { model.set(key, value) }
        return try model.open().metadata
    }

    @Test func everyIntegerWidthIsAnInt() throws {
        let found = try metadata(Sample.scalars)
        #expect(try found.int("u8") == 255)
        #expect(try found.int("i8") == -128)
        #expect(try found.int("u16") == 65_535)
        #expect(try found.int("i16") == -32_768)
        #expect(try found.int("u32") == 4_294_967_295)
        #expect(try found.int("i32") == -2_147_483_648)
        #expect(try found.int("i64") == .min)
    }

    @Test func numbersWidenToDouble() throws {
        let found = try metadata(Sample.scalars)
        #expect(try found.float("f32") == Double(Float(0.1)))
        #expect(try found.float("f64") == 0.1)
        #expect(try found.float("u32") == 4_294_967_295)
    }

    @Test func keysKeepFileOrder() throws {
        let found = try metadata([("z", .bool(true)), ("a", .bool(false))])
        #expect(found.keys == ["general.architecture", "z", "a"])
        #expect(found.contains("a") && !found.contains("b"))
    }

    @Test(arguments: ["str", "f32", "bool", "u64", "missing"])
    func otherTypesAreNoIntegers(_ key: String) throws {
        let found = try metadata(Sample.scalars)
        let error = #expect(throws: GGUFError.self) { try found.int(key) }
        #expect(error?.code == (key == "missing" ? .missingKey : .wrongType))
        #expect(error?.message.contains("'\(key)'") == true)
        #expect(error?.message.contains("expected an integer") == true)
    }

    @Test func errorsNameTheTypeFound() throws {
        let found = try metadata([("tokens", .array(GGUFArray(strings: ["a", "b"])))])
        let error = #expect(throws: GGUFError.self) { try found.string("tokens") }
        #expect(
            error?.message
                == "Metadata value 'tokens' is of type array of 2 str, expected a text."
        )
        let elements = #expect(throws: GGUFError.self) { try found.ints("tokens") }
        #expect(elements?.message == "'tokens' is an array of str, expected integers.")
    }

    @Test func optionalGettersGiveNilOnlyForMissingKeys() throws {
        let found = try metadata(Sample.scalars)
        #expect(try found.optionalInt("missing") == nil)
        #expect(try found.optionalString("missing") == nil)
        #expect(try found.optionalFloat("missing") == nil)
        #expect(try found.optionalBool("missing") == nil)
        #expect(try found.optionalStrings("missing") == nil)
        #expect(throws: GGUFError.self) { try found.optionalBool("u8") }
        #expect(throws: GGUFError.self) { try found.optionalString("u8") }
        #expect(throws: GGUFError.self) { try found.optionalStrings("u8") }
    }

    @Test func largestUnsignedIsNoIntInArraysEither() throws {
        let found = try metadata([("k", .array(GGUFArray(integers: [1, UInt64.max])))])
        let error = #expect(throws: GGUFError.self) { try found.ints("k") }
        #expect(error?.message.contains("Element 1 of 'k' is 18446744073709551615") == true)
    }

    @Test func oneValueServesAllLayers() throws {
        let found = try metadata([
            ("single", .uint32(8)), ("list", .array(GGUFArray(integers: [Int32(1), 2, 3]))),
            ("flag", .bool(true)), ("scale", .float32(0.5)),
        ])
        #expect(try found.ints("single", perLayer: 3) == [8, 8, 8])
        #expect(try found.ints("list", perLayer: 3) == [1, 2, 3])
        #expect(try found.optionalBools("flag", perLayer: 2) == [true, true])
        #expect(try found.optionalFloats("scale", perLayer: 2) == [0.5, 0.5])
        #expect(try found.optionalInts("missing", perLayer: 2) == nil)
        let count = #expect(throws: GGUFError.self) { try found.ints("list", perLayer: 4) }
        #expect(count?.code == .wrongCount)
        for layers in [-1, .max] {
            let limit = #expect(throws: GGUFError.self) {
                try found.ints("single", perLayer: layers)
            }
            #expect(limit?.code == .limitExceeded)
        }
    }
}
