/// What the reader accepts at most, so that a hostile file costs little time and memory.
///
/// Each is far above what real models use (in parentheses).
enum GGUFLimits {
    /// Metadata values in one file (about 100).
    static let metadataEntries = 16_384
    /// Bytes of a metadata key (about 60; the specification allows 65,535).
    static let keyBytes = 1024
    /// Bytes of a single text, such as a chat template (about 20,000).
    static let stringBytes = 16 << 20
    /// Texts in one array (about 500,000 merges).
    static let arrayStrings = 1 << 24
    /// Bytes of all metadata and tensor descriptions together (about 20 million).
    static let headerBytes = 256 << 20
    /// Tensors in all parts of a model (about 2,000).
    static let tensors = 65_536
    /// Bytes of a tensor's name (about 40; ggml allows 63).
    static let nameBytes = 256
    /// Dimensions of a tensor, as in ggml.
    static let dimensions = 4
    /// Parts of a split model (about 50).
    static let splits = 1024
    /// Layers that a value is repeated for (about 130).
    static let layers = 65_536
    /// Multiples of 8 are the specification's rule; it keeps every number naturally aligned.
    static let alignments = 8...65_536
}
