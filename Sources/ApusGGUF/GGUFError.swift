/// Why a GGUF file could not be read, used or written.
package struct GGUFError: Error, Hashable, Sendable {
    /// What kind of fault it is; callers switch on this, never on the message.
    package enum Code: String, Sendable {
        /// The file does not start with `GGUF`.
        case notGGUF
        /// Version 1, an unknown version, or big-endian.
        case unsupportedVersion
        /// The file ends before something it announces.
        case truncated
        /// A size does not fit an integer.
        case overflow
        /// A count or length is above what this reader accepts.
        case limitExceeded
        /// `general.alignment` is not a power of two from 8 to 65,536.
        case invalidAlignment
        /// A value type code GGUF does not define.
        case unknownValueType
        /// A tensor format code nobody defines any more, or yet.
        case unknownFormat
        /// A metadata value is of another type than asked for, or does not fit it.
        case wrongType
        /// A metadata array has another length than asked for.
        case wrongCount
        /// Two metadata values or two tensors carry one name.
        case duplicateName
        /// Two tensors share bytes.
        case overlappingTensors
        /// A tensor reaches past the end of the file.
        case tensorOutOfRange
        /// A tensor's data does not start at a multiple of the alignment.
        case unalignedTensor
        /// A key, name or text is not UTF-8.
        case invalidUTF8
        /// A boolean byte is neither 0 nor 1.
        case invalidBool
        /// An array of arrays.
        case nestedArray
        /// A metadata value that has to be there is not.
        case missingKey
        /// More than four dimensions, a dimension of zero, or a partial block.
        case badShape
        /// A part of a split model cannot be opened.
        case missingSplit
        /// The parts of a split model contradict each other.
        case inconsistentSplit
        /// An adapter that breaks the rules of adapters, or does not fit its model.
        case badAdapter
        /// Data handed to the writer does not match what was announced.
        case wrongData
        /// The system refused to open, map, read or write.
        case io
    }

    /// The kind of fault.
    package let code: Code
    /// One sentence: what is wrong, in which field at which byte, and what was expected.
    package let message: String
    /// The file concerned, where known.
    package var path: String?

    /// An error about a file or buffer that the caller may name later.
    ///
    /// Names in the message come from the file: control characters, which could steer a terminal
    /// or fake a line in a log, become spaces.
    package init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        let isPlain = message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0xC2 }
        self.message =
            isPlain
            ? message
            : String(
                String.UnicodeScalarView(
                    message.unicodeScalars.map {
                        $0.properties.generalCategory == .control ? " " : $0
                    }
                )
            )
        self.path = path
    }

    /// The same error, naming `path` unless it names a file already.
    func inFile(_ path: String) -> GGUFError {
        self.path == nil ? GGUFError(code, message, path: path) : self
    }
}

extension GGUFError: CustomStringConvertible {
    /// The message, after the file's path where known.
    package var description: String {
        path.map { "\($0): \(message)" } ?? message
    }
}
