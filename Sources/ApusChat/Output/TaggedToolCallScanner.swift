internal import ApusConversation

/// Calls as JSON between two tags, any number of them, with text before, between and after.
struct TaggedToolCallScanner: ToolCallScanner {
    private enum State {
        case text
        /// After a call: white space is dropped.
        case afterCall
        /// Inside a call; the buffer begins after the opening tag.
        case call
    }

    /// Closing tags inside one call that are taken for parts of its strings.
    private static let maximumTagsInStrings = 32

    private let open: [UInt8]
    private let close: [UInt8]
    private var state = State.text
    private var buffer: [UInt8] = []
    /// White space between the last text and the opening tag.
    private var space: [UInt8] = []
    /// Where the search for the closing tag goes on.
    private var searched = 0
    private var tagsInStrings = 0

    init(open: String, close: String) {
        self.open = Array(open.utf8)
        self.close = Array(close.utf8)
    }

    mutating func feed(_ piece: [UInt8]) -> [ScannedPart] {
        buffer += piece
        var parts: [ScannedPart] = []
        while let found = step() { parts += found }
        return parts
    }

    mutating func finish() -> [ScannedPart] {
        defer { buffer = [] }
        switch state {
        case .text: return Self.text(buffer)
        case .afterCall: return Self.text(Array(buffer.drop(while: TagSearch.isSpace)))
        case .call:
            // A model may end its answer without the closing tag.
            if let calls = ToolCallReader.calls(buffer) { return calls.map { .call($0) } }
            return Self.text(space + open + buffer)
        }
    }

    private static func text(_ bytes: [UInt8]) -> [ScannedPart] {
        bytes.isEmpty ? [] : [.text(bytes)]
    }

    /// Takes what is certain from the buffer; nil when more is needed.
    private mutating func step() -> [ScannedPart]? {
        guard !buffer.isEmpty else { return nil }
        switch state {
        case .text: return readText()
        case .afterCall:
            buffer = Array(buffer.drop(while: TagSearch.isSpace))
            guard !buffer.isEmpty else { return nil }
            state = .text
            return []
        case .call: return readCall()
        }
    }

    private mutating func readText() -> [ScannedPart]? {
        if let (_, offset) = TagSearch.first(of: [open], in: buffer) {
            let text = TagSearch.strippedEnd(buffer[..<offset])
            space = Array(buffer[text.endIndex..<offset])
            buffer = Array(buffer[(offset + open.count)...])
            (state, searched, tagsInStrings) = (.call, 0, 0)
            return Self.text(Array(text))
        }
        let pending = TagSearch.pendingLength(of: [open], in: buffer)
        let certain = TagSearch.strippedEnd(buffer.dropLast(pending))
        guard !certain.isEmpty else { return nil }
        buffer = Array(buffer[certain.endIndex...])
        return [.text(Array(certain))]
    }

    private mutating func readCall() -> [ScannedPart]? {
        guard let (_, offset) = TagSearch.first(of: [close], in: buffer, from: searched) else {
            searched = max(searched, buffer.count - close.count + 1)
            return nil
        }
        let body = Array(buffer[..<offset])
        if let calls = ToolCallReader.calls(body) {
            buffer = Array(buffer[(offset + close.count)...])
            state = .afterCall
            return calls.map { .call($0) }
        }
        if isIncomplete(body), tagsInStrings < Self.maximumTagsInStrings {
            tagsInStrings += 1
            searched = offset + close.count
            return []
        }
        let text = space + open + body + close
        buffer = Array(buffer[(offset + close.count)...])
        state = .text
        return [.text(text)]
    }

    /// Whether a call breaks off, so that the closing tag may stand inside one of its strings.
    private func isIncomplete(_ body: [UInt8]) -> Bool {
        do throws(JSONError) {
            _ = try JSONParser.parse(body)
            return false
        } catch {
            return error.code == .unexpectedEnd
        }
    }
}
