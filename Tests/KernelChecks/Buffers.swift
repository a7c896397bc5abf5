#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Memory that ends where its mapping ends: one byte read or written past the end is a fault.
package final class GuardedBuffer<Element: BitwiseCopyable> {
    let count: Int
    let pointer: UnsafeMutablePointer<Element>
    private let base: UnsafeMutableRawPointer
    private let length: Int

    init(_ count: Int, filledWith element: Element) throws(KernelMismatch) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let bytes = count * MemoryLayout<Element>.stride
        length = (bytes + page - 1) / page * page + page
        let flags = MAP_PRIVATE | MAP_ANON
        guard let base = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0),
            base != MAP_FAILED,
            mprotect(base + (length - page), page, PROT_NONE) == 0
        else {
            throw KernelMismatch("no memory for a buffer of \(bytes) bytes")
        }
        self.base = base
        self.count = count
        pointer = (base + (length - page - bytes)).bindMemory(to: Element.self, capacity: count)
        pointer.initialize(repeating: element, count: count)
    }

    convenience init(_ elements: [Element], or placeholder: Element) throws(KernelMismatch) {
        try self.init(elements.count, filledWith: placeholder)
        pointer.update(from: elements, count: elements.count)
    }

    deinit {
        munmap(base, length)
    }

    var elements: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
}

typealias Floats = GuardedBuffer<Float>
typealias Bytes = GuardedBuffer<UInt8>

extension GuardedBuffer where Element == Float {
    convenience init(_ elements: [Float]) throws(KernelMismatch) {
        try self.init(elements, or: 0)
    }
}

/// Fails unless both are equal to the bit, counting +0 and -0, and any two NaN, as equal.
///
/// The bound is zero because every instruction set takes the same steps in the same order.
func expectEqual(
    _ expected: [Float],
    _ actual: [Float],
    _ what: @autoclosure () -> String
) throws(KernelMismatch) {
    for index in expected.indices {
        let (a, b) = (expected[index], actual[index])
        if a != b && !(a.isNaN && b.isNaN) {
            throw KernelMismatch("\(what()): element \(index) is \(b), expected \(a)")
        }
    }
}

/// Fails unless `actual` is within `bound` of `expected`.
func expectClose(
    _ expected: Double,
    _ actual: Float,
    within bound: Double,
    _ what: @autoclosure () -> String
) throws(KernelMismatch) {
    let error = abs(expected - Double(actual))
    guard error <= bound else {
        throw KernelMismatch("\(what()): \(actual), expected \(expected) within \(bound)")
    }
}
