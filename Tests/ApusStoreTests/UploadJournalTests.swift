import Foundation
import Testing

@testable import ApusStore

/// Records of uploads: what survives, what is not believed, how many there are.
struct UploadJournalTests {
    private let digest = Digest(hashing: Array("weights".utf8))
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private func claim(_ place: String = "r", now: Date = Date()) throws -> UploadJournal? {
        let claim = try fixture.store.claimUpload(
            of: digest,
            sizeBytes: 100,
            to: place,
            now: now
        )
        guard case .claimed(let journal) = claim else { return nil }
        return journal
    }

    private var path: String { fixture.store.paths.uploadPath(of: digest, to: "r") }

    private func step(_ end: Int64, _ checksum: Character? = "a") -> UploadJournal.Step {
        UploadJournal.Step(
            end: end,
            checksum: checksum.map { String(repeating: $0, count: 32) },
            location: "https://r/\(end)"
        )
    }

    private func leave() throws {
        let journal = try #require(try claim())
        journal.begin(at: "https://r/0")
        journal.record(step(40))
        journal.record(step(80, nil))
    }

    @Test func stepsSurviveTheirProcess() throws {
        try leave()
        #expect(try claim()?.steps == [step(0, nil), step(40), step(80, nil)])
        #expect(try claim("other")?.steps == [])
        let elsewhere = Digest(hashing: Array("other".utf8))
        let claim = try fixture.store.claimUpload(of: elsewhere, sizeBytes: 100, to: "r")
        guard case .claimed(let journal) = claim else { throw StoreError(.busy, "Busy.") }
        #expect(journal.steps.isEmpty)
    }

    @Test func doneUploadsAreForgottenUnlessSomebodyIsAtThem() throws {
        do {
            let journal = try claim()
            try fixture.store.forgetUpload(of: digest, to: "r")
            #expect(FileManager.default.fileExists(atPath: path))
            withExtendedLifetime(journal) {}
        }
        try leave()
        try fixture.store.forgetUpload(of: digest, to: "r")
        try fixture.store.forgetUpload(of: digest, to: "r")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func oneAtATimeUploads() throws {
        let first = try claim()
        first?.begin(at: "https://r/0")
        first?.record(step(40))
        let claim = try fixture.store.claimUpload(of: digest, sizeBytes: 100, to: "r")
        guard case .busy(let completed) = claim else { throw StoreError(.system, "Not busy.") }
        #expect(completed == 40)
        first?.remove()
        #expect(FileManager.default.fileExists(atPath: path) == false)
    }

    @Test func onlyTheOwnerReads() throws {
        try leave()
        for (path, mode) in [(path, 0o600), (fixture.store.paths.uploads, 0o700)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    @Test func oldRecordsAreForgotten() throws {
        try leave()
        #expect(try claim(now: Date(timeIntervalSinceNow: 6 * 86_400))?.steps.count == 3)
        #expect(try claim(now: Date(timeIntervalSinceNow: 8 * 86_400))?.steps == [])
        let pruned = try fixture.store.prune(now: Date(timeIntervalSinceNow: 8 * 86_400))
        #expect(pruned.files.map(\.kind) == [.partial])
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [
        "", "\n", "x", "0 - https://r/0\n", "apus-upload 1 100\n0 - https://r/0\n",
        "apus-upload 1 99 DIGEST\n0 - https://r/0\n", "HEAD0 - https://r/0",
        "HEAD1 - https://r/0\n",
        "HEAD0 - https://r/0\n50 + https://r/1\n", "HEAD0 - https://r/0\n50 SUM https://r/1 x\n",
        "HEAD0 - https://r/0\n50 SUM https://r/1\n50 SUM https://r/1\n", "HEAD0 - \n",
        "HEAD0 - https://r/0\n101 SUM https://r/1\n", "HEAD0 - https://r/0\n-5 SUM https://r/1\n",
        "HEAD0 - https://r/0\n99999999999999999999 SUM https://r/1\n", "HEAD0 - https://r/\u{1B}\n",
        "HEAD0 - https://r/0\n50 SUMf https://r/1\n", "HEAD0 - LONG\n",
    ])
    func whatIsNoRecordIsNotRead(_ text: String) throws {
        let long = "https://r/" + String(repeating: "x", count: 9000)
        let content = text.replacingOccurrences(of: "HEAD", with: "apus-upload 1 100 \(digest)\n")
            .replacingOccurrences(of: "SUM", with: String(repeating: "a", count: 32))
            .replacingOccurrences(of: "LONG", with: long)
        try fixture.folder.write(
            content,
            to: "models/uploads/" + (path as NSString).lastPathComponent
        )
        let journal = try #require(try claim())
        #expect(journal.steps.isEmpty)
        journal.begin(at: "https://r/0")
        journal.record(step(40))
        withExtendedLifetime(journal) {}
    }

    @Test func whatIsAboutToBeWrittenIsChecked() throws {
        let journal = try claim()
        journal?.begin(at: "https://r/0\n50 x")
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func numberIsBounded() throws {
        for number in 0..<300 { try claim("place \(number)")?.begin(at: "https://r/") }
        let names = try FileSystem.names(in: fixture.store.paths.uploads)
        #expect(names.count == ModelStore.maximumUploads)
        #expect(try claim("place 299")?.steps.count == 1)
    }

    @Test func linksAreNotFollowed() throws {
        try leave()
        let elsewhere = fixture.folder.path + "/elsewhere"
        try FileManager.default.moveItem(atPath: path, toPath: elsewhere)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: elsewhere)
        #expect(try storeErrorCode { _ = try claim() } == .system)
    }
}
