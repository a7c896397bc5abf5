import Foundation
import Testing

@testable import ApusStore

/// Damages valid input in repeatable ways: whatever reads it must answer or throw, never trap.
struct Mutator {
    var generator: SeededGenerator
    /// Pieces that are put in, besides single bytes.
    let dictionary: [[UInt8]]

    init(seed: UInt64, dictionary: [String]) {
        generator = SeededGenerator(seed: seed)
        self.dictionary = dictionary.map { Array($0.utf8) }
    }

    mutating func mutate(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, place + Int.random(in: 0...20, using: &generator))
            switch Int.random(in: 0..<7, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &generator)
            case 1 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
            case 4: bytes.removeSubrange(place...)
            case 5: bytes.insert(.random(in: 0...255, using: &generator), at: place)
            default:
                bytes.replaceSubrange(
                    place..<end,
                    with: dictionary.randomElement(using: &generator) ?? []
                )
            }
        }
        return bytes
    }
}

@Suite struct MutationTests {
    private static let jsonPieces = [
        "null", "true", "-1", "1e400", "9223372036854775807", "9223372036854775808", "1.5", "\"\"",
        "[", "]", "{", "}", ",", ":", "[[[[[[[[", "\"sha256:../../x\"", "\"\\u0000\"",
        "\"\\ud800\"",
        "\"size\":", "\"digest\":", "\"layers\":", "\"schemaVersion\":2", "{}", "[]", "\u{FFFD}",
    ]

    private func seedManifest() throws -> [UInt8] { Array(try Oracle.text("manifest").utf8) }

    @Test func damagedManifestsAreReadOrRefused() throws {
        let seed = try seedManifest()
        var mutator = Mutator(seed: 21, dictionary: Self.jsonPieces)
        var accepted = 0
        for _ in 0..<6000 {
            let bytes = mutator.mutate(seed)
            do throws(StoreError) {
                let manifest = try Manifest(bytes)
                accepted += 1
                #expect(
                    manifest.allLayers.allSatisfy {
                        (0...Manifest.maximumSizeBytes).contains($0.sizeBytes)
                    }
                )
                #expect(manifest.sizeBytes >= 0)
                #expect(try Manifest(manifest.bytes) == manifest)
            } catch {
                #expect(error.code == .corruptManifest)
            }
        }
        #expect((1..<6000).contains(accepted))
    }

    @Test func damagedConfigurationsAreReadOrRefused() throws {
        let seed = Array(try Oracle.text("config").utf8)
        var mutator = Mutator(
            seed: 22,
            dictionary: Self.jsonPieces + ["\"draft\":", "\"model_families\":"]
        )
        var accepted = 0
        for _ in 0..<6000 {
            do throws(StoreError) {
                let config = try ModelConfig(mutator.mutate(seed))
                accepted += 1
                #expect(try ModelConfig(config.bytes) == config)
            } catch {
                #expect(error.code == .corruptConfig)
            }
        }
        #expect((1..<6000).contains(accepted))
    }

    @Test func damagedModelfilesAreReadOrRefused() throws {
        let seed = Array(
            """
            # A comment
            FROM llama3.2
            PARAMETER temperature 0.7
            PARAMETER stop "<|end|>"
            SYSTEM \"\"\"You are
            "brief".\"\"\"
            TEMPLATE {{ .Prompt }}
            MESSAGE user Hallo, schöne Welt 👩‍🚀
            LICENSE "two
            lines"
            REQUIRES 0.14.0

            """.utf8
        )
        var mutator = Mutator(
            seed: 23,
            dictionary: [
                "\"\"\"", "\"", "\n", "\r\n", "\t", " ", "#", "FROM ", "from\t", "PARAMETER ",
                "MESSAGE tool ", "MESSAGE user ", "REQUIRES 1..2",
                "PARAMETER num_ctx 99999999999999999999",
                "\u{FEFF}", "\u{200B}", "\0", "\u{85}", "\u{2028}", "PARAMETER temperature 1e999\n",
            ]
        )
        var accepted = 0
        for _ in 0..<6000 {
            do throws(StoreError) {
                let modelfile = try Modelfile(mutator.mutate(seed))
                accepted += 1
                _ = modelfile.description
                _ = try modelfile.recipe()
            } catch {
                switch error.code {
                case .invalidModelfile(let line): #expect((0...200).contains(line))
                case .invalidParameter, .invalidRequest: break
                default: Issue.record("\(error.code): \(error)")
                }
            }
        }
        #expect((1..<6000).contains(accepted))
    }

    @Test func damagedParametersAreReadOrRefused() throws {
        let seed = Array(
            #"{"stop":["a","b"],"temperature":0.5,"num_ctx":4096,"use_mmap":true}"#.utf8
        )
        var mutator = Mutator(seed: 24, dictionary: Self.jsonPieces + ["\"num_ctx\":"])
        var accepted = 0
        for _ in 0..<6000 {
            do throws(StoreError) {
                let parameters = try LayerContent.parameters(mutator.mutate(seed))
                let options = try LayerContent.options(parameters)
                accepted += 1
                for (name, value) in options {
                    #expect(try ParameterTable.checked(name, value) == value)
                }
            } catch {
                #expect(error.code == .corruptLayer)
            }
        }
        #expect((1..<6000).contains(accepted))
    }

    @Test func damagedMessagesAreReadOrRefused() throws {
        let seed = Array(
            #"[{"role":"user","content":"hi","images":["aGk="]},{"role":"assistant"}]"#.utf8
        )
        var mutator = Mutator(seed: 26, dictionary: Self.jsonPieces + ["\"role\":"])
        var accepted = 0
        for _ in 0..<6000 {
            do throws(StoreError) {
                let messages = try LayerContent.messages(mutator.mutate(seed))
                accepted += 1
                for message in messages {
                    #expect(try StoredMessage(json: message.json) == message)
                }
            } catch {
                #expect(error.code == .corruptLayer)
            }
        }
        #expect((1..<6000).contains(accepted))
    }

    @Test func aStoreOfDamagedManifestsIsListedAndPruned() throws {
        let fixture = try StoreFixture()
        let seed = try seedManifest()
        var mutator = Mutator(seed: 25, dictionary: Self.jsonPieces)
        for position in 0..<60 {
            let url = URL(fileURLWithPath: "\(fixture.store.paths.manifests)/h/n/m\(position)/t")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(mutator.mutate(seed)).write(to: url)
        }
        let listing = try fixture.store.list()
        #expect(listing.models.count + listing.problems.count == 60)
        #expect(try fixture.store.prune().skipped != nil)
        let usage = try fixture.store.usage()
        #expect(usage.models.count + usage.problems.count == 60)
        #expect(try fixture.store.verify().problems.count == usage.problems.count)
        for position in 0..<60 { try fixture.store.delete(ModelName("h/n/m\(position):t")) }
        #expect(try fixture.store.list().problems.isEmpty)
    }
}
