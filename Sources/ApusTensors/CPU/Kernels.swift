internal import ApusFormats
private import CApusKernels

/// The C kernels of one instruction set, with Swift types.
///
/// The only file that imports C.
///
/// Pointers are to rows of floats unless a comment says otherwise; what each function computes,
/// and which operands may be the same, stands in `ck_kernels.h`.
struct Kernels: @unchecked Sendable {
    // Safe: the table is constant and lives as long as the process.

    typealias Row = UnsafePointer<Float>
    typealias MutableRow = UnsafeMutablePointer<Float>

    private let table: UnsafePointer<ck_kernels>

    /// The best kernels this processor can run, or those of a lesser set named by `limit`.
    ///
    /// - Parameter limit: `scalar`, `avx2`, `avx512`, `neon` or `dotprod`; anything else is no
    ///   limit.
    init(limit: String? = nil) {
        table = ck_kernels_for(limit.map { ck_isa_named($0) } ?? CK_ISA_ANY)
    }

    /// Name of the instruction set.
    var name: String { String(cString: table.pointee.name) }

    /// Kernels for a block format, or nil when there are none.
    func format(_ format: BlockFormat) -> Format? {
        ck_format(table, format.rawValue).map(Format.init)
    }

    /// Operations on matrices of one block format.
    struct Format {
        private let table: UnsafePointer<ck_format_kernels>

        fileprivate init(_ table: UnsafePointer<ck_format_kernels>) { self.table = table }

        /// Formats of the same kind share packed activations.
        var activationKind: UInt32 { table.pointee.activation_kind }

        /// Bytes of a packed row of `columns` activations.
        func activationBytes(_ columns: Int) -> Int { table.pointee.activation_bytes(columns) }

        func unpack(_ weights: UnsafeRawPointer, into row: MutableRow, count: Int) {
            table.pointee.unpack(weights, row, count)
        }

        /// Packs a row of weights, which have to be finite and within `BlockFormat.largestWeight`;
        /// nil for formats that are only read.
        var pack: (@convention(c) (Row, UnsafeMutableRawPointer, Int) -> Void)? {
            table.pointee.pack
        }

        func packActivations(
            _ row: Row,
            into packed: UnsafeMutableRawPointer,
            count: Int
        ) { table.pointee.pack_activations(row, packed, count) }

        /// y[t][r] = w[r] · x[t] for the given rows and all tokens.
        func matmul(
            _ weights: UnsafeRawPointer,
            rowBytes: Int,
            activations: UnsafeRawPointer,
            activationBytes: Int,
            into results: MutableRow,
            stride: Int,
            columns: Int,
            rows: Range<Int>,
            tokens: Int
        ) {
            table.pointee.matmul(
                weights,
                rowBytes,
                activations,
                activationBytes,
                results,
                stride,
                columns,
                rows.lowerBound,
                rows.upperBound,
                tokens
            )
        }
    }

    func rmsNorm(_ x: Row, weight: Row?, into y: MutableRow, count: Int, epsilon: Float) {
        table.pointee.rms_norm(x, weight, y, count, epsilon)
    }

    func add(_ a: Row, _ b: Row, into y: MutableRow, count: Int) {
        table.pointee.add(a, b, y, count)
    }

    func scale(_ x: Row, by factor: Float, into y: MutableRow, count: Int) {
        table.pointee.scale(x, factor, y, count)
    }

    func addScaled(_ x: Row, by factor: Float, to y: MutableRow, count: Int) {
        table.pointee.add_scaled(x, factor, y, count)
    }

    func gate(_ gate: Row, up: Row, into y: MutableRow, count: Int, activation: Activation) {
        switch activation {
        case .silu: table.pointee.silu_mul(gate, up, y, count)
        case .gelu: table.pointee.gelu_mul(gate, up, y, count)
        }
    }

    func rope(
        _ x: MutableRow,
        heads: Int,
        headSize: Int,
        dimensions: Int,
        cosines: Row,
        sines: Row,
        pairing: Rotary.Pairing
    ) {
        table.pointee.rope(x, heads, headSize, dimensions, cosines, sines, pairing == .halves)
    }

    func storeKey(_ key: Row, size: Int, page: UnsafeMutablePointer<UInt16>, slot: Int) {
        table.pointee.store_key(key, size, page, KVCache.pageTokens, slot)
    }

    func storeValue(_ value: Row, size: Int, page: UnsafeMutablePointer<UInt16>, slot: Int) {
        table.pointee.store_value(value, size, page, size, slot)
    }

    /// Attention of some query rows to the pages of one key-value head.
    struct AttentionState {
        var queries: Row
        var rows: Int
        var keySize: Int
        var valueSize: Int
        var scale: Float
        /// Running maximum of the scores: [rows], starts at minus infinity.
        var maximum: MutableRow
        /// Running sum of the exponentials: [rows], starts at 0.
        var sum: MutableRow
        /// Running weighted sum of the values: [rows, valueSize], starts at 0.
        var output: MutableRow
    }

    func attend(
        _ state: AttentionState,
        keys: UnsafePointer<UInt16>,
        values: UnsafePointer<UInt16>,
        first: UnsafePointer<UInt32>,
        last: UnsafePointer<UInt32>
    ) {
        var attention = Self.attention(state)
        table.pointee.attention_page(&attention, keys, values, first, last)
    }

    func finish(_ state: AttentionState) {
        var attention = Self.attention(state)
        table.pointee.attention_finish(&attention)
    }

    private static func attention(_ state: AttentionState) -> ck_attention {
        ck_attention(
            queries: state.queries,
            query_stride: state.keySize,
            rows: state.rows,
            head_size: state.keySize,
            value_size: state.valueSize,
            key_stride: KVCache.pageTokens,
            value_stride: state.valueSize,
            scale: state.scale,
            softcap: 0,
            maximum: state.maximum,
            sum: state.sum,
            output: state.output,
            output_stride: state.valueSize
        )
    }

    /// Tells the processor that this thread spins.
    static func relax() { ck_cpu_relax() }

    /// Sleeps while the word has the value, or shorter.
    static func sleep(at word: UnsafePointer<UInt32>, while value: UInt32) {
        ck_wait(word, value, 0)
    }

    /// Wakes every thread that sleeps at the word.
    static func wakeAll(at word: UnsafePointer<UInt32>) { ck_wake_all(word) }

    /// Processors that this process may run on.
    static var usableProcessors: Int { Int(ck_usable_cpus()) }
}
