/// Finds calls of tools in the answer, which arrives in pieces; one implementation a format.
///
/// All text that is no call comes out as text, but for white space next to calls.
protocol ToolCallScanner: Sendable {
    /// What is certain after `piece`.
    mutating func feed(_ piece: [UInt8]) -> [ScannedPart]
    /// What was held back, when nothing more comes.
    mutating func finish() -> [ScannedPart]
}

/// A part of an answer.
enum ScannedPart: Equatable {
    case text([UInt8])
    case call(ToolCallReader.Call)
}
