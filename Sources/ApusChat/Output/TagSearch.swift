/// Finds tags in text that arrives in pieces.
enum TagSearch {
    /// The first tag in `text` from `start` on: which one, and where.
    static func first(
        of tags: [[UInt8]],
        in text: [UInt8],
        from start: Int = 0
    ) -> (tag: Int, offset: Int)? {
        var offset = max(start, 0)
        while offset < text.count {
            for (index, tag) in tags.enumerated()
            where text[offset] == tag.first && text[offset...].starts(with: tag) {
                return (index, offset)
            }
            offset += 1
        }
        return nil
    }

    /// Length of the longest end of `text` that may be the beginning of a tag.
    static func pendingLength(of tags: [[UInt8]], in text: [UInt8]) -> Int {
        var longest = 0
        for tag in tags {
            var length = min(tag.count - 1, text.count)
            while length > longest {
                if text.suffix(length).elementsEqual(tag.prefix(length)) { longest = length }
                length -= 1
            }
        }
        return longest
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    /// `text` without white space at its end.
    static func strippedEnd(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}
