import ApusConversation
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

@testable import ApusServer

/// Bodies as Python's `gzip`, `zlib` and `zstandard` compress them.
///
/// `body` is `{"model":"m","prompt":"café","stream":false}`, `bomb` a hundred thousand spaces and
/// `{}`; made with `gzip.compress(body, mtime=0)`, `zlib.compress(body)` and
/// `zstandard.ZstdCompressor().compress(body)`, in two parts where there are two.
private enum Packed {
    static let gzip =
        "H4sIAAAAAAACA6tWys1PSc1RslLKVdJRKijKzy0oAXKSE9MOrwQKFJcUpSbmKlmlJeYUp9YCAFVMqggtAAAA"
    static let members =
        "H4sIAAAAAAACA6tWys1PSc1RslLKVdJRKijKzy0oAQA7zbdlFAAAAB+LCAAAAAAAAgNTslJKTkw7vFJJR6m4pCg1"
        + "MVfJKi0xpzi1FgDErtzfGQAAAA=="
    static let deflate =
        "eJyrVsrNT0nNUbJSylXSUSooys8tKAFykhPTDq8EChSXFKUm5ipZpSXmFKfWAgBZXQ+g"
    static let zstd =
        "KLUv/SAtaQEAeyJtb2RlbCI6Im0iLCJwcm9tcHQiOiJjYWbDqSIsInN0cmVhbSI6ZmFsc2V9"
    static let frames =
        "KLUv/SAUoQAAeyJtb2RlbCI6Im0iLCJwcm9tcHQotS/9IBnJAAAiOiJjYWbDqSIsInN0cmVhbSI6ZmFsc2V9"
    /// As `zstd`, with a window of 16 MiB (`window_log=24`).
    static let window =
        "KLUv/QBwaQEAeyJtb2RlbCI6Im0iLCJwcm9tcHQiOiJjYWbDqSIsInN0cmVhbSI6ZmFsc2V9"
    static let gzipBomb =
        "H4sIAAAAAAACA+3BQREAAAwCoCr29Oy+GnsACQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPBVd8nd"
        + "MT6ihgEA"
    static let zstdBomb = "KLUv/aCihgEAZQAAICAge30BAJuGOcAC"

    static func bytes(_ text: String) -> [UInt8] { Data(base64Encoded: text).map(Array.init) ?? [] }
}

extension BenchClient {
    /// Sends a body in a content coding.
    fileprivate func post(
        _ path: String,
        _ bytes: [UInt8],
        coding: String
    ) async throws -> TestResponse {
        try await client.execute(
            uri: path,
            method: .post,
            headers: [.contentEncoding: coding],
            body: ByteBuffer(bytes: bytes)
        )
    }
}

@Suite(.timeLimit(.minutes(1))) struct BodyCodingTests {
    /// A route of each API that needs a body.
    static let routes = ["/api/generate", "/v1/completions", "/v1/messages"]

    private static let hasZstd = ZstdLibrary.shared != nil

    @Test(arguments: [
        ("gzip", Packed.gzip), ("GZIP", Packed.gzip), ("x-gzip", Packed.gzip),
        ("identity, gzip", Packed.gzip), ("gzip", Packed.members), ("deflate", Packed.deflate),
        ("zstd", Packed.zstd), ("zstd", Packed.frames),
    ])
    func compressedBodiesAreRead(_ coding: String, _ packed: String) async throws {
        if coding == "zstd", !Self.hasZstd { return }
        let bench = Bench()
        try await bench.run { client in
            try await client.make("m")
            for path in ["/api/generate", "/v1/completions"] {
                let response = try await client.post(path, Packed.bytes(packed), coding: coding)
                #expect(response.status == .ok, "\(path) \(response.text)")
            }
        }
        let prompts = bench.stage.notes.withLock { $0.requests.map(\.prompt) }
        #expect(prompts.count == 2)
        #expect("\(prompts)".contains("café"))
    }

    /// Whatever pieces a body comes in, the same comes out.
    @Test(arguments: [
        (ContentCoding.gzip, Packed.members), (.deflate, Packed.deflate), (.zstd, Packed.frames),
    ])
    func piecesMakeNoDifference(_ coding: ContentCoding, _ packed: String) async throws {
        if coding == .zstd, !Self.hasZstd { return }
        for size in [1, 2, 7, 1000] {
            let decoder = try coding.makeDecoder()
            var output = ByteBuffer()
            var rest = Packed.bytes(packed)[...]
            while !rest.isEmpty {
                let piece = ByteBuffer(bytes: rest.prefix(size))
                try await decoder.decode(piece, into: &output, limit: 1000)
                rest = rest.dropFirst(size)
            }
            #expect(decoder.isComplete)
            #expect(String(buffer: output) == #"{"model":"m","prompt":"café","stream":false}"#)
        }
    }

    @Test(arguments: [("gzip", Packed.gzipBomb), ("zstd", Packed.zstdBomb)])
    func whatGrowsBeyondTheLimitIsRefused(_ coding: String, _ packed: String) async throws {
        if coding == "zstd", !Self.hasZstd { return }
        var configuration = ServerConfiguration()
        configuration.maximumBodyBytes = 1000
        try await Bench(configuration: configuration).run { client in
            for path in Self.routes {
                let response = try await client.post(path, Packed.bytes(packed), coding: coding)
                #expect(response.status == .contentTooLarge, "\(path)")
                #expect(response.text.contains("1000 bytes"), "\(path)")
            }
        }
    }

    /// A bomb costs the limit and a step, not what it would grow to.
    @Test func bombsStopAtTheLimit() async throws {
        let zeros = ByteBuffer(repeating: 0, count: 32 << 20)
        let bomb = try #require(GzipEncoder.encode(zeros))
        #expect(bomb.readableBytes < 200_000)
        var output = ByteBuffer()
        let decoder = try ContentCoding.gzip.makeDecoder()
        let error = await #expect(throws: CodingError.self) {
            try await decoder.decode(bomb, into: &output, limit: 1 << 20)
        }
        #expect(error?.code == .tooLarge)
        #expect(output.readableBytes <= 1 << 20 + stepBytes)
    }

    @Test(arguments: ["br", "compress", "gzip, gzip", "deflate, zstd", "x"])
    func otherCodingsAreRefusedByName(_ coding: String) async throws {
        try await Bench().run { client in
            for path in Self.routes {
                let response = try await client.post(path, [1, 2, 3], coding: coding)
                #expect(response.status == .unsupportedMediaType, "\(path)")
                #expect(response.headers[.acceptEncoding]?.hasPrefix("gzip, deflate") == true)
                let shown = coding.contains(",") ? "several content codings" : "\"\(coding)\""
                #expect(response.text.replacing("\\\"", with: "\"").contains(shown))
            }
            let digest = "sha256:" + String(repeating: "0", count: 64)
            let upload = try await client.post("/api/blobs/\(digest)", [1], coding: "gzip")
            #expect(upload.status == .unsupportedMediaType)
            #expect(upload.headers[.acceptEncoding] == "identity")
        }
    }

    private static let broken: [(String, [UInt8])] = [
        ("gzip", Array(Packed.bytes(Packed.gzip).dropLast(3))), ("gzip", Array("{}".utf8)),
        ("gzip", Packed.bytes(Packed.gzip) + [1, 2, 3]), ("deflate", Packed.bytes(Packed.gzip)),
        ("deflate", Packed.bytes(Packed.deflate) + [1]),
        ("zstd", Array(Packed.bytes(Packed.zstd).dropLast(3))), ("zstd", Array("{}".utf8)),
        ("zstd", Packed.bytes(Packed.window)),
    ]

    @Test(arguments: broken)
    func brokenBodiesAreRefused(_ coding: String, _ bytes: [UInt8]) async throws {
        if coding == "zstd", !Self.hasZstd { return }
        try await Bench().run { client in
            for path in Self.routes {
                let response = try await client.post(path, bytes, coding: coding)
                #expect(response.status == .badRequest, "\(path)")
            }
        }
    }

    @Test func mutatedBodiesNeverTrap() async throws {
        var generator = SystemRandomNumberGenerator()
        let codings: [(ContentCoding, String)] = [
            (.gzip, Packed.members), (.deflate, Packed.deflate), (.zstd, Packed.frames),
        ]
        for (coding, packed) in codings where coding != .zstd || Self.hasZstd {
            for _ in 0..<300 {
                var bytes = Packed.bytes(packed)
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                var output = ByteBuffer()
                let decoder = try coding.makeDecoder()
                try? await decoder.decode(ByteBuffer(bytes: bytes), into: &output, limit: 1000)
                #expect(output.readableBytes <= 1000 + stepBytes)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct AnswerCodingTests {
    private static func bench(compresses: Bool) -> Bench {
        var configuration = ServerConfiguration()
        configuration.compressesAnswers = compresses
        return Bench(configuration: configuration)
    }

    @Test func wholeAnswersAreCompressedWhenAskedFor() async throws {
        try await Self.bench(compresses: true).run { client in
            let plain = try await client.send(.get, "/openapi.yaml")
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(plain.headers[.vary] == "Accept-Encoding")
            let packed = try await client.send(
                .get,
                "/openapi.yaml",
                headers: [.acceptEncoding: "br, gzip"]
            )
            #expect(packed.headers[.contentEncoding] == "gzip")
            #expect(packed.headers[.contentLength] == "\(packed.body.readableBytes)")
            var output = ByteBuffer()
            let decoder = try ContentCoding.gzip.makeDecoder()
            try await decoder.decode(packed.body, into: &output, limit: 1 << 24)
            #expect(decoder.isComplete && output == plain.body)
            #expect(packed.body.readableBytes < plain.body.readableBytes / 2)
        }
    }

    @Test func smallAnswersAndStreamsAreNot() async throws {
        try await Self.bench(compresses: true).run { client in
            try await client.make("m")
            let accepting: HTTPFields = [.acceptEncoding: "gzip"]
            for body in [
                #"{"model":"m","prompt":"x"}"#, #"{"model":"m","prompt":"x","stream":false}"#,
            ] {
                let answer = try await client.send(
                    .post,
                    "/api/generate",
                    body,
                    headers: accepting
                )
                #expect(answer.status == .ok && answer.headers[.contentEncoding] == nil)
            }
        }
    }

    @Test func nothingIsUnlessConfigured() async throws {
        try await Self.bench(compresses: false).run { client in
            let answer = try await client.send(
                .get,
                "/openapi.yaml",
                headers: [.acceptEncoding: "gzip"]
            )
            #expect(answer.headers[.contentEncoding] == nil && answer.headers[.vary] == nil)
        }
    }

    @Test(arguments: [
        ("gzip", true), ("GZip;q=0.5", true), ("*", true), ("deflate, gzip ; q=1.0", true),
        ("", false), ("gzip;q=0", false), ("*, gzip;q=0", false), ("br", false),
        ("gzip;q=x", false),
        ("*;q=0", false), ("identity", false),
    ])
    func acceptEncodingIsRead(_ header: String, _ expected: Bool) {
        #expect(CompressionMiddleware.acceptsGzip(header) == expected)
    }
}
