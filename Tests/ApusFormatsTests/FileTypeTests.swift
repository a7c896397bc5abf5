import Testing

@testable import ApusFormats

@Suite struct FileTypeTests {
    /// `LlamaFileType` of Python's `gguf` 0.19.0, names without `MOSTLY_` and `ALL_`.
    static let table: [(code: UInt32, name: String)] = [
        (0, "F32"), (1, "F16"), (2, "Q4_0"), (3, "Q4_1"), (7, "Q8_0"), (8, "Q5_0"), (9, "Q5_1"),
        (10, "Q2_K"), (11, "Q3_K_S"), (12, "Q3_K_M"), (13, "Q3_K_L"), (14, "Q4_K_S"),
        (15, "Q4_K_M"), (16, "Q5_K_S"), (17, "Q5_K_M"), (18, "Q6_K"), (19, "IQ2_XXS"),
        (20, "IQ2_XS"), (21, "Q2_K_S"), (22, "IQ3_XS"), (23, "IQ3_XXS"), (24, "IQ1_S"),
        (25, "IQ4_NL"), (26, "IQ3_S"), (27, "IQ3_M"), (28, "IQ2_S"), (29, "IQ2_M"),
        (30, "IQ4_XS"), (31, "IQ1_M"), (32, "BF16"), (36, "TQ1_0"), (37, "TQ2_0"),
        (38, "MXFP4"), (39, "NVFP4"), (40, "Q1_0"), (41, "Q2_0"),
    ]

    @Test(arguments: table)
    func codesAndNamesGoTogether(_ row: (code: UInt32, name: String)) throws {
        let type = try #require(FileType(code: row.code))
        #expect(type.name == row.name)
        #expect(FileType(name: row.name) == type)
        #expect(FileType(name: row.name.lowercased()) == type)
    }

    @Test func codeFourIsReadAndNeverChosen() {
        #expect(FileType(code: 4)?.name == "MXFP4")
        #expect(FileType(name: "MXFP4")?.code == 38)
        #expect(FileType(name: "mxfp4_moe")?.code == 38)
    }

    @Test func familyNamesMeanTheMediumMix() {
        #expect(FileType(name: "q4_K") == .q4_K_M)
        #expect(FileType(name: "Q5_K") == .q5_K_M)
        #expect(FileType(name: "Q3_K") == .q3_K_M)
    }

    @Test(arguments: [5, 6, 33, 34, 35, 42, 1024, .max] as [UInt32])
    func unknownCodesAreNil(_ code: UInt32) {
        #expect(FileType(code: code) == nil)
    }
}
