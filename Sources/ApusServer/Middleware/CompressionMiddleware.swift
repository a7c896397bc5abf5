internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Compresses whole answers of some size for clients that ask for gzip.
///
/// Streams pass as they are: every event is to arrive at once.
struct CompressionMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    /// Smaller answers fit few packets anyway.
    private static let minimumBytes = 2048

    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard let size = response.body.contentLength, size >= Self.minimumBytes,
            response.headers[.contentEncoding] == nil
        else { return response }
        response.headers.append(HTTPField(name: .vary, value: "Accept-Encoding"))
        guard request.method != .head, Self.acceptsGzip(request.headers[.acceptEncoding] ?? "")
        else { return response }
        let whole = Collector()
        try await response.body.write(whole)
        guard let compressed = GzipEncoder.encode(whole.bytes) else {
            response.body = ResponseBody(byteBuffer: whole.bytes)
            return response
        }
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = "\(compressed.readableBytes)"
        response.body = ResponseBody(byteBuffer: compressed)
        return response
    }

    /// Whether an `Accept-Encoding` lets an answer be gzip (RFC 9110, section 12.5.3).
    static func acceptsGzip(_ header: String) -> Bool {
        var isAnyAccepted = false
        for item in header.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            let isAccepted = weight.map { (Double($0) ?? 0) > 0 } ?? true
            switch parts.first {
            case "gzip", "x-gzip": return isAccepted
            case "*": isAnyAccepted = isAccepted
            default: break
            }
        }
        return isAnyAccepted
    }

    /// Takes a body in, all of it.
    private final class Collector: ResponseBodyWriter {
        var bytes = ByteBuffer()

        func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
