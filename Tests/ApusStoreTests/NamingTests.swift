import Testing

@testable import ApusStore

@Suite struct ModelNameTests {
    @Test func comparisonIgnoresCaseAndSpellingIsKept() throws {
        let name = try ModelName("LocalHost:5000/Team/Model:Tag")
        #expect(name == (try ModelName("localhost:5000/team/MODEL:tag")))
        #expect(Set([name, try ModelName("localhost:5000/team/model:tag")]).count == 1)
        #expect(name.description == "LocalHost:5000/Team/Model:Tag")
        #expect(name != (try ModelName("localhost:5000/team/model:tag2")))
    }

    @Test(arguments: [
        ("llama3", "llama3:latest"), ("library/llama3:8b", "llama3:8b"),
        ("REGISTRY.ollama.ai/Library/x", "x:latest"), ("me/x", "me/x:latest"),
        ("hf.co/me/x:Q4_K_M", "hf.co/me/x:Q4_K_M"), ("http://h:1/n/m:t", "h:1/n/m:t"),
    ])
    func shortestFormHidesDefaults(text: String, expected: String) throws {
        #expect(try ModelName(text).shortest == expected)
    }

    @Test(arguments: ["ftp://h/n/m", "://h/n/m", "../../etc/passwd", "a/../b", "a@sha256:00"])
    func whatIsNoNameIsRefusedWithTheNameInTheMessage(text: String) throws {
        let error = #expect(throws: StoreError.self) { try ModelName(text) }
        #expect(error?.code == .invalidName)
        #expect(error?.message.contains(text) == true)
    }

    @Test func messagesShortenAndEscapeHostileNames() throws {
        let error = #expect(throws: StoreError.self) {
            try ModelName("\u{1B}[31m" + String(repeating: "x", count: 5000))
        }
        #expect(try #require(error).message.utf8.count < 400)
        #expect(error?.message.contains("\u{1B}") == false)
    }

    @Test func pathsNeverLeaveTheirFolder() throws {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("aZ09._-:/\\@~%\u{0}\n é…".unicodeScalars)
        let paths = StorePaths(root: "/store/")
        var accepted = 0
        for _ in 0..<20_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...14, using: &generator) {
                text.append(alphabet.randomElement(using: &generator) ?? "a")
            }
            guard let name = try? ModelName(String(text)) else { continue }
            accepted += 1
            let parts = paths.path(of: name).split(separator: "/", omittingEmptySubsequences: false)
            #expect(parts.count == 7)
            #expect(parts.prefix(3) == ["", "store", "manifests"])
            #expect(!parts.dropFirst().contains { $0.isEmpty || $0 == "." || $0 == ".." })
            #expect(try ModelName(name.description) == name)
            #expect(try ModelName(name.shortest) == name)
        }
        #expect(accepted > 500)
    }
}

@Suite struct DigestTests {
    private static let hex = String(repeating: "0123456789abcdef", count: 4)

    @Test func bothSeparatorsAndBothCasesAreOneDigest() throws {
        let digest = try Digest("sha256:\(Self.hex)")
        #expect(digest == (try Digest("sha256-\(Self.hex.uppercased())")))
        #expect(digest.description == "sha256:\(Self.hex)")
        #expect(digest.fileName == "sha256-\(Self.hex)")
    }

    @Test func hashingIsSHA256() {
        // FIPS 180-2, appendix B.1.
        #expect(
            Digest(hashing: Array("abc".utf8)).hex
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }

    @Test(arguments: [
        "", "sha256", "sha256:", "sha256:../../../etc/passwd", "sha512:\(hex)", "SHA256:\(hex)",
        "sha256:\(hex)0", "sha256:\(hex.dropLast())", "sha256/\(hex)", "sha256:\(hex)\n",
        "sha256:\(hex.dropLast())g", " sha256:\(hex)", "sha256:\(hex.dropLast(2))é",
    ])
    func anythingElseIsRefused(text: String) throws {
        #expect(try storeErrorCode { _ = try Digest(text) } == .invalidDigest)
    }

    @Test func mutatedDigestsAreEitherRefusedOrSafe() throws {
        var generator = SeededGenerator(seed: 12)
        let paths = StorePaths(root: "/store")
        for _ in 0..<20_000 {
            var bytes = Array("sha256:\(Self.hex)".utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let digest = try? Digest(String(decoding: bytes, as: UTF8.self)) else { continue }
            #expect(digest.hex.utf8.count == 64)
            #expect(digest.hex.allSatisfy { $0.isHexDigit && !$0.isUppercase })
            #expect(paths.path(of: digest) == "/store/blobs/sha256-\(digest.hex)")
        }
    }
}

@Suite struct StoreLocationTests {
    @Test(arguments: [
        ([:], "/home/me/.ollama/models"),
        (["OLLAMA_MODELS": "/data"], "/data"),
        (["OLLAMA_MODELS": "/data", "APUS_MODELS": "/other"], "/other"),
        (["OLLAMA_MODELS": " '/data x' "], "/data x"),
        (["OLLAMA_MODELS": "  ", "APUS_MODELS": "\"\""], "/home/me/.ollama/models"),
        (["APUS_MODELS": "~/models"], "/home/me/models"),
    ])
    func environmentDecidesTheRoot(environment: [String: String], expected: String) {
        #expect(StoreLocation.root(environment: environment, home: "/home/me") == expected)
    }
}

@Suite struct MessageTests {
    @Test func textOfOthersCannotSteerATerminal() {
        let text = "a\u{1B}[2J\u{9B}2J\u{85}\n\u{7F}é"
        let shown = StoreError.quoted(text)
        #expect(shown.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(shown.hasSuffix("é\""))
        #expect(StoreError.quoted("abc", limit: 2) == "\"ab…\"")
    }

    /// What Go's `strconv.Quote` makes of these.
    @Test(arguments: [
        ("a\"b\\c", #""a\"b\\c""#), ("é 😀", #""é 😀""#), ("\u{1}\u{7F}\n\t", #""\x01\x7f\n\t""#),
        ("\u{85}\u{A0}\u{200B}", #""\u0085\u00a0\u200b""#), ("\u{E0001}", #""\U000e0001""#),
        ("\u{2028}\u{FEFF}", #""\u2028\ufeff""#),
    ])
    func textsAreQuotedAsInGo(_ text: String, _ quoted: String) {
        #expect(text.quotedAsInGo == quoted)
    }
}
