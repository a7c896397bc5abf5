/// What a server asks a converter for: weights in another form.
///
/// A converter is a child process that makes one file and ends. Its file descriptor 0 is a Unix
/// stream socket. The server sends one frame (`FrameCodec`) with an order; the converter answers
/// with frames of its own. Where the highest bit of a frame's length is set, the body is not JSON
/// but the next bytes of the file. `planned` comes before the first of those and `finished` after
/// the last; `notNeeded` or `failed` end the work at any time. End of file ends the converter at
/// once.
package enum ConversionOrder: Sendable, Equatable, Codable {
    /// A file of a checkpoint.
    package struct File: Sendable, Equatable, Codable {
        /// What it is called in the checkpoint.
        package var name: String
        /// Where it is.
        package var path: String

        /// A file called `name`.
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Quantize a GGUF file, or one whose parts are these.
    case quantize(paths: [String], type: String)
    /// Make a GGUF file of a checkpoint in safetensors; an empty type is the converter's choice.
    case checkpoint(files: [File], type: String)
    /// Make a GGUF file of an adapter in safetensors, for the model whose parts are at `weights`.
    case adapter(files: [File], weights: [String])
}

/// What a converter says; see `ConversionOrder`.
enum ConverterMessage: Sendable, Equatable, Codable {
    /// The work is known: what to tell people meanwhile, and how large the file will be.
    case planned(status: String, sizeBytes: Int64)
    /// The weights have that form already.
    case notNeeded
    /// The file is complete.
    case finished
    /// The file cannot be made.
    case failed(SchedulingError)

    /// Marks the length of a frame whose body is a piece of the file.
    static let pieceMark: UInt32 = 1 << 31
    /// Bytes of a piece at most.
    static let maximumPiece = 64 << 20
    /// Bytes of a message at most.
    static let maximumLength = 1 << 20
}
