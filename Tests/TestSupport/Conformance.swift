package import Foundation

/// Data too large for the repository: `$APUS_CONFORMANCE`, or `../shared/data` from the package.
package enum Conformance {
    /// The folder, or nil where it is missing; tests that need it are then skipped.
    package static let directory: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["APUS_CONFORMANCE"].map { URL(filePath: $0) }
            ?? root.appending(path: "../shared/data").standardizedFileURL
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// The file or folder under this path in the conformance data, or nil where it is missing.
    package static func url(_ path: String) -> URL? {
        guard let found = directory?.appending(path: path),
            FileManager.default.fileExists(atPath: found.path)
        else { return nil }
        return found
    }
}
