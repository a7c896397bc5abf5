internal import ApusConversation

extension VolatileRule {
    /// The rules in force, as JSON: the one place to edit.
    ///
    /// Members are those of `VolatileRule`; of several rules that match a line the first counts.
    /// `docs/prefixes.md` says what they are for.
    ///
    /// Sources: the billing header is the first system block of Claude Code since 2.1.29, with
    /// a value that changes with every request (anthropics/claude-code issue 68900,
    /// ggml-org/llama.cpp issue 19494 and pull request 21793); it is addressed to Anthropic's service,
    /// not to the model. Times of day are what chat front ends and agents put into system messages
    /// (open-webui issue 28527). Identifiers of sessions hold for a conversation, those of requests
    /// for one turn of it.
    package static let data = #"""
        [
          {"name": "billing header", "within": 16, "to": "nowhere",
           "begins": ["x-anthropic-billing-header:"]},
          {"name": "time", "needs": "clock", "to": "lastTurn",
           "begins": ["Current time", "The current time", "Current date", "The current date",
                      "Current datetime", "Current local time", "Current UTC time",
                      "Current timestamp", "Local time:", "UTC time:", "System time:",
                      "Today's date", "Today is", "It is now", "<current_time>",
                      "<current-time>", "<current_datetime>", "<current_date>", "<datetime>"]},
          {"name": "timestamp", "needs": "identifier", "to": "lastTurn",
           "begins": ["Timestamp:", "<timestamp>", "Current timestamp"]},
          {"name": "request", "needs": "identifier", "to": "lastTurn",
           "begins": ["Request ID:", "request_id:", "x-request-id:", "Message ID:", "message_id:",
                      "Turn ID:", "turn_id:", "Trace ID:", "trace_id:", "traceparent:",
                      "Correlation ID:", "Nonce:", "<request_id>", "<message_id>"]},
          {"name": "session", "needs": "identifier", "to": "endOfSystem",
           "begins": ["Session ID:", "session_id:", "x-session-id:", "Conversation ID:",
                      "conversation_id:", "Thread ID:", "thread_id:", "Chat ID:", "chat_id:",
                      "Run ID:", "run_id:", "<session_id>", "<conversation_id>"]}
        ]
        """#

    /// The rules of `data`.
    package static let standard: [VolatileRule] = {
        guard let json = try? JSONValue(json: data) else { return [] }
        return (try? JSONValueDecoder().decode([VolatileRule].self, from: json)) ?? []
    }()
}
