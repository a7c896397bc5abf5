package import ApusConversation

/// A batch of messages, as it is kept and as clients see it.
///
/// ```
/// in_progress -> canceling -> ended
/// in_progress -> ended
/// ```
/// Counts stay at `processing` until the batch has ended, as in Anthropic's API.
package struct AnthropicBatch: Sendable, Equatable {
    /// How far a batch is.
    package enum Status: String, Sendable, Codable {
        case inProgress = "in_progress"
        case canceling, ended
    }

    /// How many requests of a batch ended in which way.
    package struct Counts: Sendable, Equatable, Codable {
        /// Requests that have not ended.
        package var processing = 0
        /// Requests that were answered.
        package var succeeded = 0
        /// Requests that failed.
        package var errored = 0
        /// Requests that were not begun before the batch was canceled.
        package var canceled = 0
        /// Requests that were not begun in time.
        package var expired = 0

        /// No requests.
        package init() {}

        /// The counts of results.
        package init(_ results: some Sequence<AnthropicBatchResult>) {
            for result in results { add(result.outcome.kind) }
        }

        /// Counts one more request that ended.
        package mutating func add(_ kind: AnthropicBatchResult.Kind) {
            switch kind {
            case .succeeded: succeeded += 1
            case .errored: errored += 1
            case .canceled: canceled += 1
            case .expired: expired += 1
            }
        }
    }

    /// How long a batch may take: a day.
    package static let lifetimeNanoseconds: Int64 = 86_400_000_000_000
    /// How long results are kept, from the making of the batch: 29 days, as in Anthropic's API.
    package static let keptNanoseconds: Int64 = 29 * lifetimeNanoseconds

    /// `msgbatch_` and something unique.
    package let id: String
    /// How far it is.
    package private(set) var status = Status.inProgress
    /// How its requests ended.
    package private(set) var counts = Counts()
    /// When it was made.
    package let createdAt: WireTime
    /// When it is given up.
    package let expiresAt: WireTime
    /// When it ended.
    package private(set) var endedAt: WireTime?
    /// When its end was asked for.
    package private(set) var cancelInitiatedAt: WireTime?
    /// When its results were removed.
    package private(set) var archivedAt: WireTime?
    /// Where the results are, once it has ended: an address, or its path on this server.
    package private(set) var resultsURL: String?

    /// A batch of `count` requests that begins now.
    package init(id: String, count: Int, createdAt: WireTime) {
        self.id = id
        self.createdAt = createdAt
        expiresAt = createdAt.advanced(byNanoseconds: Self.lifetimeNanoseconds)
        counts.processing = count
    }

    /// Asks for the end; nothing happens when it has been asked for or reached already.
    package mutating func cancel(at time: WireTime) {
        guard status == .inProgress else { return }
        status = .canceling
        cancelInitiatedAt = time
    }

    /// Ends the batch; nothing happens when it has ended already.
    package mutating func end(at time: WireTime, counts: Counts, resultsURL: String) {
        guard status != .ended else { return }
        status = .ended
        endedAt = time
        self.counts = counts
        self.resultsURL = resultsURL
    }

    /// Whether results that are kept until now are kept no longer.
    package func isDueForArchive(at time: WireTime) -> Bool {
        status == .ended && archivedAt == nil
            && createdAt.advanced(byNanoseconds: Self.keptNanoseconds) <= time
    }

    /// Notes that the results are gone.
    package mutating func archive(at time: WireTime) {
        guard status == .ended, archivedAt == nil else { return }
        archivedAt = time
        resultsURL = nil
    }

    /// The batch on the wire, with the results at `origin` (`http://host:port`).
    package func json(at origin: String) -> JSONValue {
        var batch = self
        batch.resultsURL = resultsURL.map { origin + $0 }
        return batch.json
    }

    /// The batch on the wire.
    package var json: JSONValue {
        let time = { (time: WireTime?) -> JSONValue in
            time.map { .string($0.description) } ?? .null
        }
        return [
            "id": .string(id),
            "type": "message_batch",
            "processing_status": .string(status.rawValue),
            "request_counts": [
                "processing": .integer(Int64(counts.processing)),
                "succeeded": .integer(Int64(counts.succeeded)),
                "errored": .integer(Int64(counts.errored)),
                "canceled": .integer(Int64(counts.canceled)),
                "expired": .integer(Int64(counts.expired)),
            ],
            "ended_at": time(endedAt),
            "created_at": time(createdAt),
            "expires_at": time(expiresAt),
            "archived_at": time(archivedAt),
            "cancel_initiated_at": time(cancelInitiatedAt),
            "results_url": resultsURL.map { .string($0) } ?? .null,
        ]
    }

    /// The answer to the deletion of a batch.
    package static func deletedJSON(id: String) -> JSONValue {
        ["id": .string(id), "type": "message_batch_deleted"]
    }
}

/// Kept as it is on the wire.
extension AnthropicBatch: Codable {
    private enum CodingKeys: String, CodingKey {
        case id
        case status = "processing_status"
        case counts = "request_counts"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
        case endedAt = "ended_at"
        case cancelInitiatedAt = "cancel_initiated_at"
        case archivedAt = "archived_at"
        case resultsURL = "results_url"
    }

    /// Writes the batch.
    package func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
