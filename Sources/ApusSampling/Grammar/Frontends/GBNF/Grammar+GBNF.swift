extension Grammar {
    /// Reads a grammar in GBNF, the notation of llama.cpp.
    ///
    /// Throws: `syntax`, `unsupported`, `limit`, with line and column.
    package init(gbnf text: String) throws(GrammarError) {
        var parser = try GBNFParser(text)
        self = try parser.parse()
    }
}
