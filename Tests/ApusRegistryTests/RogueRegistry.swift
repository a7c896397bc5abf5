import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server of this process that answers as a test tells it to, also in ways that are wrong.
final class RogueRegistry: Sendable {
    struct Request: Sendable {
        var method: String
        /// Path and query.
        var target: String
        var headers: HTTPHeaders
        var body: [UInt8]

        var path: String { String(target.prefix { $0 != "?" }) }
        /// The bounds of `Range: bytes=a-b`.
        var range: ClosedRange<Int>? {
            guard let text = headers.first(name: "Range"), text.hasPrefix("bytes=") else {
                return nil
            }
            let bounds = text.dropFirst(6).split(separator: "-").compactMap { Int($0) }
            return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
        }
    }

    enum Content: Sendable {
        case bytes([UInt8])
        /// These bytes, though the head announces more; then the connection ends.
        case cut([UInt8], announced: Int)
        /// These bytes, then nothing, with the connection left open.
        case stalled([UInt8], announced: Int)
        /// The same bytes for ever, without an announced length.
        case endless
    }

    struct Reply: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var content = Content.bytes([])

        static func text(_ text: String, status: Int = 200) -> Reply {
            Reply(status: status, content: .bytes(Array(text.utf8)))
        }
    }

    typealias Answer = @Sendable (Request) -> Reply

    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let bytesSent = Mutex(0)
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [Request] { log.requests.withLock { $0 } }
    /// Bytes of bodies that were sent.
    var bytesSent: Int { log.bytesSent.withLock { $0 } }

    private init(_ channel: any Channel, _ log: Log) {
        self.channel = channel
        self.log = log
    }

    /// Runs a test with a server on the loopback address.
    static func run<Value: Sendable>(
        _ answer: @escaping Answer,
        _ body: (RogueRegistry) async throws -> Value
    ) async throws -> Value {
        let log = Log()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(log, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let registry = RogueRegistry(channel, log)
        do {
            let value = try await body(registry)
            try await channel.close()
            return value
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let answer: Answer
        private var request: Request?

        init(_ log: Log, _ answer: @escaping Answer) {
            self.log = log
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = Request(
                    method: head.method.rawValue,
                    target: head.uri,
                    headers: head.headers,
                    body: []
                )
            case .body(let part):
                request?.body += part.readableBytesView
            case .end:
                guard let request else { return }
                log.requests.withLock { $0.append(request) }
                send(answer(request), for: request, context)
            }
        }

        private func send(_ reply: Reply, for request: Request, _ context: ChannelHandlerContext) {
            var headers = HTTPHeaders(reply.headers)
            switch reply.content {
            case .bytes(let bytes):
                if !headers.contains(name: "Content-Length") {
                    headers.add(name: "Content-Length", value: String(bytes.count))
                }
            case .cut(_, let announced), .stalled(_, let announced):
                headers.add(name: "Content-Length", value: String(announced))
            case .endless:
                headers.add(name: "Transfer-Encoding", value: "chunked")
            }
            let head = HTTPResponseHead(
                version: .http1_1,
                status: HTTPResponseStatus(statusCode: reply.status),
                headers: headers
            )
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            switch reply.content {
            case .bytes(let bytes):
                if request.method != "HEAD" { write(bytes, context) }
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cut(let bytes, _):
                write(bytes, context)
                context.flush()
                context.close(promise: nil)
            case .stalled(let bytes, _):
                write(bytes, context)
                context.flush()
            case .endless:
                writeForEver(context)
            }
        }

        private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            log.bytesSent.withLock { $0 += bytes.count }
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))),
                promise: nil
            )
        }

        private func writeForEver(_ context: ChannelHandlerContext) {
            guard context.channel.isActive else { return }
            let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 65536)
            log.bytesSent.withLock { $0 += bytes.count }
            let part = wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
            let done = context.eventLoop.makePromise(of: Void.self)
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            done.futureResult.whenSuccess { loopBound.value.0.writeForEver(loopBound.value.1) }
            context.writeAndFlush(part, promise: done)
        }
    }
}
