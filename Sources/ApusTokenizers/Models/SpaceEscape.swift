/// SentencePiece writes a space as U+2581.
enum SpaceEscape {
    static let space: [UInt8] = [0xE2, 0x96, 0x81]

    static func escaped(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 2)
        for byte in text {
            if byte == UInt8(ascii: " ") {
                result += space
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// A token's text with its spaces restored.
    static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        for scalar in text.unicodeScalars {
            result.append(contentsOf: UTF8.encode(scalar.value == 0x2581 ? " " : scalar) ?? .init())
        }
        return result
    }
}
