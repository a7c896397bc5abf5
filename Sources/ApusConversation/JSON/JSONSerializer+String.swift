extension JSONSerializer {
    /// For every byte, whether it may have to be escaped; one table for each pair of options.
    private static let suspects: [[Bool]] = [
        suspectTable(false, false), suspectTable(true, false),
        suspectTable(false, true), suspectTable(true, true),
    ]

    private static func suspectTable(_ escapesHTML: Bool, _ escapesNonASCII: Bool) -> [Bool] {
        (UInt8.min...UInt8.max).map { byte in
            switch byte {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): true
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): escapesHTML
            case 0xE2: escapesHTML || escapesNonASCII
            default: escapesNonASCII && byte >= 0x7F
            }
        }
    }

    /// Appends `text` as a JSON string, quotes included.
    package func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        let suspects = Self.suspects[(escapesHTML ? 1 : 0) + (escapesNonASCII ? 2 : 0)]
        var text = text
        text.withUTF8 { bytes in
            var runStart = 0
            var position = 0
            while position < bytes.count {
                guard suspects[Int(bytes[position])] else {
                    position += 1
                    continue
                }
                let length = lengthNeedingEscape(bytes, position)
                if length > 0 {
                    output.append(
                        contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart..<position])
                    )
                    escape(bytes, position, length, into: &output)
                    runStart = position + length
                }
                position += max(length, 1)
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Length of the suspect character at `position` when it must be escaped, else 0.
    private func lengthNeedingEscape(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        let byte = bytes[position]
        guard byte >= 0x80 else { return 1 }
        if escapesNonASCII { return Self.length(ofLead: byte) }
        // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
        let isLineSeparator =
            position + 2 < bytes.count && bytes[position + 1] == 0x80
            && bytes[position + 2] | 1 == 0xA9
        return isLineSeparator ? 3 : 0
    }

    private static func length(ofLead byte: UInt8) -> Int {
        switch byte {
        case 0xF0...: 4
        case 0xE0...: 3
        default: 2
        }
    }

    private func escape(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ position: Int,
        _ length: Int,
        into output: inout [UInt8]
    ) {
        output.append(UInt8(ascii: "\\"))
        switch bytes[position] {
        case UInt8(ascii: "\""): output.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): output.append(UInt8(ascii: "\\"))
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0C: output.append(UInt8(ascii: "f"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        default:
            let character = bytes[position..<(position + length)]
            escapeCodeUnits(String(decoding: character, as: UTF8.self), into: &output)
        }
    }

    /// Writes `uXXXX` for every UTF-16 code unit, with backslashes between them.
    private func escapeCodeUnits(_ character: String, into output: inout [UInt8]) {
        for (position, unit) in character.utf16.enumerated() {
            if position > 0 { output.append(UInt8(ascii: "\\")) }
            let digits = String(unit, radix: 16)
            output.append(UInt8(ascii: "u"))
            output.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.count))
            output.append(contentsOf: digits.utf8)
        }
    }
}
