import ApusGGUF
import Foundation
import TestSupport
import Testing

@Suite struct FileAccessTests {
    @Test func missingFileIsNamed() {
        let error = #expect(throws: GGUFError.self) { _ = try GGUFFile(path: "/no/such.gguf") }
        #expect(error?.code == .io)
        #expect("\(error.map(String.init(describing:)) ?? "")".hasPrefix("/no/such.gguf: "))
    }

    @Test func foldersAndEmptyFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        let directory = #expect(throws: GGUFError.self) {
            _ = try GGUFFile(path: folder.url.path)
        }
        #expect(directory?.code == .io)
        let path = try folder.write([], to: "empty.gguf")
        let empty = #expect(throws: GGUFError.self) { _ = try GGUFFile(path: path) }
        #expect(empty?.code == .truncated)
    }

    @Test func errorsInFilesNameThePath() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array("not a model at all".utf8), to: "m.gguf")
        let error = #expect(throws: GGUFError.self) { _ = try GGUFFile(path: path) }
        #expect(error?.code == .notGGUF)
        #expect(error?.path == path)
    }
}
