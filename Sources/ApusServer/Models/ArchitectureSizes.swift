internal import ApusGGUF

/// The sizes of a model that can be shown, and that predict what loading it takes.
///
/// Metadata is not to be trusted: a value that is missing or absurd counts as 0.
struct ArchitectureSizes {
    let contextLength: Int
    let width: Int
    let cacheBytesPerToken: Int64

    init(_ metadata: GGUFMetadata, architecture: String) {
        func size(_ key: String) -> Int {
            let found = (try? metadata.optionalInt("\(architecture).\(key)")) ?? nil
            return found.map { (0...(1 << 31)).contains($0) ? $0 : 0 } ?? 0
        }
        contextLength = size("context_length")
        width = size("embedding_length")
        let heads = size("attention.head_count")
        let keyValueHeads = size("attention.head_count_kv")
        let headSize = heads > 0 ? width / heads : 0
        let keySize = size("attention.key_length")
        let valueSize = size("attention.value_length")
        let headBytes =
            2 * Int64((keySize > 0 ? keySize : headSize) + (valueSize > 0 ? valueSize : headSize))
        let (perLayer, overflowed) = headBytes.multipliedReportingOverflow(
            by: Int64(keyValueHeads > 0 ? keyValueHeads : heads)
        )
        let (all, exceeds) = perLayer.multipliedReportingOverflow(by: Int64(size("block_count")))
        cacheBytesPerToken = overflowed || exceeds ? 0 : all
    }
}
