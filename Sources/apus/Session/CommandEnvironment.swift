internal import FoundationEssentials

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What the commands need to know of the process they run in.
enum CommandEnvironment {
    /// The environment.
    static var variables: [String: String] { ProcessInfo.processInfo.environment }

    /// The home folder of the user: `HOME`, else what the system has on record.
    static var home: String {
        if let home = variables["HOME"], !home.isEmpty { return home }
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "/" }
        return String(cString: folder)
    }

    /// The working folder.
    static var folder: String { FileManager.default.currentDirectoryPath }
}
