/// Words that the commands which look after the store share.
enum UpkeepText {
    /// So many files.
    static func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }

    /// A path from the store; names of files may hold anything, escape sequences of terminals, too.
    static func path(_ path: String) -> String {
        path.unicodeScalars.map { scalar in
            let category = scalar.properties.generalCategory
            // U+009B and its like are control characters that `escaped` lets through.
            return scalar.escaped(asASCII: category == .control || category == .format)
        }.joined()
    }
}
