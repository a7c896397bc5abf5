internal import ApusConversation

/// Reads an answer in which calls are arranged by a layout.
///
/// A machine that takes one byte at a time and never goes back, but for the few bytes of something
/// that began like a marker. A section without calls is broken; a call with an error in it is
/// broken up to the next closing or opening.
/// Complexity: O(1) a byte, in terms of the answer.
struct CallLayoutScanner: ToolCallScanner {
    private enum State {
        /// Nothing but white space so far, and calls need no opening.
        case start
        case text
        /// Behind a section, before text.
        case space
        /// In a section, between calls.
        case section
        /// In the text before arguments.
        case header
        /// In a call that is an object.
        case object
        /// In the arguments behind a header.
        case arguments(name: String)
        /// Behind an error.
        case broken
        /// In a program, to the end.
        case code(ProgramTool)
    }

    /// What has been seen of a section.
    private struct Section {
        /// Whether it began without an opening.
        var isBare = false
        var isCode = false
        var hasCalls = false
        var isInArray = false
        var isBehindArray = false
        /// Whether a call has to follow.
        var isAnnounced = false
    }

    /// Longest header; names of functions have 64 bytes.
    private static let maximumHeader = 512

    private let layout: CallLayout
    private let known: Set<String>
    private let program: ProgramTool?
    private var state: State
    private var output = ScannedParts()
    private var text: MarkedText
    private var section = Section()
    /// Bytes that are no part of anything yet: all since the last text or call.
    private var held: [UInt8] = []
    /// How many at the end of `held` may be the beginning of a marker.
    private var pending = 0
    /// Where the header or the program begins in `held`.
    private var start = 0
    private var object = CallObjectReader(keys: CallKeys(), known: nil)
    private var arguments = ArgumentsReader()
    /// Whether `callStart` went out for the call that is being read.
    private var isStarted = false
    private var brokenText: MarkedText

    init(_ layout: CallLayout, tools: [Tool]) {
        self.layout = layout
        known = Set(tools.map(\.name))
        program = layout.codeOpening == nil ? nil : ProgramTool(among: tools)
        state = layout.isBare ? .start : .text
        text = MarkedText(layout.openings + layout.silent)
        brokenText = MarkedText(layout.closings + layout.openings)
    }

    mutating func feed(_ piece: [UInt8]) -> [ScannedPart] {
        for byte in piece { step(byte) }
        handOnArguments()
        return output.take()
    }

    mutating func finish() -> [ScannedPart] {
        handOnArguments()
        // What is given back as text may begin like a section once more, but is shorter then.
        while endState() {}
        output.append(.text(text.takeRest()))
        return output.take()
    }

    /// Ends what has begun; false when it is text.
    private mutating func endState() -> Bool {
        let bytes = held
        switch state {
        case .text: return false
        case .start: output.append(.text(bytes))
        case .space: break
        case .section:
            leaveSection()
            return true
        case .object where isText:
            leaveSection(object.raw)
            return true
        case .header: output.append(.brokenCall(bytes))
        case .object: output.append(.brokenCall(bytes + object.raw))
        case .arguments: output.append(.brokenCall(bytes + arguments.raw))
        case .broken: output.append(.brokenCall(bytes + brokenText.takeRest()))
        case .code(let tool):
            output.append(whole: tool.name, tool.arguments(program: bytes[start...]))
        }
        resume([])
        return true
    }

    private mutating func step(_ byte: UInt8) {
        switch state {
        case .start: stepStart(byte)
        case .text: stepText(byte)
        case .space: if !byte.isJSONSpace { resume([byte]) }
        case .section: stepSection(byte)
        case .header: stepHeader(byte)
        case .object: stepObject(byte)
        case .arguments: stepArguments(byte)
        case .broken: stepBroken(byte)
        case .code: held.append(byte)
        }
    }

    // MARK: Text

    private mutating func stepStart(_ byte: UInt8) {
        switch byte {
        case _ where byte.isJSONSpace: held.append(byte)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            section = Section(isBare: true)
            state = .section
            stepSection(byte)
        default: resume(held + [byte])
        }
    }

    private mutating func stepText(_ byte: UInt8) {
        guard let marker = text.take(byte, into: &output.pendingText) else { return }
        let space = text.takeSpace()
        if marker < layout.openings.count { open(layout.openings[marker], after: space) }
    }

    /// Takes bytes for text that were held back for something else.
    private mutating func resume(_ bytes: some Sequence<UInt8>) {
        held = []
        pending = 0
        state = .text
        for byte in bytes { step(byte) }
    }

    // MARK: Sections

    private mutating func open(_ opening: String, after space: [UInt8]) {
        held = space + Array(opening.utf8)
        pending = 0
        section = Section(isCode: opening == layout.codeOpening && program != nil)
        state = .section
    }

    private mutating func stepSection(_ byte: UInt8) {
        if continueMarker(byte) { return }
        // What began like a marker and is none is taken byte by byte.
        let bytes = held.suffix(pending) + [byte]
        held.removeLast(pending)
        pending = 0
        takeStructure(bytes[bytes.startIndex])
        for byte in bytes.dropFirst() { step(byte) }
    }

    private mutating func takeStructure(_ byte: UInt8) {
        let mayBegin = section.isInArray ? section.isAnnounced || !section.hasCalls : mayBeginCall
        switch byte {
        case _ where byte.isJSONSpace: held.append(byte)
        case UInt8(ascii: "{") where mayBegin:
            guard let keys = layout.keys else { return leaveSection([byte]) }
            object = CallObjectReader(keys: keys, known: section.isBare ? known : nil)
            isStarted = false
            state = .object
            stepObject(byte)
        case UInt8(ascii: "[")
        where layout.keys != nil && !section.hasCalls && !section.isInArray && !section.isAnnounced:
            section.isInArray = true
            held.append(byte)
        case UInt8(ascii: "]") where section.isInArray && section.hasCalls && !section.isAnnounced:
            (section.isInArray, section.isBehindArray) = (false, true)
            held = []
        case UInt8(ascii: ",") where section.isInArray && section.hasCalls && !section.isAnnounced:
            section.isAnnounced = true
            held.append(byte)
        case _ where layout.separators.contains(byte) && section.hasCalls && !section.isInArray:
            held.append(byte)
        default: beginHeader(byte, mayBegin: mayBegin && !section.isInArray && !section.isBare)
        }
    }

    private var mayBeginCall: Bool {
        if section.isBehindArray { return false }
        if !section.hasCalls || section.isAnnounced { return true }
        return layout.nameInHeader == nil
            && (section.isBare || !layout.closings.isEmpty || !layout.separators.isEmpty)
    }

    private mutating func beginHeader(_ byte: UInt8, mayBegin: Bool) {
        if mayBegin, !section.hasCalls, section.isCode, let program {
            start = held.count
            held.append(byte)
            state = .code(program)
        } else if mayBegin, layout.nameInHeader != nil {
            start = held.count
            state = .header
            stepHeader(byte)
        } else {
            leaveSection([byte])
        }
    }

    /// Takes a byte of a marker; false when the byte continues none.
    private mutating func continueMarker(_ byte: UInt8) -> Bool {
        let candidate = held.suffix(pending) + [byte]
        for marker in layout.closings + layout.openings + layout.announcements + layout.fences
        where marker.utf8.starts(with: candidate) {
            held.append(byte)
            pending += 1
            if pending == marker.utf8.count { endMarker(marker) }
            return true
        }
        return false
    }

    private mutating func endMarker(_ marker: String) {
        let length = pending
        pending = 0
        if layout.closings.contains(marker) {
            if section.hasCalls {
                held = []
                state = .space
            } else {
                if !section.isBare { output.append(.brokenCall(held)) }
                section.isBare ? resume(held) : resume([])
            }
        } else if layout.openings.contains(marker) {
            let before = Array(held.dropLast(length))
            guard !section.hasCalls else { return open(marker, after: before) }
            let space = Array(before.suffix(before.reversed().prefix { $0.isJSONSpace }.count))
            let rest = Array(before.dropLast(space.count))
            output.append(section.isBare ? .text(rest) : .brokenCall(rest))
            open(marker, after: space)
        } else if layout.announcements.contains(marker) {
            section.isAnnounced = true
        }
    }

    /// Ends a section where something stands that does not belong to it.
    private mutating func leaveSection(_ bytes: [UInt8] = []) {
        if section.hasCalls {
            resume(Array((held + bytes).drop { $0.isJSONSpace }))
        } else if section.isBare {
            resume(held + bytes)
        } else {
            let rest = held.suffix(pending) + bytes
            output.append(.brokenCall(held.dropLast(pending)))
            resume(rest)
        }
    }

    // MARK: Calls

    private mutating func stepObject(_ byte: UInt8) {
        switch object.take(byte) {
        case .more: break
        case .complete(let call):
            if object.isStreaming {
                handOnArguments()
                endCall(.callEnd(arguments: call.arguments))
            } else {
                output.append(whole: call.name, call.arguments)
                endCall(nil)
            }
        case .broken where isText: leaveSection(object.raw + [byte])
        case .other where isText: leaveSection(object.raw)
        case .broken: breakCall(object.raw, before: byte)
        case .other: breakCall(object.raw, before: nil)
        }
    }

    /// Whether the object that is being read is part of the answer's text unless it is a call.
    private var isText: Bool { section.isBare && object.name == nil }

    private mutating func stepHeader(_ byte: UInt8) {
        if byte == UInt8(ascii: "{") {
            let header = String(decoding: held[start...], as: UTF8.self)
            guard let name = layout.nameInHeader?(header) else {
                return breakCall([], before: byte)
            }
            arguments = ArgumentsReader()
            isStarted = false
            state = .arguments(name: name)
            return stepArguments(byte)
        }
        held.append(byte)
        let header = held[start...]
        if let closing = layout.closings.first(where: { header.hasSuffix($0) }) {
            held.removeLast(closing.utf8.count)
            breakCall([], before: nil)
            for byte in closing.utf8 { step(byte) }
        } else if let opening = layout.openings.first(where: { header.hasSuffix($0) }) {
            output.append(.brokenCall(held.dropLast(opening.utf8.count)))
            open(opening, after: [])
        } else if header.count > Self.maximumHeader {
            breakCall([], before: nil)
        }
    }

    private mutating func stepArguments(_ byte: UInt8) {
        switch arguments.take(byte) {
        case .more: break
        case .complete(let value):
            handOnArguments()
            endCall(.callEnd(arguments: value))
        case .broken: breakCall(arguments.raw, before: byte)
        case .other: breakCall(arguments.raw, before: nil)
        }
    }

    /// Hands on what has come of the arguments of the call that is being read.
    private mutating func handOnArguments() {
        let (name, bytes): (String, [UInt8])
        switch state {
        case .object:
            guard object.isStreaming, let known = object.name else { return }
            (name, bytes) = (known, object.takeArguments())
        case .arguments(let known): (name, bytes) = (known, arguments.takeArguments())
        default: return
        }
        if !isStarted { output.append(.callStart(name: name)) }
        isStarted = true
        output.append(.callArguments(bytes))
    }

    private mutating func endCall(_ end: ScannedPart?) {
        if let end { output.append(end) }
        held = []
        pending = 0
        section.hasCalls = true
        section.isAnnounced = false
        state = .section
    }

    private mutating func breakCall(_ bytes: [UInt8], before byte: UInt8?) {
        handOnArguments()
        held += bytes
        let rest = byte.map { [$0] } ?? []
        if layout.closings.isEmpty {
            output.append(.brokenCall(held))
            resume(rest)
        } else {
            brokenText = MarkedText(layout.closings + layout.openings)
            state = .broken
            for byte in rest { stepBroken(byte) }
        }
    }

    private mutating func stepBroken(_ byte: UInt8) {
        guard let marker = brokenText.take(byte, into: &held) else { return }
        let space = brokenText.takeSpace()
        if marker < layout.closings.count {
            output.append(.brokenCall(held + space + Array(layout.closings[marker].utf8)))
            resume([])
        } else {
            output.append(.brokenCall(held))
            open(layout.openings[marker - layout.closings.count], after: space)
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ text: String) -> Bool {
        reversed().starts(with: text.utf8.reversed())
    }
}
