internal import ApusConversation
internal import ApusDialects
internal import Synchronization

/// Responses and conversations in memory, the oldest of which make room for new ones.
///
/// What is read again counts as new. Thread-safe.
final class ResponseMemory: OpenAIResponseStore, Sendable {
    private struct Entry<Value> {
        var value: Value
        var bytes: Int
        var age: UInt64
    }

    private struct State {
        var responses: [String: Entry<OpenAIStoredResponse>] = [:]
        var conversations: [String: Entry<OpenAIStoredConversation>] = [:]
        var bytes = 0
        var clock: UInt64 = 0

        mutating func tick() -> UInt64 {
            clock += 1
            return clock
        }
    }

    private let state = Mutex(State())
    private let maximumCount: Int
    private let maximumBytes: Int

    /// A memory of at most `maximumCount` entries and about `maximumBytes` bytes of JSON.
    init(maximumCount: Int = 1024, maximumBytes: Int = 64 << 20) {
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
    }

    func response(_ id: String) -> OpenAIStoredResponse? {
        state.withLock { state in
            let age = state.tick()
            state.responses[id]?.age = age
            return state.responses[id]?.value
        }
    }

    func save(_ response: OpenAIStoredResponse) {
        let bytes = Self.size(response.items) + Self.size([response.response])
        state.withLock { state in
            state.bytes += bytes - (state.responses[response.id]?.bytes ?? 0)
            state.responses[response.id] = Entry(value: response, bytes: bytes, age: state.tick())
            shrink(&state)
        }
    }

    func deleteResponse(_ id: String) -> Bool {
        state.withLock { state in
            guard let entry = state.responses.removeValue(forKey: id) else { return false }
            state.bytes -= entry.bytes
            return true
        }
    }

    func conversation(_ id: String) -> OpenAIStoredConversation? {
        state.withLock { state in
            let age = state.tick()
            state.conversations[id]?.age = age
            return state.conversations[id]?.value
        }
    }

    func save(_ conversation: OpenAIStoredConversation) {
        let bytes = Self.size(conversation.items)
        state.withLock { state in put(conversation, bytes, &state) }
    }

    func append(_ items: [JSONValue], toConversation id: String) -> Bool {
        let bytes = Self.size(items)
        return state.withLock { state in
            guard let entry = state.conversations[id] else { return false }
            var conversation = entry.value
            conversation.items += items
            put(conversation, entry.bytes + bytes, &state)
            return true
        }
    }

    func update(
        conversation id: String,
        _ change: @Sendable (inout OpenAIStoredConversation) throws -> Void
    ) throws -> OpenAIStoredConversation? {
        try state.withLock { state in
            guard var conversation = state.conversations[id]?.value else { return nil }
            try change(&conversation)
            put(conversation, Self.size(conversation.items), &state)
            return conversation
        }
    }

    func items(_ ids: Set<String>) -> [String: JSONValue] {
        let lists = state.withLock { state in
            state.responses.values.map(\.value.items)
                + state.conversations.values.map(\.value.items)
        }
        var found: [String: JSONValue] = [:]
        for item in lists.joined() {
            if let id = item["id"]?.stringValue, ids.contains(id) { found[id] = item }
        }
        return found
    }

    func deleteConversation(_ id: String) -> Bool {
        state.withLock { state in
            guard let entry = state.conversations.removeValue(forKey: id) else { return false }
            state.bytes -= entry.bytes
            return true
        }
    }

    private func put(_ conversation: OpenAIStoredConversation, _ bytes: Int, _ state: inout State) {
        state.bytes += bytes - (state.conversations[conversation.id]?.bytes ?? 0)
        state.conversations[conversation.id] = Entry(
            value: conversation,
            bytes: bytes,
            age: state.tick()
        )
        shrink(&state)
    }

    /// Forgets the oldest entries until the rest may stay; the newest always does.
    private func shrink(_ state: inout State) {
        while state.bytes > maximumBytes
            || state.responses.count + state.conversations.count > maximumCount
        {
            let response = state.responses.min { $0.value.age < $1.value.age }
            let conversation = state.conversations.min { $0.value.age < $1.value.age }
            let ages = (response?.value.age ?? .max, conversation?.value.age ?? .max)
            guard min(ages.0, ages.1) < state.clock else { return }
            if ages.0 < ages.1, let response {
                state.responses[response.key] = nil
                state.bytes -= response.value.bytes
            } else if let conversation {
                state.conversations[conversation.key] = nil
                state.bytes -= conversation.value.bytes
            }
        }
    }

    private static func size(_ values: [JSONValue]) -> Int {
        OpenAIWire.bytes(.array(values)).count
    }
}
