/// What stands before a message of gpt-oss.
struct HarmonyHeader {
    /// Whether a marker has come; without one it may be no header at all.
    private(set) var hasMarker = false
    private var text: [UInt8] = []
    /// Where the channel's name begins.
    private var channelStart: Int?

    /// A header that may be left out, since only white space stands between messages.
    init() {}

    /// A header that begins with a marker.
    init(after marker: HarmonyScanner.Marker) { append(marker) }

    /// Takes a byte of the text.
    mutating func append(_ byte: UInt8) { text.append(byte) }

    /// Takes a marker.
    mutating func append(_ marker: HarmonyScanner.Marker) {
        hasMarker = true
        guard marker == .channel else { return }
        text.append(UInt8(ascii: " "))
        channelStart = text.count
    }

    /// The channel's name.
    var channel: String? {
        channelStart.flatMap { Self.words(text[$0...]).first }
    }

    /// The tool that is called, if one is.
    func call(_ tools: Set<String>) -> String? {
        guard
            let recipient = Self.words(text[...]).last(where: { $0.hasPrefix("to=") })?.dropFirst(3)
        else { return nil }
        let prefix = "functions."
        if recipient.hasPrefix(prefix) {
            return recipient.count > prefix.count ? String(recipient.dropFirst(prefix.count)) : nil
        }
        return tools.contains(String(recipient)) ? String(recipient) : nil
    }

    private static func words(_ bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(whereSeparator: TagSearch.isSpace).map { String(decoding: $0, as: UTF8.self) }
    }
}
