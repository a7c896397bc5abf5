/// Why a command could not do what it was asked, in words for the person who asked.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    let message: String

    init(_ message: String) { self.message = message }

    var description: String { message }
}
