#if canImport(Darwin)
internal import Darwin
#elseif canImport(Musl)
internal import Musl
#else
internal import Glibc
#endif

/// The system's Zstandard library, found when it is first needed.
///
/// It is opened by name because it is on nearly every system (Debian's package manager needs it)
/// while its headers are on few; without it the coding is refused by name. The functions and their
/// types are those of zstd.h, stable since version 1.4.0.
struct ZstdLibrary: Sendable {
    /// A stream inside the library.
    typealias Stream = OpaquePointer
    /// `ZSTD_inBuffer` and `ZSTD_outBuffer`: an address, a size and a position.
    typealias Buffer = UnsafeMutablePointer<UInt>

    /// The library's file.
    #if canImport(Darwin)
    static let file = "libzstd.1.dylib"
    #else
    static let file = "libzstd.so.1"
    #endif

    /// The library, if there is one.
    static let shared = ZstdLibrary()

    /// `ZSTD_createDStream`: a new stream, or nil without memory.
    let create: @convention(c) @Sendable () -> Stream?
    /// `ZSTD_freeDStream`.
    let free: @convention(c) @Sendable (Stream) -> Int
    /// `ZSTD_DCtx_setParameter`: a parameter and its value.
    let set: @convention(c) @Sendable (Stream, Int32, Int32) -> Int
    /// `ZSTD_decompressStream`: output, input; 0 at the end of a frame, or an error.
    let decompress: @convention(c) @Sendable (Stream, Buffer, Buffer) -> Int
    /// `ZSTD_isError`: whether a result is one.
    let isError: @convention(c) @Sendable (Int) -> UInt32

    private init?() {
        guard let handle = dlopen(Self.file, RTLD_NOW | RTLD_LOCAL),
            let create = dlsym(handle, "ZSTD_createDStream"),
            let free = dlsym(handle, "ZSTD_freeDStream"),
            let set = dlsym(handle, "ZSTD_DCtx_setParameter"),
            let decompress = dlsym(handle, "ZSTD_decompressStream"),
            let isError = dlsym(handle, "ZSTD_isError")
        else { return nil }
        // Safe: these are the functions' types in zstd.h; the library is never closed.
        self.create = unsafeBitCast(create, to: (@convention(c) @Sendable () -> Stream?).self)
        self.free = unsafeBitCast(free, to: (@convention(c) @Sendable (Stream) -> Int).self)
        self.set = unsafeBitCast(
            set,
            to: (@convention(c) @Sendable (Stream, Int32, Int32) -> Int).self
        )
        self.decompress = unsafeBitCast(
            decompress,
            to: (@convention(c) @Sendable (Stream, Buffer, Buffer) -> Int).self
        )
        self.isError = unsafeBitCast(
            isError,
            to: (@convention(c) @Sendable (Int) -> UInt32).self
        )
    }
}
