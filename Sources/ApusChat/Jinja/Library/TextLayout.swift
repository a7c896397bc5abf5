/// Breaks texts into lines as Python's `textwrap.wrap` does.
///
/// Source: documentation of `textwrap` in the Python library reference, and `do_wordwrap` of
/// `jinja2.filters` for what is kept of white space.
struct TextLayout {
    let width: Int
    let breaksLongWords: Bool
    let breaksOnHyphens: Bool

    /// The lines of one paragraph, which has no line ends.
    func lines(_ paragraph: String) -> [String] {
        var chunks = chunks(paragraph)[...]
        var lines: [String] = []
        while !chunks.isEmpty {
            // White space begins no line but the first.
            if !lines.isEmpty, chunks.first.map(Self.isSpace) == true { chunks.removeFirst() }
            var line: [[Unicode.Scalar]] = []
            var length = 0
            while let chunk = chunks.first, length + chunk.count <= width {
                line.append(chunk)
                length += chunk.count
                chunks.removeFirst()
            }
            if let chunk = chunks.first, chunk.count > width {
                let room = max(1, width - length)
                if breaksLongWords {
                    let end = cut(chunk, room)
                    line.append(Array(chunk[..<end]))
                    chunks[chunks.startIndex] = Array(chunk[end...])
                } else if line.isEmpty {
                    line.append(chunk)
                    chunks.removeFirst()
                }
            }
            if line.last.map(Self.isSpace) == true { line.removeLast() }
            guard !line.isEmpty else { continue }
            var text = String.UnicodeScalarView()
            for chunk in line { text.append(contentsOf: chunk) }
            lines.append(String(text))
        }
        return lines
    }

    /// Where a word that is too long is cut: behind the last hyphen that fits, or at the edge.
    private func cut(_ chunk: [Unicode.Scalar], _ room: Int) -> Int {
        guard breaksOnHyphens, let hyphen = chunk[..<room].lastIndex(of: "-"), hyphen > 0,
            chunk[..<hyphen].contains(where: { $0 != "-" })
        else { return room }
        return hyphen + 1
    }

    private static func isSpace(_ chunk: [Unicode.Scalar]) -> Bool {
        chunk.allSatisfy { " \t\n\u{B}\u{C}\r".unicodeScalars.contains($0) }
    }

    /// Words and the white space between them; words also end behind hyphens between letters.
    private func chunks(_ text: String) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        let scalars = Array(text.unicodeScalars)
        var start = 0
        for position in scalars.indices.dropFirst() {
            let (before, here) = (scalars[position - 1], scalars[position])
            let changes = Self.isSpace([before]) != Self.isSpace([here])
            guard changes || breaksOnHyphens && isBreak(scalars, start, position) else { continue }
            chunks.append(Array(scalars[start..<position]))
            start = position
        }
        if start < scalars.count { chunks.append(Array(scalars[start...])) }
        return chunks
    }

    /// Whether a hyphen ends at `position`, two letters before it and a letter behind it.
    private func isBreak(_ scalars: [Unicode.Scalar], _ start: Int, _ position: Int) -> Bool {
        guard scalars[position - 1] == "-", position - start >= 3 else { return false }
        return scalars[position].properties.isAlphabetic
            && scalars[(position - 3)..<(position - 1)].allSatisfy(\.properties.isAlphabetic)
    }
}
