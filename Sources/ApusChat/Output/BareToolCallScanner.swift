/// Calls as JSON objects that are the whole answer, with nothing but white space and semicolons
/// between them.
///
/// An object counts as a call only when it names one of the tools.
struct BareToolCallScanner: ToolCallScanner {
    private enum State {
        /// Before an object.
        case start
        case object
        /// Something else has come; all the rest is text.
        case text
    }

    private let tools: Set<String>
    private var state = State.start
    private var buffer: [UInt8] = []
    private var hasCalls = false
    // Where the object is read: how far, how deep, and whether inside a string.
    private var position = 0
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    init(tools: Set<String>) { self.tools = tools }

    mutating func feed(_ piece: [UInt8]) -> [ScannedPart] {
        buffer += piece
        var parts: [ScannedPart] = []
        while let part = step() { parts += part }
        return parts
    }

    mutating func finish() -> [ScannedPart] {
        defer { buffer = [] }
        let rest = state == .start && hasCalls ? Array(buffer.drop(while: isSeparator)) : buffer
        return rest.isEmpty ? [] : [.text(rest)]
    }

    private func isSeparator(_ byte: UInt8) -> Bool {
        TagSearch.isSpace(byte) || (hasCalls && byte == UInt8(ascii: ";"))
    }

    private mutating func step() -> [ScannedPart]? {
        guard !buffer.isEmpty else { return nil }
        switch state {
        case .start:
            guard let start = buffer.firstIndex(where: { !isSeparator($0) }) else { return nil }
            guard buffer[start] == UInt8(ascii: "{") else {
                if hasCalls { buffer.removeFirst(start) }
                state = .text
                return []
            }
            (state, position, depth, isInString, isEscaped) = (.object, start, 0, false, false)
            return []
        case .object: return readObject()
        case .text:
            defer { buffer = [] }
            return [.text(buffer)]
        }
    }

    private mutating func readObject() -> [ScannedPart]? {
        while position < buffer.count {
            let byte = buffer[position]
            position += 1
            if isInString {
                if byte == UInt8(ascii: "\""), !isEscaped { isInString = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            if depth == 0 { return closeObject() }
        }
        return nil
    }

    private mutating func closeObject() -> [ScannedPart] {
        let object = Array(buffer[..<position].drop(while: isSeparator))
        guard let calls = ToolCallReader.calls(object),
            calls.allSatisfy({ tools.contains($0.name) })
        else {
            state = .text
            return []
        }
        buffer.removeFirst(position)
        hasCalls = true
        state = .start
        return calls.map { .call($0) }
    }
}
