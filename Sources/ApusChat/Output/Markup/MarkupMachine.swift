/// Reads the inside of one block of calls, byte by byte; one implementation a family of formats.
///
/// A machine works in constant time for each byte and is total: whatever comes, it goes on, ends or
/// breaks, and once it has ended or broken it is not fed again.
protocol MarkupMachine: Sendable {
    /// Takes the next byte after the opening.
    mutating func take(_ byte: UInt8, _ writer: inout MarkupWriter) -> MarkupStep

    /// What the block is when nothing more comes; the end of a call that lacks only its closing
    /// markers is written.
    mutating func finish(_ writer: inout MarkupWriter) -> MarkupStep
}

/// What became of a block of calls with one more byte.
enum MarkupStep: Equatable {
    /// More is needed.
    case more
    /// A call is complete, all bytes so far are used; another one may follow.
    case callEnded
    /// The block is over; the last `unread` bytes do not belong to it.
    case ended(unread: Int)
    /// What came since the opening or the last call is none; the last `unread` bytes are not part
    /// of it.
    case broken(unread: Int)
}
