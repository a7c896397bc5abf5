/// The name of one part of a split GGUF file: `model-00002-of-00003.gguf`.
///
/// Source: llama.cpp's `gguf-split`, whose names have five digits each.
package struct PartName: Sendable, Hashable {
    /// What all parts have in common: `model`.
    package let stem: String
    /// Which part it is, from 1.
    package let number: Int
    /// Parts there are.
    package let count: Int

    /// Most parts a file may have.
    package static let maximumCount = 1024

    /// `.gguf`, as it is spelled.
    private let ending: String

    /// Reads the last component of a path; nil for what is no name of a part.
    package init?(_ name: some StringProtocol) {
        guard name.lowercased().hasSuffix(".gguf") else { return nil }
        let words = name.dropLast(5)
            .split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 4, words[words.count - 2].lowercased() == "of",
            let count = Self.number(words[words.count - 1]), count <= Self.maximumCount,
            let number = Self.number(words[words.count - 3]), number <= count
        else { return nil }
        stem = words.dropLast(3).joined(separator: "-")
        self.number = number
        self.count = count
        ending = String(name.suffix(5))
    }

    /// The name of another part of the same file.
    package func name(ofPart number: Int) -> String {
        "\(stem)-\(Self.digits(number))-of-\(Self.digits(count))\(ending)"
    }

    /// The names of all parts, in order.
    package var all: [String] { (1...count).map(name(ofPart:)) }

    private static func number(_ text: some StringProtocol) -> Int? {
        guard text.utf8.count == 5, text.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(text), number > 0
        else { return nil }
        return number
    }

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.utf8.count)) + text
    }
}
