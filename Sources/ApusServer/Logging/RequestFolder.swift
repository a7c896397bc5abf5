internal import FoundationEssentials
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Synchronization

#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// Keeps the bodies of requests, texts included, for whoever asked for it.
///
/// A folder that only its owner can read; each request is two files, as in Ollama's:
/// ```
/// 00001-v1-messages.json    the body, decompressed
/// 00001-v1-messages.sh      sends it again
/// ```
final class RequestFolder: Sendable {
    /// Requests that are kept; later ones are not.
    private static let maximumCount = 10_000

    private let path: String
    private let logger: Logger
    private let count = Atomic(0)

    /// A new folder, or nil when none can be made; the log says which or why.
    init?(logger: Logger) {
        var template = Array(
            (FileManager.default.temporaryDirectory.path + "/apus-request-logs-XXXXXX").utf8CString
        )
        guard mkdtemp(&template) != nil else {
            logger.error(
                "requests cannot be kept",
                metadata: ["error": "\(String(cString: strerror(errno)))"]
            )
            return nil
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.logger = logger
        logger.warning("requests are kept with their texts", metadata: ["folder": "\(path)"])
    }

    /// Keeps the body of a request.
    func keep(_ body: ByteBuffer, of request: Request) {
        let number = count.add(1, ordering: .relaxed).newValue
        guard number <= Self.maximumCount else {
            if number == Self.maximumCount + 1 {
                logger.warning("no more requests are kept", metadata: ["folder": "\(path)"])
            }
            return
        }
        let digits = String(number)
        let route = request.uri.path.split(separator: "/").joined(separator: "-")
            .filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)) }
        let name =
            String(repeating: "0", count: max(0, 5 - digits.count)) + digits
            + "-" + route.prefix(64)
        let script = """
            #!/bin/sh
            # Usage: \(name).sh [http://127.0.0.1:11434]
            exec curl -sS -N -H 'Content-Type: application/json' \\
                --data-binary "@$(dirname "$0")/\(name).json" \\
                "${1:-http://127.0.0.1:11434}\(Self.quoted(request.uri.path))"

            """
        do {
            try write(Array(body.readableBytesView), name + ".json")
            try write(Array(script.utf8), name + ".sh")
        } catch {
            logger.error("a request was not kept", metadata: ["error": "\(error)"])
        }
    }

    /// What a shell takes as it is of a path.
    private static func quoted(_ path: String) -> String {
        path.filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_/.:".contains($0))
        }
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}

extension RequestFolder: Equatable {
    /// Whether both are the same folder.
    static func == (first: RequestFolder, second: RequestFolder) -> Bool { first === second }
}
