/// GPT-2's alphabet for bytes: every byte is written as one printable character.
///
/// Printable Latin-1 bytes stand for themselves, the other 68 are U+0100 and up, in order.
/// Source: openai/gpt-2, `bytes_to_unicode`.
enum ByteAlphabet {
    /// The bytes that a token's text stands for, or `nil` if it is not written in the alphabet.
    static func bytes(of text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            guard let byte = byte(of: scalar) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.value < byteOfScalar.count else { return nil }
        let byte = byteOfScalar[Int(scalar.value)]
        return byte < 0 ? nil : UInt8(byte)
    }

    private static let byteOfScalar: [Int16] = {
        var table = [Int16](repeating: -1, count: 256 + 68)
        var next = 256
        for byte in 0..<256 {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                table[byte] = Int16(byte)
            default:
                table[next] = Int16(byte)
                next += 1
            }
        }
        return table
    }()
}
