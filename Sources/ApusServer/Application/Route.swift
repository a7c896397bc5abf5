internal import HTTPTypes
internal import Hummingbird

/// One method of one path.
struct Route: Sendable {
    /// Answers a request.
    typealias Handler = @Sendable (Request, ServerContext) async throws -> Response

    /// The method.
    let method: HTTPRequest.Method
    /// The path; `:name` stands for any one segment.
    let path: String
    /// What answers.
    let handler: Handler

    /// A route.
    init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
    }
}

extension Router where Context == ServerContext {
    private static var methods: [HTTPRequest.Method] {
        let newer = HTTPRequest.Method(rawValue: "QUERY")
        return [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]
            + [newer].compactMap { $0 }
    }

    /// Adds routes; any other method of their paths is answered with 405 and the methods there are.
    func add(_ routes: [Route]) {
        for route in routes {
            on(RouterPath(route.path), method: route.method) { request, context in
                try await route.handler(request, context)
            }
        }
        for (path, group) in Dictionary(grouping: routes, by: \.path) {
            let known = group.map(\.method)
            let allow = known.map(\.rawValue).sorted().joined(separator: ", ")
            for method in Self.methods where !known.contains(method) {
                on(RouterPath(path), method: method) { _, _ in
                    var response = Reply.text("405 method not allowed", status: .methodNotAllowed)
                    response.headers[.allow] = allow
                    return response
                }
            }
        }
    }
}
