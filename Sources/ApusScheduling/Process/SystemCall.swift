#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// The few system calls the runner's plumbing makes, with their awkward types kept here.
enum SystemCall {
    /// What a read found.
    enum Read: Equatable {
        /// This many bytes.
        case bytes(Int)
        /// Nothing at the moment.
        case nothing
        /// The other side has closed.
        case ended
    }

    static func describe(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// The last call's error as one of ours.
    static func failure(_ call: String) -> SchedulingError {
        SchedulingError(.internalError, "\(call) failed: \(describe(errno)).")
    }

    /// Two connected stream sockets that no child inherits, neither of them 0, 1 or 2.
    static func socketPair() throws(SchedulingError) -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #endif
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else { throw failure("socketpair") }
        return (try raised(pair[0]), try raised(pair[1]))
    }

    /// The ends of a pipe that no child inherits, neither of them 0, 1 or 2.
    static func pipe() throws(SchedulingError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe_pipe(&ends) == 0 else { throw failure("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (try raised(ends[0]), try raised(ends[1]))
    }

    /// Makes reads and writes return instead of waiting.
    static func makeNonBlocking(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    }

    /// Reads what is there, at most `buffer.count` bytes; a broken connection counts as its end.
    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) -> Read {
        while true {
            let count = buffer.withUnsafeMutableBytes { unsafe_read(descriptor, $0) }
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothing : .ended
        }
    }

    /// Sends what the socket takes now; nil when the other side is gone.
    static func send(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Int? {
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        while true {
            let count = bytes.withUnsafeBytes {
                unsafe_send(descriptor, $0, flags)
            }
            if count >= 0 { return count }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : nil
        }
    }

    /// Writes one byte without waiting; for pipes that only wake somebody.
    static func nudge(_ descriptor: Int32) {
        var byte: UInt8 = 1
        _ = write(descriptor, &byte, 1)
    }

    static func close(_ descriptor: Int32) { _ = unsafe_close(descriptor) }

    /// Waits until one of the descriptors can be used, or time is up; returns what each can do.
    ///
    /// A descriptor of -1 is never ready; negative `milliseconds` wait for ever.
    static func wait(
        _ interests: [(descriptor: Int32, writes: Bool)],
        milliseconds: Int32
    ) -> [(readable: Bool, writable: Bool)] {
        var entries = interests.map {
            pollfd(
                fd: $0.descriptor,
                events: Int16(POLLIN) | ($0.writes ? Int16(POLLOUT) : 0),
                revents: 0
            )
        }
        let count = poll(&entries, nfds_t(entries.count), milliseconds)
        guard count > 0 else { return interests.map { _ in (false, false) } }
        let ended = Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL)
        return entries.map {
            (
                $0.revents & (Int16(POLLIN) | ended) != 0,
                $0.revents & (Int16(POLLOUT) | Int16(POLLERR)) != 0
            )
        }
    }

    /// Sleeps on the calling thread.
    static func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

    /// Ends this process at once, without running exit handlers.
    static func endProcess(_ status: Int32) -> Never { _exit(status) }

    /// Writes a line to the standard error of this process.
    static func report(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    /// A copy of `descriptor` that is at least 3, which takes its place.
    private static func raised(_ descriptor: Int32) throws(SchedulingError) -> Int32 {
        if descriptor > 2 {
            #if canImport(Darwin)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var on: Int32 = 1
            setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_NOSIGPIPE,
                &on,
                socklen_t(MemoryLayout<Int32>.size)
            )
            #endif
            return descriptor
        }
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        let error = failure("fcntl")
        close(descriptor)
        guard copy >= 0 else { throw error }
        return copy
    }
}

// The C functions under names that the methods above do not hide.
private func unsafe_read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

private func unsafe_send(
    _ descriptor: Int32,
    _ bytes: UnsafeRawBufferPointer,
    _ flags: Int32
) -> Int {
    send(descriptor, bytes.baseAddress, bytes.count, flags)
}

private func unsafe_pipe(_ ends: inout [Int32]) -> Int32 { pipe(&ends) }

private func unsafe_close(_ descriptor: Int32) -> Int32 { close(descriptor) }
