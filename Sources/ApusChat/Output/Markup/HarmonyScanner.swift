internal import ApusConversation

/// Reads gpt-oss's messages: reasoning, text and calls, each with a header.
///
/// ```text
/// <|start|>ROLE[ to=RECIPIENT]<|channel|>CHANNEL[ to=RECIPIENT][ <|constrain|>json]<|message|>…<|end|>
/// ```
///
/// The output goes on after `<|start|>assistant`. The channel `analysis` is reasoning, a recipient
/// `functions.NAME` makes a call, everything else is text. Messages end with `<|end|>`, `<|call|>`,
/// `<|return|>` or where the next one begins.
/// Source: OpenAI's guide to the harmony response format.
struct HarmonyScanner: ToolCallScanner {
    /// The format's special tokens.
    enum Marker: String, CaseIterable {
        case start = "<|start|>"
        case channel = "<|channel|>"
        case constrain = "<|constrain|>"
        case message = "<|message|>"
        case end = "<|end|>"
        case call = "<|call|>"
        case `return` = "<|return|>"
    }

    private enum State {
        /// Before `<|message|>`.
        case header
        case thinking
        case text
        case call
    }

    /// Longest header that is waited for.
    private static let maximumHeader = 512
    private static let markers = Marker.allCases.map { ($0, Array($0.rawValue.utf8)) }

    private let tools: [String: ToolParameters]
    private var state = State.header
    private var header = HarmonyHeader()
    private var parts: [ScannedPart] = []
    /// Bytes of the message that are not yet given out.
    private var run: [UInt8] = []
    /// What may become a marker.
    private var pending: [UInt8] = []
    /// The bytes of the header or the call, markers included.
    private var raw: [UInt8] = []
    private var call = ""
    private var arguments: [UInt8] = []
    private var strings = JSONStringTracker()

    /// A scanner for an answer that may call these tools.
    init(tools: [Tool]) { self.tools = ToolParameters.table(tools) }

    var isThinking: Bool {
        if case .thinking = state { true } else { false }
    }

    mutating func feed(_ piece: [UInt8]) -> [ScannedPart] {
        for byte in piece { take(byte) }
        return takeParts()
    }

    mutating func finish() -> [ScannedPart] {
        for byte in pending { plain(byte) }
        pending = []
        switch state {
        // A header that is not complete shows nothing, unless it is none.
        case .header: if !header.hasMarker { text(raw) }
        case .call: endCall()
        case .thinking, .text: break
        }
        raw = []
        state = .text
        return takeParts()
    }

    private mutating func takeParts() -> [ScannedPart] {
        flush()
        defer { parts = [] }
        return parts
    }

    private mutating func flush() {
        defer { run = [] }
        guard !run.isEmpty else { return }
        switch state {
        case .thinking: parts.append(.thinking(run))
        case .call: parts.append(.callArguments(run))
        case .header, .text: parts.append(.text(run))
        }
    }

    private mutating func take(_ byte: UInt8) {
        if pending.isEmpty, byte != UInt8(ascii: "<") || isInString {
            plain(byte)
            return
        }
        pending.append(byte)
        if let (marker, _) = Self.markers.first(where: { $0.1 == pending }) {
            pending = []
            read(marker)
            return
        }
        if Self.markers.contains(where: { $0.1.starts(with: pending) }) { return }
        // Markers begin with a letter that stands in them only once.
        for earlier in pending.dropLast() { plain(earlier) }
        pending = []
        if byte == UInt8(ascii: "<"), !isInString { pending = [byte] } else { plain(byte) }
    }

    /// Whether markers are text here: JSON may hold anything in its strings.
    private var isInString: Bool { state == .call && strings.isInString }

    private mutating func plain(_ byte: UInt8) {
        switch state {
        case .thinking, .text: run.append(byte)
        case .call:
            strings.take(byte)
            run.append(byte)
            arguments.append(byte)
            raw.append(byte)
        case .header:
            raw.append(byte)
            header.append(byte)
            if raw.count > Self.maximumHeader || byte == 0x0A { breakHeader() }
        }
    }

    private mutating func read(_ marker: Marker) {
        switch (marker, state) {
        case (.start, _), (.channel, .thinking), (.channel, .text), (.channel, .call):
            endMessage(marker: [])
            header = HarmonyHeader(after: marker)
            raw = Array(marker.rawValue.utf8)
        case (.channel, .header):
            raw += Array(marker.rawValue.utf8)
            header.append(marker)
        case (.constrain, .header):
            raw += Array(marker.rawValue.utf8)
            header.append(UInt8(ascii: " "))
        case (.message, .header): beginMessage()
        case (.end, _), (.call, _), (.return, _):
            endMessage(marker: Array(marker.rawValue.utf8))
            header = HarmonyHeader()
            raw = []
        case (.message, _): break
        case (.constrain, _):
            for byte in marker.rawValue.utf8 { plain(byte) }
        }
    }

    private mutating func beginMessage() {
        flush()
        guard let name = header.call(Set(tools.keys)) else {
            state = header.channel == "analysis" ? .thinking : .text
            raw = []
            return
        }
        raw += Array(Marker.message.rawValue.utf8)
        parts.append(.callStart(name: name))
        call = name
        state = .call
        arguments = []
        strings = JSONStringTracker()
    }

    private mutating func endMessage(marker: [UInt8]) {
        switch state {
        case .header: if !header.hasMarker { text(raw) }
        case .call: endCall(marker)
        case .thinking, .text: flush()
        }
        raw = []
        state = .header
    }

    private mutating func endCall(_ marker: [UInt8] = []) {
        // A tool without parameters may be called without a body.
        let isEmpty =
            arguments.allSatisfy(TagSearch.isSpace) && tools[call]?.isComplete([]) == true
        if isEmpty { run += Array("{}".utf8) }
        if let value = isEmpty ? [:] : try? JSONParser.parse(arguments), value.objectValue != nil {
            flush()
            parts.append(.callEnd(arguments: value))
        } else {
            run = []
            parts.append(.brokenCall(raw + marker))
        }
    }

    /// What looked like a header is text.
    private mutating func breakHeader() {
        text(raw)
        raw = []
        state = .text
    }

    private mutating func text(_ bytes: [UInt8]) {
        if !bytes.allSatisfy(TagSearch.isSpace) { parts.append(.text(bytes)) }
    }
}
