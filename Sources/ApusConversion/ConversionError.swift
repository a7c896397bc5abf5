/// Why a model could not be converted or quantized.
package struct ConversionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is; callers switch on this, never on the message.
    package enum Code: String, Sendable {
        /// A quantization that is not made here.
        case unsupportedQuantization
        /// The source is quantized already.
        case quantizedSource
        /// A weight that is not a number, or too large for the format.
        case unfitWeight
        /// A file of a checkpoint is missing, damaged, or contradicts another.
        case badCheckpoint
        /// A value of `config.json` is missing or of another type or range than it should be.
        case badConfig
        /// An architecture that is not converted here.
        case unsupportedArchitecture
        /// A variant of a known architecture that is not converted here.
        case unsupportedVariant
        /// A tokenizer that is damaged or of a kind that is not converted here.
        case badTokenizer
        /// A file ends before something it announces.
        case truncated
        /// The system refused to open or read a file.
        case io
    }

    /// The kind of fault.
    package let code: Code
    /// One sentence: what is wrong, where, and what was expected; fit to be sent to a client.
    package let message: String

    /// An error of `code` that says `message`.
    ///
    /// Names in the message come from files: control characters become spaces.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = String(
            String.UnicodeScalarView(
                message.unicodeScalars.map {
                    $0.properties.generalCategory == .control ? " " : $0
                }
            )
        )
    }

    /// The message.
    package var description: String { message }
}
