extension Grammar {
    /// The texts that a regular expression matches from end to end.
    ///
    /// Throws: `syntax`, `unsupported`, `limit`.
    package init(regularExpression pattern: String) throws(GrammarError) {
        self.init()
        root = try RegularExpression(pattern).expression(.whole)
    }
}
