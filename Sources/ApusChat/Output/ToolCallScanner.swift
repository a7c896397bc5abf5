internal import ApusConversation

/// Finds calls of tools in an answer that arrives in pieces; one implementation a format.
///
/// Total: for any bytes, cut anywhere, it ends, and the parts are the same but for where texts and
/// arguments are cut. All bytes come out as text, in a call, or in `brokenCall`, except white space
/// next to calls and the markers of calls that are read.
protocol ToolCallScanner: Sendable {
    /// What is certain after `piece`.
    mutating func feed(_ piece: [UInt8]) -> [ScannedPart]
    /// What was held back, when nothing more comes.
    mutating func finish() -> [ScannedPart]
    /// Whether what comes next belongs to reasoning that the format's markers set apart.
    var isThinking: Bool { get }
}

extension ToolCallScanner {
    /// Most formats leave reasoning to others.
    var isThinking: Bool { false }
}

/// A part of an answer.
enum ScannedPart: Equatable {
    case text([UInt8])
    /// Reasoning, in formats whose markers set it apart together with calls.
    case thinking([UInt8])
    /// A call begins; its arguments follow, then `callEnd` or `brokenCall`.
    case callStart(name: String)
    /// More of the arguments' JSON text.
    case callArguments([UInt8])
    /// A call is complete.
    ///
    /// `arguments` is the value of all `callArguments` since `callStart`, always an object.
    case callEnd(arguments: JSONValue)
    /// The bytes, markers included, of what began like a call and is none; a `callStart` before it
    /// is taken back.
    case brokenCall([UInt8])
}
