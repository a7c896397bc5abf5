#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The terminal this program was started from, if there is one.
enum Terminal {
    /// Columns and rows of the terminal behind a descriptor; 80 × 24 when it does not say.
    static func size(_ descriptor: Int32) -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), max(1, Int(size.ws_row)))
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}

/// The settings of a terminal, put back when the program is done with it.
struct TerminalMode: Sendable {
    private let descriptor: Int32
    private let original: termios

    /// The present settings; nil when the descriptor is no terminal.
    init?(_ descriptor: Int32) {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return nil }
        self.descriptor = descriptor
        original = settings
    }

    /// Lets every byte reach the program as it is typed, unseen, those of Ctrl-C among them.
    ///
    /// Output is treated as before: a line feed still begins a row.
    func takeOver() {
        var settings = original
        settings.c_iflag &= ~tcflag_t(ICRNL | IXON)
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN | ISIG)
        _ = tcsetattr(descriptor, TCSADRAIN, &settings)
    }

    /// Puts the settings back.
    func restore() {
        var settings = original
        _ = tcsetattr(descriptor, TCSADRAIN, &settings)
    }
}
