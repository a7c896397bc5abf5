import Foundation
import Testing

@testable import ApusStore

@Suite struct ModelfileTests {
    private func system(_ text: String) throws -> String? {
        try Modelfile("FROM x\n\(text)").recipe().system
    }

    @Test func lineEndsOfOtherSystemsAreLineEnds() throws {
        let modelfile = try Modelfile("FROM x\r\nSYSTEM hi\r\n# c\rPARAMETER seed 1\r")
        #expect(
            modelfile.commands == [
                .from("x"), .system("hi"), .parameter(name: "seed", value: "1"),
            ]
        )
    }

    @Test(arguments: [
        ("FROM x\r\nBAD y", 2), ("\n\n\nBAD y", 4), ("FROM x\nBAD\nSYSTEM y", 2),
        ("FROM x\nSYSTEM \"\"\"a\n\nb\"\"\"\nMESSAGE tool x", 5), ("FROM x\nSYSTEM \"a\n\n", 2),
        ("FROM\nSYSTEM x", 1), ("FROM \nSYSTEM x", 1), ("FROM x\nPARAMETER a\n", 2),
        ("FROM x\nPARAMETER", 2), ("SYSTEM x", 0), ("", 0),
    ])
    func errorsTellTheLine(text: String, line: Int) throws {
        #expect(try storeErrorCode { _ = try Modelfile(text) } == .invalidModelfile(line: line))
    }

    @Test func severalBlanksSeparateNamesFromValues() throws {
        let modelfile = try Modelfile("FROM x\nPARAMETER \t seed   1\nMESSAGE  user  hi")
        #expect(
            modelfile.commands == [
                .from("x"), .parameter(name: "seed", value: "1"),
                .message(role: "user", content: "hi"),
            ]
        )
    }

    @Test func joinersAndForeignSpacesSurviveAndControlsDoNot() throws {
        #expect(
            try system("SYSTEM 👩\u{200D}🚀 می\u{200C}خواهم a\u{A0}b")
                == "👩\u{200D}🚀 می\u{200C}خواهم a\u{A0}b"
        )
        #expect(try system("SYSTEM a\u{0}\u{1B}b\u{FEFF}c") == "abc")
        #expect(try system("\u{200B}SYSTEM x") == "x")
    }

    @Test func byteOrderMarksDecideTheEncoding() throws {
        let text = "FROM x\nSYSTEM é😀"
        let units = Array(text.utf16)
        var little: [UInt8] = [0xFF, 0xFE]
        var big: [UInt8] = [0xFE, 0xFF]
        for unit in units {
            little += [UInt8(unit & 255), UInt8(unit >> 8)]
            big += [UInt8(unit >> 8), UInt8(unit & 255)]
        }
        let plain = Array(text.utf8)
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + plain
        for bytes in [plain, marked, little, big] {
            #expect(try Modelfile(bytes).recipe().system == "é😀")
        }
        // Half a unit is a character that cannot be read, as in Go.
        #expect(try Modelfile(little + [0]).recipe().system == "é😀\u{FFFD}")
    }

    @Test func laterStatementsReplaceOrJoinEarlierOnes() throws {
        let recipe = try Modelfile(
            """
            FROM a
            FROM b
            SYSTEM one
            SYSTEM two
            ADAPTER x
            ADAPTER y
            LICENSE 1
            LICENSE 2
            PARAMETER seed 1
            PARAMETER seed 2
            PARAMETER stop a
            PARAMETER stop b
            PARAMETER mirostat 1
            MESSAGE user a
            MESSAGE assistant b: c
            REQUIRES v0.14.0
            """
        ).recipe()
        #expect(recipe.sources == ["a", "b"])
        #expect(recipe.system == "two")
        #expect(recipe.adapter == "y")
        #expect(recipe.licenses == ["1", "2"])
        #expect(recipe.parameters == ["seed": .integer(2), "stop": .strings(["a", "b"])])
        #expect(recipe.warnings == ["parameter mirostat is deprecated"])
        #expect(recipe.messages.map(\.content) == ["a", "b: c"])
        #expect(recipe.requires == "0.14.0")
    }

    @Test func wrongVersionNamesItsLine() throws {
        let error = #expect(throws: StoreError.self) {
            try Modelfile(#"FROM x\#nSYSTEM """a\#nb"""\#nREQUIRES soon"#).recipe()
        }
        #expect(error?.message == "(line 4): requires must be a valid semver (e.g. 0.14.0)")
        // Statements without a text have no lines.
        let made = Modelfile(commands: [.from("x"), .requires("soon")])
        let bare = #expect(throws: StoreError.self) { try made.recipe() }
        #expect(bare?.message == "requires must be a valid semver (e.g. 0.14.0)")
    }

    @Test func wrongParametersAreErrorsInOllamasWordsWithTheLine() throws {
        for (line, message) in [
            ("nope 1", "unknown parameter 'nope'"), ("num_ctx x", "invalid int value [x]"),
            ("temperature x", "invalid float value [x]"), ("use_mmap x", "invalid bool value [x]"),
        ] {
            let error = #expect(throws: StoreError.self) {
                try Modelfile("FROM x\nPARAMETER \(line)").recipe()
            }
            #expect(error?.code == .invalidParameter)
            #expect(error?.message == "(line 2): \(message)")
        }
    }

    @Test func whatIsPrintedReadsBack() throws {
        var generator = SeededGenerator(seed: 13)
        let alphabet = Array("ab\" \n\t\r#'é".unicodeScalars)
        for _ in 0..<2000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                scalars.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            let value = String(scalars)
            // Three quotes at the end of a line cannot be spelled; see the next test.
            if value.contains("\"\"\"") { continue }
            let modelfile = Modelfile(commands: [
                .from("x"), .system(value), .parameter(name: "stop", value: value),
                .message(role: "user", content: value), .license("end"),
            ])
            #expect(try Modelfile(modelfile.description) == modelfile, "\(value.debugDescription)")
        }
    }

    @Test(arguments: ["a\"\"\" b\nc", "\"\"\"", "\"\"\"x", "x\"\"\"", "\"\"\"\"", " \"\"\"x"])
    func threeQuotesInsideALineReadBack(value: String) throws {
        let modelfile = Modelfile(commands: [.from("x"), .system(value), .license("end")])
        #expect(try Modelfile(modelfile.description) == modelfile)
    }

    @Test func longUnclosedValuesTakeLinearTime() throws {
        let text = "FROM x\nSYSTEM \"" + String(repeating: "\n ", count: 500_000)
        let start = ContinuousClock.now
        #expect(try storeErrorCode { _ = try Modelfile(text) } == .invalidModelfile(line: 2))
        #expect(ContinuousClock.now - start < .seconds(20))
        let giant = [UInt8](repeating: 0x20, count: Modelfile.maximumBytes + 1)
        #expect(try storeErrorCode { _ = try Modelfile(giant) } == .tooLarge)
    }
}

@Suite struct ModelfilePathsTests {
    @Test(arguments: [
        ("/a/./b/../c", "/a/c"), ("x.gguf", "/cwd/x.gguf"), ("./x", "/cwd/x"), (".", "/cwd"),
        ("../../../x", "/x"), ("~", "/home/me"), ("~/x", "/home/me/x"),
        (
            "~root/x",
            FileManager.default.homeDirectory(forUser: "root").map { "\($0.path)/x" } ?? ""
        ),
    ])
    func pathsAreExpanded(value: String, expected: String) throws {
        let path = try ModelfilePaths.expanded(value, relativeTo: "/cwd", home: "/home/me")
        #expect(path == expected)
    }

    @Test func unknownUsersAreAnError() throws {
        #expect(
            try storeErrorCode {
                _ = try ModelfilePaths.expanded("~no-such-user/x", relativeTo: "/", home: "/")
            } == .invalidRequest
        )
    }

    @Test func foldersGiveTheirGGUFFilesAndNothingOutside() throws {
        let folder = try TemporaryFolder()
        try folder.write("x", to: "m/b.gguf")
        try folder.write("x", to: "m/a.gguf")
        try folder.write("x", to: "m/notes.txt")
        let sources = try #require(try ModelfilePaths.sources(at: folder.path + "/m"))
        #expect(sources.map(\.name) == ["a.gguf", "b.gguf"])
        #expect(try ModelfilePaths.sources(at: folder.path + "/none") == nil)
        #expect(
            try ModelfilePaths.sources(at: folder.path + "/m/a.gguf")?.map(\.name) == ["a.gguf"]
        )
        try folder.write("x", to: "outside.gguf")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/m/c.gguf",
            withDestinationPath: folder.path + "/outside.gguf"
        )
        #expect(
            try storeErrorCode { _ = try ModelfilePaths.sources(at: folder.path + "/m") }
                == .invalidRequest
        )
        for name in ["pytorch_model.bin", "consolidated.safetensors", "readme.md"] {
            try folder.write("x", to: "s/\(name)")
        }
        #expect(
            try storeErrorCode { _ = try ModelfilePaths.sources(at: folder.path + "/s") }
                == .unsupported
        )
        let checkpoint = [
            "additional_chat_templates/tool_use.jinja", "chat_template.jinja", "config.json",
            "model-1.safetensors", "model-2.safetensors",
            "model.safetensors.index.json", "tokenizer.json", "tokenizer.model",
        ]
        for name in checkpoint { try folder.write("x", to: "s/\(name)") }
        #expect(
            try ModelfilePaths.sources(at: folder.path + "/s")?.map(\.name).sorted() == checkpoint
        )
        try folder.write("x", to: "s/model.gguf")
        #expect(try ModelfilePaths.sources(at: folder.path + "/s")?.map(\.name) == ["model.gguf"])
        try folder.write("x", to: "o/model.bin")
        #expect(try ModelfilePaths.sources(at: folder.path + "/o")?.map(\.name) == ["model.bin"])
        for name in ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json"] {
            try folder.write("x", to: "l/\(name)")
        }
        #expect(
            try ModelfilePaths.sources(at: folder.path + "/l")?.map(\.name)
                == ["adapter_model.safetensors", "adapter_config.json"]
        )
        try folder.write("x", to: "b/adapter_model.bin")
        #expect(
            try storeErrorCode { _ = try ModelfilePaths.sources(at: folder.path + "/b") }
                == .unsupported
        )
        try folder.write("x", to: "e/readme")
        #expect(
            try storeErrorCode { _ = try ModelfilePaths.sources(at: folder.path + "/e") }
                == .invalidRequest
        )
    }
}

@Suite struct HumanTimeTests {
    private static let year = 3600.0 * 24 * 365

    @Test(
        arguments: [
            (-1.0, "1 second ago"), (-180.0, "3 minutes ago"), (240.0, "4 minutes from now"),
            (-3600.0, "About an hour ago"), (20.5 * year, "20 years from now"),
            (21 * year, "Forever"), (-50 * year, "50 years ago"),
        ] as [(Double, String)]
    )
    func momentsAreToldFromNow(offset: Double, expected: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(HumanFormats.time(now.addingTimeInterval(offset), now: now) == expected)
    }

    @Test func noMomentIsNever() {
        #expect(HumanFormats.time(nil, now: Date()) == "Never")
        #expect(HumanFormats.duration(seconds: .infinity).hasSuffix("years"))
        #expect(HumanFormats.duration(seconds: .nan) == "Less than a second")
        #expect(HumanFormats.bytes(-5) == "-5 B")
        #expect(HumanFormats.parameterCount(.max) == "18446744073.7B")
    }
}
