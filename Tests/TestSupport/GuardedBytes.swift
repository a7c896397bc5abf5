#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A copy of bytes that ends, up to alignment by 8, where an inaccessible page begins.
///
/// Code that reads past the end crashes the test instead of reading a neighbour's memory.
///
/// Safe: the memory is written once, in the initialiser.
package final class GuardedBytes: @unchecked Sendable {
    /// The copy, which starts at a multiple of 8.
    package let bytes: UnsafeRawBufferPointer
    private let region: UnsafeMutableRawPointer
    private let regionBytes: Int

    /// Copies `contents`, or gives nil when the system has no memory.
    package init?(_ contents: [UInt8]) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = (contents.count + 7) / 8 * 8
        let pages = (size + page - 1) / page * page
        regionBytes = pages + page
        guard
            let start = mmap(
                nil,
                regionBytes,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | anonymous,
                -1,
                0
            ),
            start != MAP_FAILED, mprotect(start + pages, page, PROT_NONE) == 0
        else { return nil }
        region = start
        let target = UnsafeMutableRawBufferPointer(
            start: start + pages - size,
            count: contents.count
        )
        target.copyBytes(from: contents)
        bytes = UnsafeRawBufferPointer(target)
    }

    deinit {
        munmap(region, regionBytes)
    }
}

#if canImport(Darwin)
private let anonymous = MAP_ANON
#else
private let anonymous = MAP_ANONYMOUS
#endif
