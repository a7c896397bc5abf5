internal import ApusConversation

/// One choice of a chat answer: folds what the model writes into changes of the message.
///
/// A stream sends every change as a chunk, and an answer in one piece is all of them together, so
/// that both say the same.
struct OpenAIChoice {
    /// One change of the message.
    enum Change: Equatable {
        /// The turn begins; `content` is empty when text follows, else null.
        case role(hasText: Bool)
        case content(String, [TokenLogProbability])
        case reasoning(String)
        case callStart(index: Int, id: String, name: String)
        case callArguments(index: Int, text: String)
        case finish(String)
    }

    private let isLegacy: Bool
    private(set) var hasBegun = false
    private(set) var isFinished = false
    private var pending: [TokenLogProbability] = []
    /// Whether the last change was text, so that all pending tokens belong to more of it.
    private var isInText = false
    /// Identifiers of the calls so far.
    private var calls: [String] = []
    /// Whether the last of `calls` may go on.
    private var isCallOpen = false
    /// Whether the last of `calls` has any arguments yet.
    private var hasArguments = false

    /// A choice; `isLegacy` when its calls are called `function_call`.
    init(isLegacy: Bool) { self.isLegacy = isLegacy }

    /// The changes that an event makes.
    mutating func changes(for event: GenerationEvent) -> [Change] {
        if isFinished { return [] }
        switch event {
        case .rendered, .started: return []
        case .logProbabilities(let list):
            pending += list
            return []
        case .content(let text): return content(text)
        case .thinking(let text):
            pending = []
            if text.isEmpty { return [] }
            isInText = false
            return begun(hasText: false, [.reasoning(text)])
        case .toolCallDelta(let delta): return piece(delta)
        case .toolCall(let call): return whole(call)
        case .malformedToolCall(let text):
            // What has been sent as a call stays one, as far as it came.
            guard isCallOpen else { return content(text) }
            isCallOpen = false
            pending = []
            return []
        case .finished(let summary):
            isFinished = true
            return begun(hasText: true, [.finish(reason(summary))])
        }
    }

    /// The change that begins the turn; none when it has begun.
    mutating func begin(hasText: Bool) -> [Change] {
        if hasBegun { return [] }
        hasBegun = true
        return [.role(hasText: hasText)]
    }

    private mutating func begun(hasText: Bool, _ changes: [Change]) -> [Change] {
        begin(hasText: hasText) + changes
    }

    private mutating func content(_ text: String) -> [Change] {
        if text.isEmpty { return [] }
        let probabilities = isInText ? pending : Self.tokens(of: text, in: pending)
        pending = []
        isInText = true
        return begun(hasText: true, [.content(text, probabilities)])
    }

    /// The last of `list`, from the one that begins `text`: before it stand tokens that end the
    /// reasoning and white space that was dropped.
    private static func tokens(
        of text: String,
        in list: [TokenLogProbability]
    ) -> [TokenLogProbability] {
        let first = list.indices.first { index in
            // Either the tokens or the text may end first.
            var bytes = text.utf8.makeIterator()
            for token in list[index...] {
                for byte in token.chosen.bytes {
                    guard let expected = bytes.next() else { return true }
                    if byte != expected { return false }
                }
            }
            return true
        }
        return first.map { Array(list[$0...]) } ?? list
    }

    private mutating func piece(_ delta: ToolCallDelta) -> [Change] {
        pending = []
        var changes = start(id: delta.id, name: delta.name)
        if !delta.arguments.isEmpty, let index = calls.lastIndex(of: delta.id) {
            hasArguments = true
            changes.append(.callArguments(index: index, text: delta.arguments))
        }
        return changes
    }

    private mutating func whole(_ call: ToolCall) -> [Change] {
        pending = []
        var changes = start(id: call.id, name: call.name)
        if !hasArguments, let index = calls.lastIndex(of: call.id) {
            changes.append(.callArguments(index: index, text: call.arguments.jsonText()))
        }
        isCallOpen = false
        return changes
    }

    /// Starts a call, unless it is the one that is open.
    private mutating func start(id: String, name: String?) -> [Change] {
        if isCallOpen, calls.last == id { return [] }
        let index = calls.count
        calls.append(id)
        isCallOpen = true
        isInText = false
        hasArguments = false
        return begun(
            hasText: false,
            [.callStart(index: index, id: id, name: name ?? "")]
        )
    }

    private func reason(_ summary: GenerationSummary) -> String {
        switch summary.reason {
        case .length: "length"
        case .stop where calls.isEmpty: "stop"
        case .stop: isLegacy ? "function_call" : "tool_calls"
        }
    }
}
