internal import ApusConversation

/// Reads a block of calls that are written as nested elements.
struct XMLCallMachine: MarkupMachine {
    private enum State {
        /// In a block, before its first call.
        case start
        case callName(MarkupName)
        /// Before a parameter or the end of the call.
        case parameters
        case parameterName(MarkupName)
        /// Between a parameter's name and its value.
        case valueOpen(String)
        case value
        /// Before another call or the end of the block.
        case afterCall
    }

    private let style: XMLCallStyle
    private let tools: [String: ToolParameters]
    private let valueEnd: MarkupText
    // Markers that may come: at the start, among parameters, before a value, after a call.
    private let starts: [[UInt8]]
    private let inner: [[UInt8]]
    private let valueOpens: [[UInt8]]
    private let outer: [[UInt8]]
    private var state: State
    private var search = MarkerSearch()
    /// The name of the call that is being read.
    private var call = ""
    /// The value that is being read, in the state `value`.
    private var value: XMLValue

    /// A machine that begins inside a block, or after the opening of a bare call.
    init(_ style: XMLCallStyle, tools: [String: ToolParameters], isBare: Bool) {
        func bytes(_ texts: [String?]) -> [[UInt8]] {
            texts.compactMap { $0.map { Array($0.utf8) } }
        }
        self.style = style
        self.tools = tools
        valueEnd = MarkupText(upTo: Array(style.parameter.close.utf8))
        value = XMLValue(name: "", type: .unknown, end: valueEnd)
        starts = bytes([style.call?.open])
        inner = bytes([style.parameter.open, style.block.close, style.call?.close])
        valueOpens = bytes([style.valueOpen])
        outer = bytes([style.block.close, style.call?.open])
        state =
            isBare || style.call == nil
            ? .callName(MarkupName(end: style.call?.nameEnd)) : .start
    }

    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch state {
        case .start: return readStart(byte)
        case .callName(let name): return readName(name, byte, &writer)
        case .parameters: return readInner(byte, &writer)
        case .parameterName(let name): return readParameter(name, byte)
        case .valueOpen(let name): return readValueOpen(name, byte)
        case .value:
            if value.take(byte, &writer) { state = .parameters }
            return .more
        case .afterCall: return readOuter(byte)
        }
    }

    mutating func finish(_ writer: inout MarkupWriter) -> MarkupStep {
        switch state {
        case .afterCall: return .ended(unread: search.count)
        case .parameters:
            guard tools[call]?.isComplete(writer.argumentNames) ?? true else {
                return .broken(unread: 0)
            }
            writer.endCall()
            return .ended(unread: 0)
        default: return .broken(unread: 0)
        }
    }

    private mutating func readStart(_ byte: UInt8) -> MarkupStep {
        switch search.take(byte, starts) {
        case .more: return .more
        case .found:
            state = .callName(MarkupName(end: style.call?.nameEnd))
            return .more
        case .other(let unread): return .broken(unread: unread)
        }
    }

    private mutating func readName(
        _ name: MarkupName,
        _ byte: UInt8,
        _ writer: inout MarkupWriter
    ) -> MarkupStep {
        var name = name
        switch name.take(byte) {
        case .more:
            state = .callName(name)
            return .more
        case .broken: return .broken(unread: byte == UInt8(ascii: "<") ? 1 : 0)
        case .ended(let text, let isRead):
            call = text
            writer.beginCall(text)
            state = .parameters
            return isRead ? .more : readInner(byte, &writer)
        }
    }

    private mutating func readInner(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep {
        switch search.take(byte, inner) {
        case .more: return .more
        case .found(0):
            state = .parameterName(MarkupName(end: style.parameter.nameEnd))
            return .more
        case .found(let marker):
            writer.endCall()
            state = .afterCall
            return marker == 1 ? .ended(unread: 0) : .callEnded
        case .other(let unread): return .broken(unread: unread)
        }
    }

    private mutating func readParameter(_ name: MarkupName, _ byte: UInt8) -> MarkupStep {
        var name = name
        switch name.take(byte) {
        case .more:
            state = .parameterName(name)
            return .more
        case .broken: return .broken(unread: 0)
        case .ended(let text, _):
            if style.valueOpen == nil { beginValue(text) } else { state = .valueOpen(text) }
            return .more
        }
    }

    private mutating func readValueOpen(_ name: String, _ byte: UInt8) -> MarkupStep {
        switch search.take(byte, valueOpens) {
        case .more: return .more
        case .found:
            beginValue(name)
            return .more
        case .other(let unread): return .broken(unread: unread)
        }
    }

    private mutating func beginValue(_ name: String) {
        let type = tools[call]?.type(of: name) ?? .unknown
        value = XMLValue(name: name, type: type, end: valueEnd)
        state = .value
    }

    private mutating func readOuter(_ byte: UInt8) -> MarkupStep {
        switch search.take(byte, outer) {
        case .more: return .more
        case .found(0): return .ended(unread: 0)
        case .found:
            state = .callName(MarkupName(end: style.call?.nameEnd))
            return .more
        case .other(let unread): return .ended(unread: unread)
        }
    }
}
