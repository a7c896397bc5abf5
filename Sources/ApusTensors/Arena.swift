#if canImport(Glibc)
private import Glibc
#elseif canImport(Darwin)
private import Darwin
#endif

/// Memory for the activations of a step: allocation is an addition, release a subtraction.
///
/// The arena reserves a large range of addresses once; the system provides memory for the part
/// that a step has really touched, and `trim` gives it back.
struct Arena: ~Copyable {
    /// Reserved bytes.
    ///
    /// Far more than any step needs; only addresses, not memory.
    static let capacity = 1 << 36
    /// Tensors start on a multiple of this many floats, one cache line.
    static let alignment = 16

    private let memory: UnsafeMutableRawPointer
    private let reserved: Int
    /// Floats in use.
    private(set) var used = 0
    private var highest = 0

    init() throws(TensorError) {
        var bytes = Self.capacity
        while true {
            do {
                memory = try Self.reserve(bytes)
                reserved = bytes
                return
            } catch {
                bytes /= 2
                if bytes < 1 << 28 { throw error }
            }
        }
    }

    deinit { munmap(memory, reserved) }

    /// First float.
    var base: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }

    /// Room for a [rows, columns] matrix; its contents are undefined.
    mutating func allocate(rows: Int, columns: Int) -> Tensor {
        let floats = (rows * columns + Self.alignment - 1) / Self.alignment * Self.alignment
        precondition(
            (used + floats) * MemoryLayout<Float>.size <= reserved,
            "arena of \(reserved) bytes cannot take \(rows) x \(columns) floats more"
        )
        defer {
            used += floats
            highest = max(highest, used)
        }
        return Tensor(offset: used, rows: rows, columns: columns, stride: columns)
    }

    /// Ends the life of everything allocated since `used` had the value `mark`.
    mutating func release(to mark: Int) { used = mark }

    /// Gives memory above `keeping` bytes back to the system.
    mutating func trim(keeping: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (max(keeping, used * MemoryLayout<Float>.size) + page - 1) / page * page
        let last = highest * MemoryLayout<Float>.size
        if last > first { madvise(memory + first, last - first, MADV_DONTNEED) }
        highest = used
    }

    /// Reserves `bytes` of zeroed, page-aligned address space that costs nothing until touched.
    static func reserve(_ bytes: Int) throws(TensorError) -> UnsafeMutableRawPointer {
        let memory = mmap(
            nil,
            bytes,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0
        )
        guard let memory, memory != MAP_FAILED else {
            throw TensorError(.outOfMemory, "The system refused \(bytes) bytes of address space.")
        }
        #if os(Linux)
        madvise(memory, bytes, 14)  // MADV_HUGEPAGE
        #endif
        return memory
    }
}
