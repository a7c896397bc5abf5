import ApusStore
import NIOHTTP1
import Testing

@testable import ApusRegistry

/// Models that the hub's registry refuses, found among the files of the repository.
@Suite(.timeLimit(.minutes(1))) struct HubTests {
    private static let refusal =
        #"{"error":"The specified tag is a sharded GGUF. Ollama does not support this yet."}"#

    /// A hub with a repository `team/m` of these files, listed one a page.
    private struct Hub: Sendable {
        let files: [(path: String, shelf: FileShelf)]
        var hasDigests = true

        func answer(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
            if request.path.hasPrefix("/v2/") { return .text(HubTests.refusal, status: 400) }
            if request.path == "/api/models/team/m/tree/main" { return page(request) }
            let file = files.first {
                request.path == "/team/m/resolve/main/" + $0.path.replacing(" ", with: "%20")
            }
            return file?.shelf.answer(request) ?? .init(status: 404)
        }

        private func page(_ request: RogueRegistry.Request) -> RogueRegistry.Reply {
            let cursor = request.target.split(separator: "cursor=").dropFirst().first
            let index = cursor.flatMap { Int($0) } ?? 0
            let (path, shelf) = files[index]
            let lfs = hasDigests ? #","lfs":{"oid":"\#(shelf.digest.hex)","size":1}"# : ""
            let folder = #"{"type":"directory","path":"x.gguf","oid":"1"},"#
            let file = #"{"type":"file","path":"\#(path)","size":1,"oid":"2"\#(lfs)}"#
            let host = request.headers.first(name: "Host") ?? ""
            let target = "http://\(host)\(request.path)?recursive=true&cursor=\(index + 1)"
            return .init(
                headers: index + 1 < files.count
                    ? [("Link", "<http://other/>; rel=\"prev\", <\(target)>; rel=\"next\"")] : [],
                content: .bytes(Array("[\(folder)\(file)]".utf8))
            )
        }
    }

    private static func split(_ path: String, _ count: Int, seed: UInt64) -> [(String, FileShelf)] {
        (1...count).map { number in
            (
                "\(path)-0000\(number)-of-0000\(count).gguf",
                FileShelf(bytes: 9000, seed: seed, part: number - 1, of: count)
            )
        }
    }

    private static func desk() throws -> Desk { try Desk { $0.hubHosts = ["127.0.0.1"] } }

    private func pull(
        _ desk: Desk,
        _ registry: RogueRegistry,
        _ tag: String
    ) async throws
        -> [RegistryProgress]
    {
        let lines = Lines()
        try await desk.client.pull(
            ModelName("http://127.0.0.1:\(registry.port)/team/m\(tag)"),
            RegistryOptions(allowsInsecure: true)
        ) { lines.add($0) }
        return lines.all
    }

    @Test(arguments: ["", ":Q8_0", ":q4_k_m", ":m a-Q8_0-00002-of-00003.gguf"], [true, false])
    func partsOfTheTagAreFoundInTheListing(_ tag: String, _ hasDigests: Bool) async throws {
        let eight = Self.split("Q8_0/m a-Q8_0", 3, seed: 8)
        let four = Self.split("m a-Q4_K_M", 2, seed: 4)
        let other = [("mmproj-Q4_K_M.gguf", FileShelf()), ("README.md", FileShelf())]
        var hub = Hub(files: eight + other + four)
        hub.hasDigests = hasDigests
        let desk = try Self.desk()
        let isEight = tag.uppercased().contains("Q8_0")
        try await RogueRegistry.run(hub.answer) { registry in
            // A file's name holds a blank, which no tag can.
            if tag.contains(" ") { return }
            let lines = try await pull(desk, registry, tag)
            let name = "127.0.0.1:\(registry.port)/team/m\(tag)"
            #expect(try desk.has(name, (isEight ? eight : four).map(\.1)))
            #expect(lines.last?.status == "success")
            #expect(registry.requests.filter { $0.path.hasPrefix("/api/") }.count == 7)
        }
    }

    @Test func whatIsNotThereKeepsTheRegistrysWords() async throws {
        let hub = Hub(files: Self.split("m-Q4_K_M", 2, seed: 4))
        let desk = try Self.desk()
        try await RogueRegistry.run(hub.answer) { registry in
            let error = await #expect(throws: RegistryError.self) {
                try await pull(desk, registry, ":Q6_K")
            }
            #expect(error?.code == .refused(status: 400))
            #expect(error?.message.contains("sharded GGUF") == true)
            let isEmpty = try desk.hasNothing()
            #expect(isEmpty)
        }
    }

    @Test func otherRegistriesAreNotAskedForFiles() async throws {
        let hub = Hub(files: Self.split("m-Q4_K_M", 2, seed: 4))
        let desk = try Desk()
        try await RogueRegistry.run(hub.answer) { registry in
            try await fails("refused(status: 400)") { _ = try await pull(desk, registry, "") }
            #expect(registry.requests.count == 1)
        }
    }

    /// What the listing states is what the files have to be.
    @Test func filesThatAreNotAsListedAreRefused() async throws {
        var files = Self.split("m-Q4_K_M", 2, seed: 4)
        let hub = Hub(files: files)
        files[1].1 = FileShelf(bytes: 9000, seed: 5, part: 1, of: 2)
        let changed = Hub(files: files)
        let desk = try Self.desk()
        try await RogueRegistry.run({ request in
            (request.path.hasPrefix("/api/") ? hub : changed).answer(request)
        }) { registry in
            try await fails("digestMismatch") { _ = try await pull(desk, registry, "") }
            #expect(try desk.files(in: "manifests").isEmpty)
        }
    }

    @Test(arguments: ["{}", "[", "[[[", "nonsense", ""])
    func listingsThatMakeNoSenseAreRefused(_ text: String) async throws {
        let desk = try Self.desk()
        try await RogueRegistry.run({
            $0.path.hasPrefix("/v2/") ? .text(Self.refusal, status: 400) : .text(text)
        }) { registry in
            try await fails("protocolViolation") { _ = try await pull(desk, registry, "") }
        }
    }

    @Test func endlessListingsEnd() async throws {
        let desk = try Desk {
            $0.hubHosts = ["127.0.0.1"]
            $0.maximumListingPages = 5
            $0.maximumListingBytes = 10_000
        }
        try await RogueRegistry.run({
            if $0.path.hasPrefix("/v2/") { return .text(Self.refusal, status: 400) }
            return .init(headers: [("Link", "</x>; rel=next")], content: .bytes(Array("[]".utf8)))
        }) { registry in
            try await fails("tooLarge") { _ = try await pull(desk, registry, "") }
            #expect(registry.requests.count == 6)
        }
        try await RogueRegistry.run({
            $0.path.hasPrefix("/v2/") ? .text(Self.refusal, status: 400) : .init(content: .endless)
        }) { registry in
            try await fails("tooLarge") { _ = try await pull(desk, registry, "") }
        }
    }

    private static let paths = [
        "m-Q2_K.gguf", "m-UD-Q4_K_M.gguf", "m-Q4_K_M.gguf", "m-IQ4_XS.gguf",
        "BF16/m-BF16-00001-of-00002.gguf",
        "BF16/m-BF16-00002-of-00002.gguf", "m-Q6_K-imat.gguf", "special/m-Q8_0.gguf",
        "m-Q4_K_S-00001-of-00002.gguf",
    ]

    @Test(arguments: [
        ("latest", ["m-Q4_K_M.gguf"]), ("Q4_K_M", ["m-Q4_K_M.gguf"]),
        ("ud-q4_k_m", ["m-UD-Q4_K_M.gguf"]), ("K_M", []), ("Q4_K", []), ("XS", []),
        ("bf16", ["BF16/m-BF16-00001-of-00002.gguf", "BF16/m-BF16-00002-of-00002.gguf"]),
        ("Q6_K", ["m-Q6_K-imat.gguf"]), ("Q6_K-imat", ["m-Q6_K-imat.gguf"]),
        ("special", ["special/m-Q8_0.gguf"]), ("m-Q2_K.gguf", ["m-Q2_K.gguf"]), ("q9", []),
    ])
    func tagsChooseFiles(_ tag: String, _ expected: [String]) throws {
        let listing = HubListing(files: Self.paths.map { .init(path: $0) })
        #expect(try listing.files(for: tag).map(\.path) == expected)
    }

    @Test func defaultsFallBackAndMissingPartsAreNamed() throws {
        var paths = Self.paths.filter { !$0.contains("Q4_K_M") }
        func chosen(_ tag: String = "latest") throws -> [String] {
            try HubListing(files: paths.map { .init(path: $0) }).files(for: tag).map(\.path)
        }
        #expect(try chosen() == ["m-IQ4_XS.gguf"])
        let error = #expect(throws: RegistryError.self) { try chosen("Q4_K_S") }
        #expect(error?.message.contains(#"part 2 of 2: "m-Q4_K_S-00002-of-00002.gguf""#) == true)
        paths.removeAll { $0.contains("4") }
        #expect(try chosen() == ["m-Q2_K.gguf"])
        paths = []
        #expect(try chosen() == [])
    }
}
