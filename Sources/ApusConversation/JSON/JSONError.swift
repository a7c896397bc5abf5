/// Why bytes are not the JSON text that was expected.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for callers that decide by it.
    package enum Code: Sendable {
        /// The text stops inside a value; more bytes might complete it.
        case unexpectedEnd
        /// A byte that cannot stand where it stands.
        case unexpectedByte
        /// Something begins like a number and is none.
        case invalidNumber
        /// A number beyond the range of a double.
        case numberOutOfRange
        /// An unescaped control character or an unknown escape in a string.
        case invalidString
        /// Bytes that are no UTF-8.
        case invalidUTF8
        /// Arrays and objects nested beyond the limit.
        case tooDeep
        /// More values than the limit.
        case tooManyValues
        /// Something follows the value.
        case trailingData
    }

    /// What is wrong.
    package let code: Code
    /// The byte at which it is wrong, counted from 0.
    package let offset: Int
    /// One sentence for people, naming the offset.
    package let message: String

    init(_ code: Code, at offset: Int, _ problem: String) {
        self.code = code
        self.offset = offset
        message = "Invalid JSON at byte \(offset): \(problem)."
    }

    /// The message.
    package var description: String { message }
}
