internal import ApusConversation
internal import ApusDialects
internal import Hummingbird

/// Conversations, which responses can belong to.
extension OpenAIController {
    @Sendable func createConversation(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        // The SDK sends no body when there is nothing to say.
        let bytes = try await configuration.body(of: request).readableBytesView
        let conversation = try OpenAIStoredConversation(
            bytes.isEmpty ? [:] : try OpenAIWire.body(bytes),
            id: Self.identifier(),
            created: services.now().seconds
        )
        responses.save(conversation)
        return Self.reply(conversation.json)
    }

    @Sendable func conversation(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        Self.reply(try kept(context).json)
    }

    @Sendable func updateConversation(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let body = try await object(of: request)
        return Self.reply(try change(context) { try $0.update(body) }.json)
    }

    @Sendable func deleteConversation(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        guard responses.deleteConversation(id) else {
            throw OpenAIError.notStored("Conversation", id)
        }
        return Self.reply(OpenAIStoredConversation.deleted(id))
    }

    @Sendable func addItems(_ request: Request, _ context: ServerContext) async throws -> Response {
        _ = try OpenAIQuery(request)
        let body = try await object(of: request)
        let items = try OpenAIStoredConversation.newItems(body, id: Self.identifier())
        _ = try change(context) { $0.items += items }
        let order = ["order": "asc", "limit": "100"]
        return Self.reply(try OpenAIItems.page(items, query: order))
    }

    @Sendable func items(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try OpenAIQuery(request)
        return Self.reply(try OpenAIItems.page(try kept(context).items, query: query.values))
    }

    @Sendable func item(_ request: Request, _ context: ServerContext) async throws -> Response {
        _ = try OpenAIQuery(request)
        return Self.reply(try kept(context).item(context.parameters.get("item") ?? ""))
    }

    @Sendable func deleteItem(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let item = context.parameters.get("item") ?? ""
        return Self.reply(try change(context) { try $0.remove(item: item) }.json)
    }

    private func kept(_ context: ServerContext) throws(OpenAIError) -> OpenAIStoredConversation {
        let id = context.parameters.get("id") ?? ""
        guard let conversation = responses.conversation(id) else {
            throw .notStored("Conversation", id)
        }
        return conversation
    }

    private func change(
        _ context: ServerContext,
        _ change: @Sendable (inout OpenAIStoredConversation) throws -> Void
    ) throws -> OpenAIStoredConversation {
        let id = context.parameters.get("id") ?? ""
        guard let conversation = try responses.update(conversation: id, change) else {
            throw OpenAIError.notStored("Conversation", id)
        }
        return conversation
    }

    private static func reply(_ value: JSONValue) -> Response {
        OpenAIReply.json(bytes: OpenAIWire.bytes(value))
    }
}
