package import ApusFormats
private import Synchronization

/// Packs weights into block formats, on all cores.
///
/// Works through a tensor in pieces: the caller says how weights are read, the packer shares a
/// piece out to its threads. One piece at a time.
package final class WeightPacker {
    /// A weight that a format cannot hold.
    package struct UnfitWeight: Error {
        /// Which weight of the tensor, in row order.
        package let index: Int
        /// What it is.
        package let value: Float
        /// The largest magnitude there may be.
        package let limit: Float
    }

    /// Weights that a thread takes at a time: whole blocks of every format.
    private static let share = 1 << 14

    private let kernels = Kernels()
    private let pool: ThreadPool
    /// Weights that are being packed: [threads, share].
    private let scratch: UnsafeMutablePointer<Float>

    /// A packer with its own threads; nil for one a processor.
    package init(threads: Int? = nil) {
        pool = ThreadPool(threads: max(1, threads ?? Kernels.usableProcessors))
        scratch = .allocate(capacity: pool.threads * Self.share)
    }

    deinit { scratch.deallocate() }

    /// Packs a range of a tensor's weights.
    ///
    /// `read` gets ranges of the same numbering and fills in that many floats; it is called from
    /// several threads at once. `output` has exactly the range's packed size.
    /// - Throws: `TensorError` `unsupportedFormat`, or `badShape` for partial blocks or a buffer of
    ///   another size; `UnfitWeight`; what `read` throws.
    package func pack(
        _ range: Range<Int>,
        as format: BlockFormat,
        into output: UnsafeMutableRawBufferPointer,
        reading read: (Range<Int>, UnsafeMutableBufferPointer<Float>) throws -> Void
    ) throws {
        guard let pack = kernels.format(format)?.pack else { throw Self.unsupported(format) }
        guard format.byteCount(elements: range.count) == output.count else {
            throw TensorError(
                .badShape,
                "\(range.count) weights of \(format.name) do not take \(output.count) bytes."
            )
        }
        guard let base = output.baseAddress, !range.isEmpty else { return }
        let failure = Mutex<(any Error)?>(nil)
        let shares = (range.count + Self.share - 1) / Self.share
        pool.run(shares) { item, thread in
            if failure.withLock({ $0 != nil }) { return }
            let start = range.lowerBound + item * Self.share
            let part = start..<min(start + Self.share, range.upperBound)
            let floats = UnsafeMutableBufferPointer(
                start: scratch + thread * Self.share,
                count: part.count
            )
            do {
                try read(part, floats)
                try Self.check(floats, from: start, format)
                let offset = item * Self.share / format.blockSize * format.blockBytes
                pack(scratch + thread * Self.share, base + offset, part.count)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Unpacks whole blocks.
    ///
    /// - Throws: `TensorError` `unsupportedFormat`, or `badShape` when the sizes do not match.
    package static func unpack(
        _ bytes: UnsafeRawBufferPointer,
        as format: BlockFormat,
        into floats: UnsafeMutableBufferPointer<Float>
    ) throws {
        guard let kernel = Kernels().format(format) else { throw unsupported(format) }
        guard format.byteCount(elements: floats.count) == bytes.count else {
            throw TensorError(
                .badShape,
                "\(bytes.count) bytes are not \(floats.count) weights of \(format.name)."
            )
        }
        guard let from = bytes.baseAddress, let to = floats.baseAddress else { return }
        kernel.unpack(from, into: to, count: floats.count)
    }

    private static func check(
        _ floats: UnsafeMutableBufferPointer<Float>,
        from start: Int,
        _ format: BlockFormat
    ) throws {
        let limit = format.largestWeight
        for (offset, value) in floats.enumerated() where !(value.magnitude <= limit) {
            throw UnfitWeight(index: start + offset, value: value, limit: limit)
        }
    }

    private static func unsupported(_ format: BlockFormat) -> TensorError {
        TensorError(
            .unsupportedFormat,
            "Weights in the block format \(format.name) cannot be converted yet."
        )
    }
}

extension BlockFormat {
    /// The largest magnitude that packing keeps finite: scales are half floats.
    var largestWeight: Float {
        let largestHalf: Float = 65_504
        return switch self {
        // Minimums are stored as they are.
        case .f16, .q4_1, .q5_1: largestHalf
        case .bf16: Float(bitPattern: 0x7F7F_0000)
        case .f32: .greatestFiniteMagnitude
        case .q8_0: largestHalf * 127
        // Q4_0's own limit, and for K formats far from where sums of squares overflow.
        default: largestHalf * 8
        }
    }
}
