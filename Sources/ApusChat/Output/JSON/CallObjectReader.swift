internal import ApusConversation

/// Reads one call that is a JSON object, byte by byte from its opening bracket on.
///
/// Arguments that are an object and stand behind the name can be handed on while they arrive;
/// otherwise the call is read when it is complete. Of repeated keys the first counts in the former
/// case, the last in the latter.
struct CallObjectReader: Sendable {
    /// What is known after a byte.
    enum Outcome: Equatable {
        case more
        /// The byte does not belong to the object: no call.
        case broken
        /// An object that is no call, or no call of a known tool.
        case other
        case complete(CallKeys.Call)
    }

    private enum Reading: Equatable { case nothing, key, name, arguments }

    private let keys: CallKeys
    /// The only tools whose calls count; nil when all do.
    private let known: Set<String>?
    private var json = JSONPrefix()
    /// All bytes as they came.
    private(set) var raw: [UInt8] = []
    /// The same as JSON.
    private var text: [UInt8] = []
    private var reading = Reading.nothing
    /// Where the key or name that is being read begins in `text`.
    private var start = 0
    private var key = ""
    private var arguments: Range<Int>?
    private var hasOtherArguments = false
    /// How much of the arguments has been handed on.
    private var taken = 0
    /// The function's name, once it is known.
    private(set) var name: String?
    /// Whether arguments can be handed on.
    var isStreaming: Bool { arguments != nil }

    init(keys: CallKeys, known: Set<String>?) {
        self.keys = keys
        self.known = known
    }

    mutating func take(_ byte: UInt8) -> Outcome {
        let (before, depth) = (json.state, json.depth)
        guard json.take(byte, into: &text) else { return .broken }
        raw.append(byte)
        if depth == 1 {
            switch before {
            case .firstKey where byte == UInt8(ascii: "\""), .key where byte == UInt8(ascii: "\""):
                (reading, start) = (.key, text.count - 1)
            case .value where !byte.isJSONSpace: beginValue(byte)
            default: break
            }
        }
        if json.state == .done { return complete() }
        return json.depth == 1 ? endToken() : .more
    }

    /// More of the arguments' JSON text.
    mutating func takeArguments() -> [UInt8] {
        guard let arguments else { return [] }
        let end = reading == .arguments ? text.count : arguments.upperBound
        defer { taken = end }
        return Array(text[max(taken, arguments.lowerBound)..<end])
    }

    private mutating func beginValue(_ byte: UInt8) {
        reading = .nothing
        if keys.name.contains(key), name == nil, byte == UInt8(ascii: "\"") {
            (reading, start) = (.name, text.count - 1)
        } else if keys.arguments.contains(key), arguments == nil, !hasOtherArguments {
            guard byte == UInt8(ascii: "{"), name != nil else {
                hasOtherArguments = true
                return
            }
            reading = .arguments
            arguments = (text.count - 1)..<text.count
            taken = text.count - 1
        }
    }

    /// Looks at what has just ended at the level of the call's own keys.
    private mutating func endToken() -> Outcome {
        switch (reading, json.state) {
        case (.key, .colon):
            reading = .nothing
            key = string(text[start...])
            // Objects that answer a question have keys of their own.
            let isUsual =
                keys.name.contains(key) || keys.arguments.contains(key)
                || ["id", "type", "function", "index"].contains(key)
            return known != nil && name == nil && !isUsual ? .other : .more
        case (.name, .afterValue):
            reading = .nothing
            let name = string(text[start...])
            if let known, !known.contains(name) { return .other }
            if !name.isEmpty { self.name = name }
            return .more
        case (.arguments, .afterValue):
            reading = .nothing
            if let start = arguments?.lowerBound { arguments = start..<text.count }
            return .more
        default: return .more
        }
    }

    private func string(_ bytes: ArraySlice<UInt8>) -> String {
        (try? JSONParser.parse(bytes))?.stringValue ?? ""
    }

    private func complete() -> Outcome {
        let call: CallKeys.Call?
        if let arguments, let name {
            let value = try? JSONParser.parse(text[arguments])
            call = value.map { CallKeys.Call(name: name, arguments: $0) }
        } else {
            call = (try? JSONParser.parse(text)).flatMap(keys.call)
        }
        guard let call, !call.name.isEmpty else { return .other }
        if let known, !known.contains(call.name) { return .other }
        return .complete(call)
    }
}
