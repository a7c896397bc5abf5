/// Turns what a terminal sends into keys, one byte at a time.
///
/// Understands UTF-8, the control codes of readline, the cursor and editing keys of xterm, VT220
/// and the Linux console, and bracketed paste. What it does not know is dropped, never inserted.
struct KeyDecoder {
    private enum State {
        /// → utf8, escape.
        case ground
        /// Missing bytes of a scalar. → ground.
        case utf8(bytes: [UInt8], missing: Int)
        /// After ESC. → control, single, ground.
        case escape
        /// After `ESC [`, collecting parameters. → ground, paste.
        case control([UInt8])
        /// After `ESC O`. → ground.
        case single
        /// Between `ESC [ 200 ~` and `ESC [ 201 ~`. → ground.
        case paste
    }

    private static let pasteEnd = Array("\u{1B}[201~".utf8)
    /// Parameters beyond this length belong to no key.
    private static let maximumParameters = 32
    /// A paste beyond this many bytes is cut.
    private static let maximumPaste = 8 << 20

    private var state = State.ground
    private var pastedBytes: [UInt8] = []

    /// Whether an escape sequence has begun that may be the Escape key alone.
    var isWaiting: Bool {
        switch state {
        case .escape, .control, .single: true
        case .ground, .utf8, .paste: false
        }
    }

    /// Gives up an unfinished escape sequence; for when nothing follows in time.
    mutating func flush() {
        if isWaiting { state = .ground }
    }

    /// The key that ends with this byte, if one does.
    mutating func feed(_ byte: UInt8) -> Key? {
        switch state {
        case .ground:
            return ground(byte)
        case .utf8(let bytes, let missing):
            return continued(bytes, missing, byte)
        case .escape:
            return escaped(byte)
        case .control(let parameters):
            return control(parameters, byte)
        case .single:
            state = .ground
            return Self.cursorKey(byte)
        case .paste:
            return pasted(byte)
        }
    }

    private mutating func ground(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x1B:
            state = .escape
            return nil
        case 0x20..<0x7F:
            return .text(Unicode.Scalar(byte))
        case 0xC2..<0xE0:
            state = .utf8(bytes: [byte], missing: 1)
        case 0xE0..<0xF0:
            state = .utf8(bytes: [byte], missing: 2)
        case 0xF0..<0xF5:
            state = .utf8(bytes: [byte], missing: 3)
        default:
            return Self.controlKeys[byte]
        }
        return nil
    }

    /// Keys of the control codes; the tab becomes spaces, so that columns can be counted.
    private static let controlKeys: [UInt8: Key] = [
        0x01: .home, 0x02: .left, 0x03: .interrupt, 0x04: .endOfInput, 0x05: .end, 0x06: .right,
        0x08: .backspace, 0x09: .paste("    "), 0x0A: .newline, 0x0B: .killToEnd,
        0x0C: .clearScreen, 0x0D: .enter, 0x0E: .down, 0x10: .up, 0x15: .killToStart,
        0x17: .killWord, 0x19: .yank, 0x1A: .suspend, 0x7F: .backspace,
    ]

    private mutating func continued(_ bytes: [UInt8], _ missing: Int, _ byte: UInt8) -> Key? {
        state = .ground
        guard byte & 0xC0 == 0x80 else { return ground(byte) }
        let bytes = bytes + [byte]
        if missing > 1 {
            state = .utf8(bytes: bytes, missing: missing - 1)
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self),
            let scalar = text.unicodeScalars.first
        else { return nil }
        return .text(scalar)
    }

    private mutating func escaped(_ byte: UInt8) -> Key? {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .control([])
        case UInt8(ascii: "O"): state = .single
        case 0x1B: state = .escape
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case 0x7F, 0x08: return .killWord
        case 0x0D, 0x0A: return .newline
        default: break
        }
        return nil
    }

    private mutating func control(_ parameters: [UInt8], _ byte: UInt8) -> Key? {
        if (0x20..<0x40).contains(byte), parameters.count < Self.maximumParameters {
            state = .control(parameters + [byte])
            return nil
        }
        state = .ground
        let text = String(decoding: parameters, as: UTF8.self)
        if byte == UInt8(ascii: "~") {
            if text == "200" { state = .paste }
            return Self.editingKeys[text]
        }
        // A modifier follows the semicolon: 3 is Alt, 5 is Ctrl.
        let isWord = text.hasSuffix(";3") || text.hasSuffix(";5")
        if isWord, byte == UInt8(ascii: "C") { return .wordRight }
        if isWord, byte == UInt8(ascii: "D") { return .wordLeft }
        return Self.cursorKey(byte)
    }

    private static let editingKeys: [String: Key] = [
        "1": .home, "3": .delete, "4": .end, "7": .home, "8": .end,
    ]

    private static func cursorKey(_ byte: UInt8) -> Key? {
        switch byte {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "H"): .home
        default: nil
        }
    }

    private mutating func pasted(_ byte: UInt8) -> Key? {
        pastedBytes.append(byte)
        guard pastedBytes.suffix(6).elementsEqual(Self.pasteEnd) else {
            if pastedBytes.count > Self.maximumPaste + 6 {
                pastedBytes.remove(at: Self.maximumPaste)
            }
            return nil
        }
        state = .ground
        let text = String(decoding: pastedBytes.dropLast(Self.pasteEnd.count), as: UTF8.self)
        pastedBytes = []
        return .paste(Self.plain(text))
    }

    /// Text with `\n` as the only line end and without other control characters than tabs.
    private static func plain(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\r": result.append("\n")
            case "\n": if previous != "\r" { result.append("\n") }
            case "\t": result.append("\t")
            case _ where scalar.properties.generalCategory == .control: break
            default: result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }
}
