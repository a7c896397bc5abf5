/// Why a file cannot be run as a model.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: Sendable {
        /// Nothing here computes this architecture.
        case unsupportedArchitecture
        /// The architecture is known, but the file asks for a variant of it that is not.
        case unsupportedVariant
        /// A tensor the architecture needs is not in the file.
        case missingTensor
        /// The file has a tensor the architecture does not know.
        case unknownTensor
        /// A tensor has another shape than the metadata says.
        case badShape
        /// No backend code for a tensor's block format.
        case unsupportedFormat
        /// An adapter that does not fit the model, or is damaged.
        case badAdapter
        /// A metadata value contradicts another or is out of range.
        case badMetadata
    }

    /// The kind of failure.
    package let code: Code
    /// What was wrong, where, and what was expected.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
