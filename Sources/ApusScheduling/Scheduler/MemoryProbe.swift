#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

/// How much memory the system could still give.
package enum MemoryProbe {
    /// Bytes that could be allocated without swapping, page cache included; nil when unknown.
    ///
    /// Source: `MemAvailable` in Linux's /proc/meminfo.
    package static func availableBytes() -> Int64? {
        guard let file = try? Data(contentsOf: URL(fileURLWithPath: "/proc/meminfo")) else {
            return nil
        }
        return parse(String(decoding: file, as: UTF8.self))
    }

    static func parse(_ text: String) -> Int64? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let count = Int64(words[1]) else {
                return nil
            }
            let (bytes, overflow) = count.multipliedReportingOverflow(by: 1024)
            return overflow || count < 0 ? nil : bytes
        }
        return nil
    }
}
