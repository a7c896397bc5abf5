/// Which sequences take part in a step, and with how many of their tokens.
///
/// Every decoding sequence has one row in every step. What is left of the budget goes to prompts,
/// oldest first; while others decode, a step reads only a quarter of the budget of prompt, so that
/// a long prompt slows the streams beside it down but never stops them.
struct StepPlan: Equatable {
    /// One part of the step.
    struct Part: Equatable {
        /// Index of the sequence.
        var sequence: Int
        /// Rows it has.
        var rows: Int
    }

    var parts: [Part] = []

    /// Plans a step of at most `budget` rows, and at least one a decoding sequence.
    init(_ sequences: [EngineSequence], budget: Int) {
        for index in sequences.indices where sequences[index].isDecoding {
            parts.append(Part(sequence: index, rows: 1))
        }
        let share = parts.isEmpty ? budget : max(1, budget / 4)
        var left = max(parts.isEmpty ? 1 : 0, min(share, budget - parts.count))
        for index in sequences.indices where !sequences[index].isDecoding && left > 0 {
            let rows = min(left, sequences[index].pending)
            parts.append(Part(sequence: index, rows: rows))
            left -= rows
        }
        parts.sort { $0.sequence < $1.sequence }
    }
}
