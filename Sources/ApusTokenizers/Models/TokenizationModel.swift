/// An algorithm that turns text without special tokens into token ids.
protocol TokenizationModel: Sendable {
    /// Appends the tokens of `text`, which is UTF-8.
    ///
    /// `followsSpecial` says that the text begins the whole input or follows a special token.
    func encode(_ text: [UInt8], followsSpecial: Bool, into tokens: inout [Int32])
}
