import Foundation
import Testing

@testable import ApusStore

@Suite struct BlobStoreTests {
    @Test func contentBecomesABlobOnlyWhenFinished() throws {
        let fixture = try StoreFixture()
        let bytes = Array("hello".utf8)
        let digest = Digest(hashing: bytes)
        let writer = try fixture.store.blobs.ingest(expecting: digest, sizeBytes: 5)
        try writer.write(Array(bytes[..<2]))
        #expect(!fixture.store.blobs.exists(digest))
        try writer.write(Array(bytes[2...]))
        #expect(writer.count == 5)
        let receipt = try writer.finish()
        #expect(receipt == BlobStore.Receipt(digest: digest, sizeBytes: 5, existed: false))
        #expect(try fixture.store.blobs.contents(of: digest, limit: 5) == bytes)
        #expect(fixture.blobNames == [digest.fileName])
        let mode =
            try FileManager.default.attributesOfItem(
                atPath: fixture.store.blobs.path(of: digest)
            )[.posixPermissions] as? Int
        #expect(mode == 0o644)
    }

    @Test func aSecondCopyIsRecognised() throws {
        let fixture = try StoreFixture()
        #expect(try !fixture.store.blobs.store([1, 2, 3]).existed)
        #expect(try fixture.store.blobs.store([1, 2, 3]).existed)
        let writer = try fixture.store.blobs.ingest()
        try writer.write([1, 2, 3])
        #expect(try writer.finish().existed)
        #expect(fixture.blobNames.count == 1)
    }

    @Test func aTruncatedBlobIsReplaced() throws {
        let fixture = try StoreFixture()
        let digest = Digest(hashing: [1, 2, 3])
        try fixture.folder.write("x", to: "models/blobs/\(digest.fileName)")
        #expect(try !fixture.store.blobs.store([1, 2, 3]).existed)
        try fixture.store.blobs.verify(digest)
    }

    @Test func wrongContentLeavesNothingBehind() throws {
        let fixture = try StoreFixture()
        let digest = Digest(hashing: [1])
        let blobs = fixture.store.blobs
        #expect(
            try storeErrorCode {
                let writer = try blobs.ingest(expecting: digest)
                try writer.write([2])
                _ = try writer.finish()
            } == .digestMismatch
        )
        #expect(
            try storeErrorCode {
                let writer = try blobs.ingest(expecting: digest, sizeBytes: 2)
                try writer.write([1])
                _ = try writer.finish()
            } == .sizeMismatch
        )
        #expect(
            try storeErrorCode {
                try blobs.ingest(expecting: digest, sizeBytes: 2).write([1, 2, 3])
            } == .tooLarge
        )
        #expect(
            try storeErrorCode { try blobs.ingest(limitBytes: 2).write([1, 2, 3]) } == .tooLarge
        )
        #expect(
            try storeErrorCode { _ = try blobs.ingest(sizeBytes: 3, limitBytes: 2) } == .tooLarge
        )
        #expect(try storeErrorCode { _ = try blobs.ingest(sizeBytes: -1) } == .sizeMismatch)
        #expect(try storeErrorCode { _ = try blobs.ingest(sizeBytes: .max) } == .noSpace)
        #expect(fixture.blobNames.isEmpty)
    }

    @Test func anAbandonedWriterLeavesNothingBehind() throws {
        let fixture = try StoreFixture()
        do {
            let writer = try fixture.store.blobs.ingest()
            try writer.write([1, 2, 3])
            #expect(fixture.blobNames.count == 1)
        }
        #expect(fixture.blobNames.isEmpty)
        let writer = try fixture.store.blobs.ingest()
        writer.cancel()
        #expect(fixture.blobNames.isEmpty)
        #expect(try storeErrorCode { try writer.write([1]) } == .system)
        #expect(try storeErrorCode { _ = try writer.finish() } == .system)
    }

    @Test func aDamagedBlobFailsVerification() throws {
        let fixture = try StoreFixture()
        let digest = Digest(hashing: [1])
        #expect(try storeErrorCode { try fixture.store.blobs.verify(digest) } == .missingBlob)
        try fixture.folder.write("damaged", to: "models/blobs/\(digest.fileName)")
        #expect(try storeErrorCode { try fixture.store.blobs.verify(digest) } == .digestMismatch)
    }

    @Test func filesAreCopiedAndOnlyRegularOnes() throws {
        let fixture = try StoreFixture()
        try fixture.folder.write("content", to: "file")
        let receipt = try fixture.store.blobs.ingest(fileAt: fixture.folder.path + "/file")
        #expect(receipt.digest == Digest(hashing: Array("content".utf8)))
        #expect(
            try storeErrorCode { _ = try fixture.store.blobs.ingest(fileAt: "/dev/zero") }
                == .system
        )
        #expect(try storeErrorCode { _ = try BlobStore.hash(fileAt: "/dev/zero") } == .system)
    }

    @Test func readingIsBounded() throws {
        let fixture = try StoreFixture()
        let digest = try fixture.plant("12345")
        #expect(
            try storeErrorCode { _ = try fixture.store.blobs.contents(of: digest, limit: 4) }
                == .tooLarge
        )
    }

    @Test func messagesDoNotTellWhereTheStoreIs() throws {
        let fixture = try StoreFixture()
        let error = #expect(throws: StoreError.self) {
            try fixture.store.blobs.ingest(fileAt: "/dev/zero")
        }
        #expect(error?.message.contains("/") == false)
        #expect(error?.detail?.contains("/dev/zero") == true)
    }
}
