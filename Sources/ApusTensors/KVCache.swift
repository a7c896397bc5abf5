#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#endif

/// Memory for the keys and values of attention, in pages that sequences share.
///
/// A page holds `pageTokens` positions of every layer, as 16-bit floats. Inside a layer:
///
/// ```
/// keys    [pages, keyValueHeads, pageTokens, keySize]
/// values  [pages, keyValueHeads, pageTokens, valueSize]
/// ```
///
/// Who may use which page is decided elsewhere; this type only knows where a page lies. The
/// system provides the memory when a page is first written.
package final class KVCache: @unchecked Sendable {
    // Safe: pages are written only by the backend during a step, and steps never overlap.

    /// Positions in a page.
    package static let pageTokens = 32

    /// Sizes of the attention of one layer.
    package struct LayerShape: Sendable, Equatable {
        /// Heads of keys and values.
        package var keyValueHeads: Int
        /// Floats of a key.
        package var keySize: Int
        /// Floats of a value.
        package var valueSize: Int

        package init(keyValueHeads: Int, keySize: Int, valueSize: Int) {
            self.keyValueHeads = keyValueHeads
            self.keySize = keySize
            self.valueSize = valueSize
        }

        /// Bytes that one page takes in this layer.
        package var pageBytes: Int {
            KVCache.pageTokens * keyValueHeads * (keySize + valueSize) * MemoryLayout<UInt16>.size
        }
    }

    /// How many pages there are.
    package let pages: Int
    /// The layers' sizes.
    package let layers: [LayerShape]
    private let memory: UnsafeMutableRawPointer
    private let byteCount: Int
    /// Start of each layer's keys and of its values, in 16-bit floats.
    private let keyStarts: [Int]
    private let valueStarts: [Int]

    /// Address space for `pages` pages.
    ///
    /// - Throws: `TensorError` `outOfMemory` when the system refuses it.
    package init(layers: [LayerShape], pages: Int) throws(TensorError) {
        self.layers = layers
        self.pages = pages
        var next = 0
        var keyStarts: [Int] = []
        var valueStarts: [Int] = []
        for layer in layers {
            let positions = pages * layer.keyValueHeads * Self.pageTokens
            keyStarts.append(next)
            next += positions * layer.keySize
            valueStarts.append(next)
            next += positions * layer.valueSize
        }
        self.keyStarts = keyStarts
        self.valueStarts = valueStarts
        byteCount = max(1, next * MemoryLayout<UInt16>.size)
        memory = try Arena.reserve(byteCount)
    }

    deinit { munmap(memory, byteCount) }

    /// Bytes of all pages together.
    package static func byteCount(layers: [LayerShape], pages: Int) -> Int {
        layers.reduce(0) { $0 + $1.pageBytes } * pages
    }

    /// Keys of one head in one page: [pageTokens, keySize].
    func keys(layer: Int, page: Int32, head: Int) -> UnsafeMutablePointer<UInt16> {
        let shape = layers[layer]
        return address(
            keyStarts[layer]
                + (Int(page) * shape.keyValueHeads + head) * Self.pageTokens * shape.keySize
        )
    }

    /// Values of one head in one page: [pageTokens, valueSize].
    func values(layer: Int, page: Int32, head: Int) -> UnsafeMutablePointer<UInt16> {
        let shape = layers[layer]
        return address(
            valueStarts[layer]
                + (Int(page) * shape.keyValueHeads + head) * Self.pageTokens * shape.valueSize
        )
    }

    private func address(_ element: Int) -> UnsafeMutablePointer<UInt16> {
        memory.assumingMemoryBound(to: UInt16.self) + element
    }
}
