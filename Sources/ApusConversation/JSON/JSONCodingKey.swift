/// A coding key for positions in arrays and for keys that no type declares.
struct JSONCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "Index \(intValue)"
        self.intValue = intValue
    }

    /// The key that a class's coders use for their superclass.
    static let superclass = JSONCodingKey(stringValue: "super")
}
