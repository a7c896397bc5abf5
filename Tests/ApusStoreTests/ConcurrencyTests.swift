import Foundation
import Synchronization
import Testing

@testable import ApusStore

/// Counts who is inside a section, and how many were at most.
private final class Occupancy: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
}

@Suite struct StoreLockTests {
    /// Every attempt opens the lock file anew, as another process would.
    @Test func writersExcludeEachOther() async throws {
        let folder = try TemporaryFolder()
        let lock = StoreLock(path: folder.path + "/lock", patience: .seconds(60))
        let occupancy = Occupancy()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<20 {
                        try lock.withLock { _ throws(StoreError) in
                            occupancy.enter()
                            usleep(100)
                            occupancy.leave()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(occupancy.most == 1)
    }

    @Test func waitingEndsWithATypedError() throws {
        let fixture = try StoreFixture(patience: .milliseconds(20))
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [])
        let error = #expect(throws: StoreError.self) {
            try fixture.store.lock.withLock { _ throws(StoreError) in
                // Reading goes on while someone writes.
                _ = try fixture.store.resolve(ModelName("a"))
                _ = try fixture.store.list()
                try fixture.store.delete(ModelName("a"))
            }
        }
        #expect(error?.code == .busy)
        #expect(try fixture.store.contains(ModelName("a")))
    }

    @Test func anotherProcessIsWaitedFor() throws {
        let fixture = try StoreFixture(patience: .seconds(60))
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [])
        try fixture.store.lock.withLock { _ throws(StoreError) in }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "flock", fixture.store.paths.lock, "sh", "-c", "echo held; sleep 0.4",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
        let start = ContinuousClock.now
        try fixture.store.delete(ModelName("a"))
        #expect(ContinuousClock.now - start > .milliseconds(200))
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func parallelCreationsAndDeletionsKeepTheStoreWhole() async throws {
        let fixture = try StoreFixture(patience: .seconds(60))
        let store = fixture.store
        let digest = try fixture.plant("GGUF shared")
        // Keeps the shared blob alive while the others come and go.
        try fixture.plantModel(
            "registry.ollama.ai/library/keep/latest",
            [(MediaType.model, "GGUF shared")]
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<6 {
                group.addTask {
                    for round in 0..<6 {
                        var creation = ModelCreation(
                            name: try ModelName("m\(worker)"),
                            source: .files([.init(name: "x.gguf", digest: digest)])
                        )
                        creation.system = "\(worker) \(round)"
                        try store.create(creation, inspector: StoreFixture.inspector)
                        let model = try store.resolve(creation.name)
                        #expect(model.system == creation.system)
                        if round.isMultiple(of: 2) { try store.delete(creation.name) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let listing = try store.list()
        #expect(listing.problems.isEmpty)
        #expect(listing.models.count == 7)
        let used = try Set(listing.models.flatMap { try store.resolve($0.name).manifest.digests })
        #expect(Set(fixture.blobNames) == Set(used.map(\.fileName)))
    }
}

@Suite struct ReadOnlyStoreTests {
    /// Without the rights of root, which ignores permissions, as far as the file system goes and
    /// for this thread only.
    private func withoutPrivileges(_ body: () throws -> Void) throws {
        #if os(Linux)
        typealias SetUser = @convention(c) (UInt32) -> Int32
        let symbol = try #require(dlsym(dlopen(nil, RTLD_NOW), "setfsuid"))
        // Safe: glibc declares int setfsuid(uid_t).
        let setUser = unsafeBitCast(symbol, to: SetUser.self)
        let user = UInt32(setUser(65534))
        defer { _ = setUser(user) }
        #endif
        try body()
    }

    @Test func aManifestThatMayNotBeReadIsReportedAndKeepsItsBlobs() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try fixture.plantModel("h/n/a/t", [(MediaType.model, "GGUF")])
        try fixture.plantModel("h/n/b/t", [(MediaType.model, "GGUF")])
        let manager = FileManager.default
        try manager.setAttributes(
            [.posixPermissions: 0],
            ofItemAtPath: store.paths.manifests + "/h/n/b/t"
        )
        for path in [fixture.folder.path]
            + fixture.folder.files(below: "").map({
                "\(fixture.folder.path)/\($0)"
            }) where (try? manager.contentsOfDirectory(atPath: path)) != nil
        {
            try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
        }
        try withoutPrivileges {
            #expect(try store.list().problems.map(\.error.code) == [.noPermission])
            #expect(
                try storeErrorCode { _ = try store.resolve(ModelName("h/n/b:t")) } == .noPermission
            )
            try store.delete(ModelName("h/n/a:t"))
            #expect(store.blobs.exists(Digest(hashing: Array("GGUF".utf8))))
        }
    }

    @Test func itIsReadWithoutALockAndRefusesWrites() throws {
        let fixture = try StoreFixture()
        try fixture.plantModel("registry.ollama.ai/library/a/latest", [(MediaType.model, "GGUF")])
        let manager = FileManager.default
        let root = fixture.store.paths.root
        let folders =
            [root]
            + fixture.folder.files(below: "models").map { "\(root)/\($0)" }
            .filter { path in (try? manager.contentsOfDirectory(atPath: path)) != nil }
        for folder in folders {
            try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
        }
        defer {
            for folder in folders {
                try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            }
        }
        let store = fixture.store
        try withoutPrivileges {
            let name = try ModelName("a")
            #expect(try store.resolve(name).weights.count == 1)
            #expect(try store.list().models.count == 1)
            #expect(try storeErrorCode { try store.delete(name) } == .readOnly)
            #expect(try storeErrorCode { try store.copy(name, to: ModelName("b")) } == .readOnly)
            #expect(try storeErrorCode { _ = try store.blobs.store([1]) } == .readOnly)
            #expect(try storeErrorCode { _ = try store.prune() } == .readOnly)
            #expect(try storeErrorCode { try store.delete(ModelName("none")) } == .notFound)
            let bytes = try store.manifestBytes(of: name)
            #expect(try storeErrorCode { _ = try store.install(bytes, as: name) } == .readOnly)
        }
        #expect(!manager.fileExists(atPath: store.paths.lock))
    }
}
