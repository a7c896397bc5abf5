/// The texts that the tokens of a plain group are drawn from: whole characters in UTF-8, none of
/// them a quote, a backslash or a control character.
///
/// They are what the inside of JSON strings, of most other strings and of free text is made of. A
/// state that accepts all of them up to a length accepts a plain group without a look at its tokens.
/// The idea of testing a state against classes of tokens is that of llguidance's "slices".
enum PlainText {
    /// A step of the automaton of one character; state 0 is between characters.
    struct Step {
        let bytes: ClosedRange<UInt8>
        let target: Int
    }

    /// Source: The Unicode Standard, table 3-7, without the characters left out.
    static let steps: [[Step]] = [
        [
            Step(bytes: 0x20...0x21, target: 0), Step(bytes: 0x23...0x5B, target: 0),
            Step(bytes: 0x5D...0x7F, target: 0), Step(bytes: 0xC2...0xDF, target: 1),
            Step(bytes: 0xE0...0xE0, target: 4), Step(bytes: 0xE1...0xEC, target: 2),
            Step(bytes: 0xED...0xED, target: 5), Step(bytes: 0xEE...0xEF, target: 2),
            Step(bytes: 0xF0...0xF0, target: 6), Step(bytes: 0xF1...0xF3, target: 3),
            Step(bytes: 0xF4...0xF4, target: 7),
        ],
        [Step(bytes: 0x80...0xBF, target: 0)], [Step(bytes: 0x80...0xBF, target: 1)],
        [Step(bytes: 0x80...0xBF, target: 2)], [Step(bytes: 0xA0...0xBF, target: 1)],
        [Step(bytes: 0x80...0x9F, target: 1)], [Step(bytes: 0x90...0xBF, target: 2)],
        [Step(bytes: 0x80...0x8F, target: 2)],
    ]

    /// The state after each byte; -1 for none.
    private static let table: [[Int8]] = steps.map { steps in
        var row = [Int8](repeating: -1, count: 256)
        for step in steps { for byte in step.bytes { row[Int(byte)] = Int8(step.target) } }
        return row
    }

    /// The number of characters of a plain text; nil for any other.
    static func length(_ bytes: UnsafeBufferPointer<UInt8>.SubSequence) -> Int? {
        var state = 0
        var count = 0
        for byte in bytes {
            let next = table[state][Int(byte)]
            if next < 0 { return nil }
            state = Int(next)
            if state == 0 { count += 1 }
        }
        return state == 0 ? count : nil
    }
}
