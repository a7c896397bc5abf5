internal import ApusTokenizers

/// Ends a model's reasoning after a number of tokens by forcing the closing tag.
///
/// Counts tokens that are generated while the reasoning is open; the tag's own tokens come on top.
struct ThinkingBudget: Sendable {
    private enum Phase {
        /// Nothing but white space so far; the opening tag may come. Then `open` or `over`.
        case start
        /// Reasoning. Then `closing` or `over`.
        case open
        /// The closing tag is being forced. Then `over`.
        case closing
        /// The answer has begun, or there is no reasoning.
        case over
    }

    private let tokenizer: Tokenizer
    private let opening: [UInt8]
    private let closing: [UInt8]
    /// The closing tag as tokens.
    private let closingTokens: [Int32]
    private let limit: Int
    private var phase: Phase
    private var count = 0
    private var forced = 0
    /// The end of what was generated, as long as a tag may begin in it.
    private var tail: [UInt8] = []

    /// A budget of `limit` tokens; `isOpen` says that the prompt ends inside the reasoning.
    init(limit: Int, opening: String, closing: String, isOpen: Bool, tokenizer: Tokenizer) {
        self.limit = max(0, limit)
        self.opening = Array(opening.utf8)
        self.closing = Array(closing.utf8)
        self.tokenizer = tokenizer
        closingTokens = tokenizer.encode(
            closing,
            addSpecial: false,
            parseSpecial: true,
            continuesText: true
        )
        phase = isOpen ? .open : .start
        closeIfSpent()
    }

    /// The only token that may come next, when one is forced.
    var forcedToken: Int32? {
        phase == .closing && forced < closingTokens.count ? closingTokens[forced] : nil
    }

    /// Moves past a generated token.
    mutating func accept(_ token: Int32) {
        switch phase {
        case .over: return
        case .closing:
            forced += 1
            if forced >= closingTokens.count { phase = .over }
        case .start:
            tail += tokenizer.bytes(of: token)
            let text = tail.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
            if text.starts(with: opening) {
                tail = Array(text.dropFirst(opening.count))
                phase = .open
                noteText()
            } else if !opening.starts(with: text) {
                phase = .over
            }
        case .open:
            count += 1
            tail += tokenizer.bytes(of: token)
            noteText()
        }
    }

    private mutating func noteText() {
        if contains(closing) {
            phase = .over
            tail = []
            return
        }
        tail.removeFirst(max(0, tail.count - closing.count + 1))
        closeIfSpent()
    }

    private mutating func closeIfSpent() {
        if phase == .open, count >= limit { phase = .closing }
    }

    private func contains(_ tag: [UInt8]) -> Bool {
        guard !tag.isEmpty, tail.count >= tag.count else { return tag.isEmpty }
        return (0...tail.count - tag.count).contains { tail[$0...].starts(with: tag) }
    }
}
