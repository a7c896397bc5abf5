/// Text grows in place, so that joining n pieces costs O(n).
extension OllamaGenerate.Response: OllamaFrame {
    /// Appends the text, calls and log-probabilities of `next`, and takes over everything else.
    package mutating func absorb(_ next: Self) {
        var next = next
        next.response = take(\.response, before: next.response, emptying: "")
        next.thinking = take(\.thinking, before: next.thinking)
        next.logprobs = take(\.logprobs, before: next.logprobs)
        next.toolCalls = take(\.toolCalls, before: next.toolCalls)
        self = next
    }
}

extension OllamaChat.Response: OllamaFrame {
    /// Appends the text, calls and log-probabilities of `next`, and takes over everything else.
    package mutating func absorb(_ next: Self) {
        var next = next
        next.message.content = take(
            \.message.content,
            before: next.message.content,
            emptying: ""
        )
        next.message.thinking = take(\.message.thinking, before: next.message.thinking)
        next.message.toolCalls = take(\.message.toolCalls, before: next.message.toolCalls)
        next.logprobs = take(\.logprobs, before: next.logprobs)
        self = next
    }
}

extension OllamaFrame {
    /// Moves a member out of this frame and appends `other` to it.
    fileprivate mutating func take<Text: RangeReplaceableCollection>(
        _ path: WritableKeyPath<Self, Text>,
        before other: Text,
        emptying empty: Text
    ) -> Text {
        var joined = self[keyPath: path]
        self[keyPath: path] = empty
        joined += other
        return joined
    }

    /// Moves a member out of this frame and appends `other` to it; nil only when neither is there.
    fileprivate mutating func take<Text: RangeReplaceableCollection>(
        _ path: WritableKeyPath<Self, Text?>,
        before other: Text?
    ) -> Text? {
        guard let other else { return self[keyPath: path] }
        guard var joined = self[keyPath: path] else { return other }
        self[keyPath: path] = nil
        joined += other
        return joined
    }
}
