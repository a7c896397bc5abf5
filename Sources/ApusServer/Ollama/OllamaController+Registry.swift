internal import ApusDialects
internal import ApusRegistry
internal import ApusStore
internal import HTTPTypes
internal import Hummingbird

/// Models come from registries and go to them.
extension OllamaController {
    @Sendable func pull(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaTransfer.self, from: request)
        let text = body.modelName ?? ""
        let other = try body.as.flatMap { $0.isEmpty ? nil : try ModelReference($0).name }
        if let url = try ModelURL(text) {
            // Without any name nothing is begun.
            _ = try other ?? url.name
            return try await transfer(body, request, context) { registry, options, report in
                try await registry.pull(url, called: other, options, report: report)
            }
        }
        let name = try ModelReference(text).name
        return try await transfer(body, request, context) { registry, options, report in
            try await registry.pull(name, called: other, options, report: report)
        }
    }

    @Sendable func push(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try await decode(OllamaTransfer.self, from: request)
        guard let text = body.modelName, !text.isEmpty else {
            throw ServerError(.invalidRequest, "model is required")
        }
        guard (body.as ?? "").isEmpty else {
            throw ServerError(
                .invalidRequest,
                "'as' is for pulls: give the model another name with copy, then push that"
            )
        }
        let name = try ModelReference(text).name
        return try await transfer(body, request, context) { registry, options, report in
            try await registry.push(name, options, report: report)
        }
    }

    /// Pulls the model that another one is to be made from, if it is not there, or is at a URL.
    func pullIfMissing(
        _ text: String?,
        _ request: Request,
        _ context: ServerContext,
        to queue: FrameQueue
    ) async throws {
        guard let registry = services.registry, let text, !text.isEmpty else { return }
        let options = RegistryOptions(privateRegistries: privateRegistries(for: request, context))
        let report: RegistryClient.Report = { try await queue.send(Reply.line(OllamaProgress($0))) }
        if let url = try ModelURL(text) {
            // A model of that name may be another one; what is the same is not downloaded again.
            return try await registry.pull(url, options, report: report)
        }
        guard let name = try? ModelReference(text).name,
            try await !services.library.blocking({ try $0.contains(name) })
        else { return }
        try await registry.pull(name, options, report: report)
    }

    /// Which registries at private addresses a request may name; nil for all.
    ///
    /// Those are for whoever sits at this machine: other machines, also behind a proxy here, could
    /// otherwise look around in its network (CVE-2026-5530).
    private func privateRegistries(
        for request: Request,
        _ context: ServerContext
    ) -> [String]? {
        let isPassedOn = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].contains { name in
            HTTPField.Name(name).map { request.headers[$0] != nil } ?? false
        }
        return context.isLocal && !isPassedOn ? nil : configuration.privateRegistries
    }

    private func transfer(
        _ body: OllamaTransfer,
        _ request: Request,
        _ context: ServerContext,
        _ work:
            @escaping @Sendable (
                RegistryClient, RegistryOptions, @escaping RegistryClient.Report
            ) async throws -> Void
    ) async throws -> Response {
        guard let registry = services.registry else {
            throw ServerError(.notImplemented, "registries are not supported by this server")
        }
        let options = RegistryOptions(
            allowsInsecure: body.insecure ?? false,
            username: body.username.flatMap { $0.isEmpty ? nil : $0 },
            password: body.password,
            privateRegistries: privateRegistries(for: request, context)
        )
        let relay = FrameRelay(for: context, in: services.connections) { queue in
            try await work(registry, options) { progress in
                try await queue.send(Reply.line(OllamaProgress(progress)))
            }
        }
        return try await progress(from: relay, isStream: body.stream ?? true)
    }
}

extension OllamaProgress {
    init(_ progress: RegistryProgress) {
        self.init(
            status: progress.status,
            digest: progress.digest,
            total: progress.total,
            completed: progress.completed
        )
    }
}
