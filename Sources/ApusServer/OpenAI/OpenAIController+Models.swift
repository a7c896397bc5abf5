internal import ApusDialects
internal import ApusStore
internal import FoundationEssentials
internal import Hummingbird
internal import Logging

/// What models there are.
extension OpenAIController {
    @Sendable func models(_ request: Request, _ context: ServerContext) async throws -> Response {
        if request.isOfAnthropic { return await anthropic.models(request, context) }
        let listing = try await services.library.blocking { try $0.list() }
        for problem in listing.problems {
            context.logger.warning(
                "unreadable model",
                metadata: ["path": "\(problem.path)", "error": "\(problem.error)"]
            )
        }
        let models = listing.models.map { OpenAIModels.Model($0, id: $0.name.shortest) }
        return OpenAIReply.json(bytes: OpenAIWire.bytes(OpenAIModels.list(models)))
    }

    @Sendable func model(_ request: Request, _ context: ServerContext) async throws -> Response {
        if request.isOfAnthropic { return await anthropic.model(request, context) }
        let id = request.uri.path.dropFirst("/v1/models/".count).withoutPercentEncoding
        let errors = ModelErrors(empty: .required, missing: .plain)
        let summary: ModelSummary
        do {
            let name = try services.library.reference(to: id, errors).name
            summary = try await services.library.blocking { try $0.resolve(name).summary }
        } catch let error as ServerError where error.isUnknownModel(id) {
            throw OpenAIError.modelNotFound(id)
        } catch let error as StoreError where error.code == .notFound {
            throw OpenAIError.modelNotFound(id)
        }
        return OpenAIReply.json(
            bytes: OpenAIWire.bytes(OpenAIModels.Model(summary, id: id).json)
        )
    }

    /// Removes a model from the store.
    @Sendable func deleteModel(
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let id = request.uri.path.dropFirst("/v1/models/".count).withoutPercentEncoding
        do {
            let errors = ModelErrors(empty: .required, missing: .plain)
            let name = try services.library.reference(to: id, errors).name
            try await services.library.blocking { try $0.delete(name) }
        } catch let error as ServerError where error.isUnknownModel(id) {
            throw OpenAIError.modelNotFound(id)
        } catch let error as StoreError where error.code == .notFound {
            throw OpenAIError.modelNotFound(id)
        }
        return OpenAIReply.json(bytes: OpenAIWire.bytes(OpenAIModels.deleted(id)))
    }
}

extension OpenAIModels.Model {
    /// A model of the store under the name it is asked for by.
    init(_ summary: ModelSummary, id: String) {
        self.init(
            id: id,
            created: WireTime(summary.modifiedAt).seconds,
            owner: summary.name.namespace
        )
    }
}

extension StringProtocol {
    /// The text with every `%XX` as the byte it stands for; bytes that are no UTF-8 are replaced.
    var withoutPercentEncoding: String {
        var bytes: [UInt8] = []
        var rest = Substring(self).utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
